"""Today: every number is the address of a list and equals what that list counts; each sees what their role may see."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from backoffice import charts
from backoffice.dashboard import Change, Figure
from backoffice.history.dashboard import LatestActivity
from backoffice.imports.models import ImportRun
from backoffice.periods import Period
from inventory.models import StockLevel
from inventory.tests.shop import make_item
from notifications.models import Notification
from orders import daily, workflow
from orders.models import Order
from orders.tests.shop import make_order

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
SPREAD = [0, 0, 1, 2, 5, 6, 8, 13, 20, 29, 30, 31, 45, 59, 61, 89, 95, 150]  # days ago


def trade(seed: int) -> None:
    """Orders of every state and age, items that run low, an import that waits and messages that failed."""
    random, now = Random(seed), timezone.now()
    items = [make_item(on_hand=200) for _number in range(4)]
    for days in SPREAD:
        with time_machine.travel(now - timedelta(days=days, minutes=random.randint(0, 1400)), tick=False):
            order = make_order((random.choice(items), random.randint(1, 4)), due_date=_due(random))
            _take_on(order, random)
    for item in items:
        level = StockLevel.objects.get(item=item)
        level.reorder_level = random.choice([0, 50, 500])
        level.save()
    ImportRun.objects.create(kind="items", original_name="may.xlsx", size=1, state=random.choice(["checked", "failed"]))
    for message in Notification.objects.all():
        state = random.choice(["failed", "bounced", "complained", "uncertain", "accepted", "delivered"])
        Notification.objects.filter(pk=message.pk).update(state=state)


def _due(random: Random):
    return timezone.localdate() + timedelta(days=random.randint(-5, 160)) if random.random() < 0.6 else None


def _take_on(order: Order, random: Random) -> None:
    verbs = [[], [workflow.place], [workflow.place, workflow.ship], [workflow.place, workflow.cancel]]
    for verb in random.choice(verbs):
        verb(order)
        order.refresh_from_db()


def today_of(client, days=30):
    return client.get(INDEX, {"days": days}).context["today"]


def counted(client, url: str) -> int:
    return client.get(url).context["cl"].result_count


@pytest.mark.parametrize("days", [1, 7, 30, 90])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_number_equals_the_count_of_the_list_it_leads_to(as_role, seed, days):
    trade(seed)
    client = as_role("Manager")
    today = today_of(client, days)
    cards = [card for name in ("figures", "needs") for card in today.areas[name] if type(card).__name__ != "Revenue"]

    shown = {card.title: card.value for card in cards}

    assert shown == {card.title: counted(client, card.url) for card in cards}


@pytest.mark.parametrize("days", [7, 30, 90])
def test_revenue_equals_the_sum_of_the_list_it_leads_to(as_role, days):
    trade(4)
    client = as_role("Manager")
    revenue = next(card for card in today_of(client, days).areas["figures"] if type(card).__name__ == "Revenue")

    listed = client.get(revenue.url).context["cl"].result_list

    assert revenue.value == sum((order.total for order in listed), Decimal(0))


def test_stages_and_bars_equal_the_lists_they_lead_to(as_role):
    trade(5)
    client = as_role("Manager")
    today = today_of(client, 7)
    stages = today.areas["strip"][0].stages
    bars = next(card for card in today.areas["wide"] if hasattr(card, "bars")).bars

    shown = [stage.count for stage in stages] + [bar.value for bar in bars]

    assert shown == [counted(client, part.url) for part in [*stages, *bars]]
    assert sum(stage.count for stage in stages) == sum(bar.value for bar in bars)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_days_are_those_of_the_reader_s_zone(as_role, zone):
    with time_machine.travel(datetime(2026, 3, 30, 23, 30, tzinfo=UTC), tick=False):  # clocks changed the day before
        make_order()
    with time_machine.travel(datetime(2026, 3, 31, 10, 30, tzinfo=UTC), tick=False), timezone.override(zone):
        bars = {str(day): now for day, now, _before in daily.entered(Period(7, timezone.now())) if now}

    assert bars == {"2026-03-31" if zone == "Pacific/Auckland" else "2026-03-30": 1}


@pytest.mark.parametrize(
    ("role", "areas"),
    [
        ("Sales", {"figures": 4, "strip": 1, "wide": 2, "needs": 5, "side": 1}),
        ("Warehouse", {"figures": 4, "strip": 1, "wide": 2, "needs": 4, "side": 1}),
    ],
)
def test_a_role_sees_the_cards_it_may_see(as_role, role, areas):
    today = today_of(as_role(role))

    assert {name: len(cards) for name, cards in today.areas.items()} == areas


def test_who_has_no_role_is_told_whom_to_ask(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    page = client.get(INDEX)

    assert "Ask someone who manages users" in page.text
    assert 'class="bo-figure"' not in page.text


@pytest.mark.parametrize("number", [1, 3])
def test_each_card_is_one_query(client, django_user_model, django_assert_num_queries, number):
    for index in range(number):
        workflow.place(make_order((make_item(f"MUG-{index}", on_hand=5), 2)))
    user = django_user_model.objects.create_user("ines", is_staff=True)
    seen = ["view_order", "view_stocklevel", "view_notification", "add_importrun"]
    user.user_permissions.set(Permission.objects.filter(codename__in=seen))
    client.force_login(user)

    with django_assert_num_queries(17):  # session, user, two kinds of permissions, two of notices, twelve cards
        client.get(INDEX)


@pytest.mark.parametrize("number", [1, 3])
def test_the_sentences_of_the_latest_activity_take_a_fixed_number_of_queries(
    rf, admin_user, django_assert_num_queries, number
):
    request = rf.get("/")
    request.user = admin_user
    for index in range(number):
        workflow.place(make_order((make_item(f"MUG-{index}", on_hand=5), 2)))

    with django_assert_num_queries(30):
        assert len(LatestActivity(request, Period(7, timezone.now())).acts) == 3  # and the two of the start


def test_a_period_nobody_offers_is_the_usual_one(as_role):
    client = as_role("Manager")

    assert [today_of(client, asked).period.days for asked in ("7", "8", "x", "")] == [7, 30, 30, 30]


def test_the_change_is_told_in_words():
    assert [Change(now, before, 30).text for now, before in [(12, 10), (5, 10), (4, 4), (3, 0)]] == [
        "20 % more than the 30 days before",
        "50 % less than the 30 days before",
        "as many as the 30 days before",
        "none in the 30 days before",
    ]


@pytest.mark.parametrize(
    ("highest", "numbers"), [(0, [0, 1]), (1, [0, 1]), (6, [0, 2, 4, 6]), (13, [0, 5, 10, 15]), (100, [0, 50, 100])]
)
def test_the_scale_has_few_whole_numbers_and_ends_above_every_bar(highest, numbers):
    assert [number for number, _top in charts.scale(highest)] == numbers


def test_an_empty_shop_shows_what_to_do_first(as_role):
    client = as_role("Manager")

    page = client.get(INDEX)

    assert [(step.url, is_done) for step, is_done in page.context["today"].steps] == [
        (reverse("admin:company_company_changelist"), False),
        (reverse("admin:imports_importrun_add"), False),
        (reverse("admin:orders_order_add"), False),
    ]
    assert 'class="bo-figure"' not in page.text


def test_the_first_steps_go_when_the_first_order_is_there(as_role):
    make_order()

    assert today_of(as_role("Manager")).steps == []


def test_figures_are_numbers_of_their_own():
    """A card that forgets what it counts fails when it is drawn, not in silence."""
    with pytest.raises(NotImplementedError):
        _ = Figure(None, None).value


@pytest.mark.parametrize("waiting", ["overdue", "forgotten", "to_ship"])
def test_what_needs_somebody_is_looked_up_however_many_orders_were_shipped(waiting):
    """Without an index for it, a count reads every order there ever was."""
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL enable_seqscan = off")  # which it would choose for so few

    plan = getattr(Order.objects, waiting)().order_by().values("pk").explain()

    assert " order_" in plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan
