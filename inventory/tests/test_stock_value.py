"""What stock was and what it was worth, as of a date."""

import contextlib
import csv
import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.history.change_sets import Source, change_set
from backoffice.history.moments import Moment
from inventory import stock, stock_value
from inventory.models import Item, Location, StockMovement
from inventory.stock_value import CATEGORIES, LOCATIONS
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db

PAGE = reverse("admin:inventory_stocklevel_as_of_list")
NOW = timezone.now()
DAYS = (10, 8, 6, 4, 2, 0)


def on(days: float):
    return change_set(Source.DEMO, at=NOW - timedelta(days=days))


@pytest.fixture
def shop():
    """Two mugs in cups, one tea, two places; deliveries, a transfer, a loss and dearer mugs on different days."""
    store = Location.objects.create(code="store", name="Store")
    with on(9):
        mug = make_item("MUG-1", category="Cups", cost="6.00")
        tea = make_item("TEA-1", category="Tea", cost="2.50")
        stock.receive(mug, Location.default(), 10, reason="Delivery")
    with on(7):
        stock.receive(tea, Location.default(), 3, reason="Delivery")
        stock.transfer(mug, Location.default(), store, 4, reason="To the store")
    with on(5):
        mug.cost = "7.00"
        mug.save()
    with on(3):
        stock.adjust(mug, store, -1, reason="Broken")
    return mug, tea


def moment(days: float) -> Moment:
    at = NOW - timedelta(days=days)
    return Moment(at, None, at.isoformat())


def of_the_ledger(then: Moment) -> Decimal:
    """Σ of every movement until then, at what its item cost then."""
    units: Counter = Counter()
    for movement in StockMovement.objects.filter(created_at__lte=then.at).select_related("level"):
        units[movement.level.item_id] += movement.on_hand_delta
    costs = {pk: Item.history.filter(id=pk, history_date__lte=then.at).order_by("history_id").last() for pk in units}
    return sum((units[pk] * costs[pk].cost for pk in units), Decimal("0.00"))


@pytest.mark.parametrize("days", DAYS)
def test_the_value_is_the_sum_of_the_ledger(shop, days):
    then = moment(days)

    assert stock_value.total(then).value == of_the_ledger(then)


@pytest.mark.parametrize(("days", "value"), [(10, "0.00"), (8, "60.00"), (6, "67.50"), (4, "77.50"), (2, "70.50")])
def test_on_hand_and_cost_are_those_of_then(shop, days, value):
    assert stock_value.total(moment(days)).value == Decimal(value)


@pytest.mark.parametrize("grouping", [CATEGORIES, LOCATIONS])
@pytest.mark.parametrize("days", DAYS)
def test_groups_add_up_to_the_total(shop, grouping, days):
    groups, total = stock_value.by(grouping, moment(days)), stock_value.total(moment(days))

    assert sum((group.value for group in groups), Decimal(0)) == total.value
    assert sum(group.on_hand for group in groups) == total.on_hand


def test_the_page_lists_levels_by_sku(admin_client, shop):
    page = admin_client.get(PAGE, {"at": moment(2).text})

    rows = [(level.item.sku, level.location.name, level.then_on_hand) for level in page.context["levels"]]
    assert rows == [("MUG-1", "Main", 6), ("MUG-1", "Store", 3), ("TEA-1", "Main", 3)]
    assert "70.50 EUR" in page.content.decode()


def test_the_page_groups_by_category_and_location(admin_client, shop):
    groups = {name: admin_client.get(PAGE, {"by": name}).context["groups"] for name in ("category", "location")}

    assert [(group.name, str(group.value)) for group in groups["category"]] == [("Cups", "63.00"), ("Tea", "7.50")]
    assert [(group.name, str(group.value)) for group in groups["location"]] == [("Main", "49.50"), ("Store", "21.00")]


def test_the_list_has_pages_that_leave_nothing_out(admin_client, shop, monkeypatch):
    monkeypatch.setattr("inventory.stock_value_page.ROWS", 1)

    pages, after = [], ""
    while after is not None:
        page = admin_client.get(PAGE, {"after": after})
        pages += [(level.item.sku, level.location.name) for level in page.context["levels"]]
        after = page.context["next"]

    assert pages == [("MUG-1", "Main"), ("MUG-1", "Store"), ("TEA-1", "Main")]


def test_the_export_has_every_level(admin_client, shop):
    export = admin_client.post(
        reverse("admin:inventory_stock_as_of_export", query={"at": moment(2).text}), {"format": "csv"}
    )

    rows = list(csv.reader(io.StringIO(b"".join(export.streaming_content).decode("utf-8-sig"))))
    export.close()
    assert rows[0] == ["sku", "name", "category", "location", "on hand", "allocated", "cost", "value"]
    assert [(row[0], row[3], row[4], row[7]) for row in rows[1:]] == [
        ("MUG-1", "Main", "6", "42.00"),
        ("MUG-1", "Store", "3", "21.00"),
        ("TEA-1", "Main", "3", "7.50"),
    ]


def test_the_page_takes_the_same_queries_whatever_it_lists(admin_client):
    def queries_with_one_more() -> tuple[int, int]:
        make_item(on_hand=1)
        with CaptureQueriesContext(connection) as asked:
            listed = len(admin_client.get(PAGE).context["levels"])
        return listed, len(asked)

    (one, asked_for_one), _two, (three, asked_for_three) = (queries_with_one_more() for _item in range(3))

    assert (one, three, asked_for_three) == (1, 3, asked_for_one)


@pytest.mark.parametrize(
    ("role", "seen", "exported"),
    [("Auditor", 200, 200), ("Warehouse", 200, 200), ("Sales", 200, 403), (None, 403, 403)],
)
def test_who_may_see_and_who_may_export(client, django_user_model, role, seen, exported):
    user = django_user_model.objects.create_user("eve", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client.force_login(user)

    with contextlib.closing(client.post(reverse("admin:inventory_stock_as_of_export"))) as export:
        assert (client.get(PAGE).status_code, export.status_code) == (seen, exported)
