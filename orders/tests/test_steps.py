"""Shipping a part, taking back, giving up: the pages behind an order's buttons, and the same from the list."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from backoffice.history.models import ChangeSet
from inventory import proof
from inventory.models import StockMovement
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db

LIST = reverse("admin:orders_order_changelist")


@pytest.fixture
def mia(client):
    """A manager, signed in."""
    user = User.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    client.force_login(user)
    return client


def page(order: Order, step: str) -> str:
    return reverse(f"admin:orders_order_{step}", args=[order.pk])


def typed(order: Order, *quantities: int | str, **more) -> dict:
    """What the browser posts for the lines in their order."""
    lines = zip(order.lines.order_by("pk"), quantities, strict=False)
    return {"seen_version": order.version} | {f"line-{line.pk}": quantity for line, quantity in lines} | more


def said(response) -> str:
    return response.content.decode()


# Shipping a part


def test_a_part_is_shipped_and_the_rest_stays_promised(mia):
    mug, tea = make_item(on_hand=9), make_item(on_hand=9)
    order = place_order((mug, 5), (tea, 2))

    mia.post(page(order, "ship_lines"), typed(order, 3, "", reason="DHL 4711"))

    order.refresh_from_db()
    assert (order.status, figures(mug), figures(tea)) == ("partly", (6, 2, 4), (9, 2, 7))
    assert order.history.latest("history_id").change_set.reason == "DHL 4711"
    assert proof.find_breaches("default") == []


def test_the_page_offers_what_is_ready_of_each_line(mia):
    order = place_order((make_item(on_hand=3, oversell="backorder"), 5), (make_item(is_stocked=False), 2))

    form = mia.get(page(order, "ship_lines")).context["form"]

    assert [(row["most"], row["field"].value()) for row in form.rows()] == [(3, 3), (2, 2)]


def test_more_than_is_ready_is_refused_at_its_line_and_what_was_typed_stays(mia):
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 3))

    response = mia.post(page(order, "ship_lines"), typed(order, 4))

    assert response.context["form"].errors == {
        f"line-{order.lines.get().pk}": ["4 of MUG-1 cannot be shipped: 3 are ready."]
    }
    assert 'value="4" min="0" max="3"' in said(response)
    assert figures(mug) == (5, 3, 2)


def test_the_same_page_sent_twice_ships_once(mia):
    mug = make_item(on_hand=9)
    order = place_order((mug, 5))
    form = typed(order, 2)

    mia.post(page(order, "ship_lines"), form)
    response = mia.post(page(order, "ship_lines"), form)

    assert f"mia changed {order.number}" in said(response)
    assert figures(mug) == (7, 3, 4)


# Taking back


def test_units_come_back_to_the_shelf_or_are_written_off(mia):
    mug, tea = make_item(on_hand=5), make_item(on_hand=5)
    order = place_order((mug, 3), (tea, 3))
    workflow.ship(order)
    first, second = order.lines.order_by("pk")

    fates = {f"fate-{first.pk}": "stock", f"fate-{second.pk}": "loss"}
    mia.post(page(order, "return"), typed(order, 1, 2, reason="Broken in transit", **fates))

    assert (figures(mug), figures(tea)) == ((3, 0, 3), (2, 0, 2))
    assert [(m.kind, m.on_hand_delta, m.reference) for m in StockMovement.objects.filter(level__item=tea)[:2]] == [
        ("adjustment", -2, order.number),
        ("return", 2, order.number),
    ]
    assert list(order.lines.order_by("pk").values_list("returned", flat=True)) == [1, 2]
    assert proof.find_breaches("default") == []


def test_taking_back_needs_a_reason_and_a_number(mia):
    order = place_order((make_item(on_hand=5), 3))
    workflow.ship(order)

    assert "reason" in mia.post(page(order, "return"), typed(order, 1)).context["form"].errors
    response = mia.post(page(order, "return"), typed(order, "", reason="Broken"))

    assert "Say how many units of which line came back." in said(response)
    assert order.lines.get().returned == 0


def test_what_is_not_kept_in_stock_comes_back_without_touching_stock(mia):
    order = place_order((make_item(is_stocked=False), 3))
    workflow.ship(order)

    mia.post(page(order, "return"), typed(order, 2, reason="Refunded"))

    assert order.lines.get().returned == 2
    assert StockMovement.objects.count() == 0


# Giving up


def test_units_are_given_up_and_can_be_sold_again(mia):
    mug, tea = make_item(on_hand=5), make_item(on_hand=5)
    order = place_order((mug, 5), (tea, 2))

    mia.post(page(order, "cancel"), typed(order, 3, 2))

    order.refresh_from_db()
    assert (order.status, figures(mug), figures(tea)) == ("confirmed", (5, 2, 3), (5, 0, 5))
    assert list(order.lines.values_list("quantity", flat=True)) == [2]
    assert proof.find_breaches("default") == []


def test_an_order_is_shipped_when_what_is_left_of_it_was(mia):
    order = place_order((make_item(on_hand=9), 5))
    workflow.ship(order, {order.lines.get().pk: 2})

    mia.post(page(order, "cancel"), typed(order, 3))

    order.refresh_from_db()
    assert (order.status, order.lines.get().quantity) == ("shipped", 2)


def test_giving_up_everything_is_cancelling_the_order(mia):
    order = place_order((make_item(on_hand=9), 5))

    response = mia.post(page(order, "cancel"), typed(order, 5))

    assert "Cancel the whole order instead." in said(response)
    assert order.lines.get().quantity == 5


def test_an_edit_down_to_what_was_shipped_ends_the_order():
    order = place_order((make_item(on_hand=9), 5))
    workflow.ship(order, {order.lines.get().pk: 2})

    with workflow.editing(order):
        line = order.lines.get()
        line.quantity = 2
        line.save()
    workflow.complete(order)

    order.refresh_from_db()
    assert order.status == "shipped"


def test_an_order_that_was_shipped_in_part_is_not_reopened(mia):
    order = place_order((make_item(on_hand=9), 5))
    workflow.ship(order, {order.lines.get().pk: 2})
    workflow.cancel(order)

    response = mia.post(page(order, "reopen"), follow=True)

    assert "were shipped before it was cancelled" in said(response)
    order.refresh_from_db()
    assert order.status == "cancelled"


# Buttons


def test_a_button_that_a_rule_switches_off_says_why(mia):
    order = make_order((make_item(on_hand=9), 5))

    html = said(mia.get(reverse("admin:orders_order_change", args=[order.pk])))

    assert f"{order.number} is draft; only a confirmed order is shipped." in html
    assert f"Nothing of {order.number} is with the customer: nothing can come back." in html
    assert page(order, "cancel") in html
    assert page(order, "ship") not in html


# From the list


def choose(action: str, *orders: Order, **more) -> dict:
    return {"action": action, "_selected_action": [order.pk for order in orders], **more}


def test_selected_drafts_are_placed_together(mia):
    mug = make_item(on_hand=5)
    drafts = [make_order((mug, 2)), make_order((mug, 3))]

    response = mia.post(LIST, choose("place_selected", *drafts, confirmed="1"), follow=True)

    assert "2 orders are placed." in said(response)
    assert figures(mug) == (5, 5, 0)


@pytest.mark.parametrize("short", [0, 1, 2])
def test_one_that_is_refused_holds_back_all_and_is_named(mia, short):
    mug, tea = make_item(on_hand=9), make_item("TEA-1")
    drafts = [make_order((tea if number == short else mug, 1)) for number in range(3)]

    response = mia.post(LIST, choose("place_selected", *drafts, confirmed="1"), follow=True)

    assert "Nothing was done" in said(response)
    assert f"{drafts[short].number}</a>: None of TEA-1 is available at Main" in said(response)
    assert set(Order.objects.values_list("status", flat=True)) == {"draft"}
    assert figures(mug) == (9, 0, 9)


@pytest.mark.parametrize(
    ("action", "question", "before", "after"),
    [
        ("place_selected", "Place these 2 orders?", (9, 0, 9), (9, 5, 4)),
        ("ship_selected", "Ship everything of these 2 orders?", (9, 5, 4), (4, 0, 4)),
        ("cancel_selected", "Cancel these 2 orders?", (9, 5, 4), (9, 0, 9)),
    ],
)
def test_a_step_of_many_asks_first_and_keeps_the_reason(mia, action, question, before, after):
    mug = make_item(on_hand=9)
    make = make_order if action == "place_selected" else place_order
    orders = [make((mug, 2)), make((mug, 3))]

    asked = mia.post(LIST, choose(action, *orders))
    assert question in said(asked)
    assert 'name="_reason"' in said(asked)
    assert figures(mug) == before
    mia.post(LIST, choose(action, *orders, confirmed="1", _reason="Trade fair"))

    assert figures(mug) == after
    assert ChangeSet.objects.latest("pk").reason == "Trade fair"


def test_all_that_a_filter_left_are_asked_for_and_no_others(mia):
    mug = make_item(on_hand=9)
    placed, draft = place_order((mug, 2)), make_order((mug, 3))

    asked = mia.post(f"{LIST}?q={placed.number}", choose("cancel_selected", placed, select_across="1"))

    assert f'name="_selected_action" value="{placed.pk}"' in said(asked)
    assert f'name="_selected_action" value="{draft.pk}"' not in said(asked)
    assert 'name="select_across"' not in said(asked)


def test_too_many_at_once_are_not_begun(mia, monkeypatch):
    monkeypatch.setattr("orders.actions.MOST", 1)
    mug = make_item(on_hand=9)
    drafts = [make_order((mug, 1)), make_order((mug, 1))]

    response = mia.post(LIST, choose("place_selected", *drafts, confirmed="1"), follow=True)

    assert "At most 1 orders at once." in said(response)
    assert figures(mug) == (9, 0, 9)


@pytest.mark.parametrize(
    ("role", "action"),
    [
        ("Warehouse", "place_selected"),
        ("Sales", "ship_selected"),
        ("Warehouse", "cancel_selected"),
        ("Auditor", "ship_selected"),
        ("Manager", "delete_selected"),
    ],
)
def test_an_action_that_a_role_may_not_take_does_nothing_however_it_is_sent(client, role, action):
    user = User.objects.create_user("somebody", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    mug = make_item(on_hand=9)
    placed, draft = place_order((mug, 2)), make_order((mug, 1))

    client.post(LIST, choose(action, placed if action == "ship_selected" else draft, confirmed="1", post="yes"))

    assert sorted(Order.objects.values_list("status", flat=True)) == ["confirmed", "draft"]
    assert figures(mug) == (9, 2, 7)
