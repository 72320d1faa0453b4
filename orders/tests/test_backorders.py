import pytest
from django.db import transaction
from django_ox.models import OxTask
from django_ox.testing import run_tasks

from inventory import proof, stock
from inventory.models import Location, StockMovement
from inventory.rules import CountMoved, StockRefused
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.rules import OrderRefused
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books_are_right():
    yield
    assert proof.find_breaches("default") == []


def held(*orders) -> list[int]:
    return [line.allocated for order in orders for line in order.lines.all()]


def test_an_item_on_backorder_gives_what_there_is_and_the_rest_waits():
    mug = make_item(on_hand=3, oversell="backorder")

    order = place_order((mug, 5))

    line = order.lines.get()
    assert (order.status, line.allocated, line.waiting) == ("confirmed", 3, 2)
    assert figures(mug) == (3, 3, 0)


def test_an_item_on_backorder_that_was_never_received_is_sold():
    order = place_order((make_item(oversell="backorder"), 5))

    assert order.lines.get().waiting == 5


def test_a_line_may_wait_by_exception():
    mug = make_item(on_hand=3)
    order = make_order((mug, 5))
    line = order.lines.get()
    line.backorder, line.backorder_reason = True, "Promised by phone"
    line.save()

    workflow.place(order)

    assert held(order) == [3]
    assert line.history.first().backorder_reason == "Promised by phone"


def test_what_cannot_wait_comes_before_what_can():
    mug = make_item(on_hand=3)
    order = make_order((mug, 2), (mug, 3))
    waiting = order.lines.first()
    waiting.backorder = True
    waiting.save()

    workflow.place(order)

    assert held(order) == [0, 3]


def test_arrived_stock_goes_to_the_oldest_waiting_order():
    mug = make_item(on_hand=1, oversell="backorder")
    first, second, third = (place_order((mug, 2)) for _ in range(3))

    stock.receive(mug, Location.default(), 3, reason="Delivery")
    run_tasks(raise_failures=True)

    assert held(first, second, third) == [2, 2, 0]
    assert figures(mug) == (4, 4, 0)


def test_a_cancelled_order_frees_units_for_those_who_wait():
    mug = make_item(on_hand=2, oversell="backorder")
    first, second = place_order((mug, 2)), place_order((mug, 2))

    workflow.cancel(first)
    run_tasks(raise_failures=True)

    assert held(second) == [2]


def test_when_nobody_waits_nothing_is_enqueued():
    mug = make_item(on_hand=1)

    stock.receive(mug, Location.default(), 3, reason="Delivery")

    assert OxTask.objects.count() == 0


def test_an_order_that_waits_ships_what_it_holds_and_stays_open():
    mug = make_item(on_hand=3, oversell="backorder")
    order = place_order((mug, 5))

    workflow.ship(order)

    assert (order.status, order.lines.get().shipped, figures(mug)) == ("partly", 3, (0, 0, 0))


def test_an_order_that_only_waits_cannot_be_shipped():
    order = place_order((make_item(oversell="backorder"), 5))

    with pytest.raises(OrderRefused, match="wait for stock"), transaction.atomic():
        workflow.ship(order)


def test_shipped_units_come_back_to_the_shelf():
    mug = make_item(on_hand=3)
    order = place_order((mug, 3))
    workflow.ship(order)

    workflow.take_back(order, {order.lines.get().pk: 2}, reason="Did not fit")

    assert (order.lines.get().returned, figures(mug)) == (2, (2, 0, 2))
    assert StockMovement.objects.get(kind="return").reason == "Did not fit"


def test_no_more_comes_back_than_was_shipped():
    order = place_order((make_item(on_hand=3), 3))
    workflow.ship(order)

    with pytest.raises(OrderRefused, match="3 were shipped"), transaction.atomic():
        workflow.take_back(order, {order.lines.get().pk: 4}, reason="?")


def test_a_count_below_what_is_promised_is_refused_and_names_who_holds_it():
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 4))

    with pytest.raises(StockRefused, match=f"{order.number} holds 4") as refusal, transaction.atomic():
        stock.count(mug, Location.default(), 3, reason="May count")

    assert refusal.value.code == "stock_promised"
    assert figures(mug) == (5, 4, 1)


def test_the_newest_orders_give_up_units_when_it_is_chosen():
    mug = make_item(on_hand=5)
    first, second = place_order((mug, 2)), place_order((mug, 3))

    stock.count(mug, Location.default(), 3, reason="May count", release_newest=True)
    run_tasks(raise_failures=True)

    assert (held(first, second), figures(mug)) == ([2, 1], (3, 3, 0))
    assert second.lines.get().backorder
    assert not first.lines.get().backorder


def test_a_count_asks_when_stock_moved_meanwhile():
    mug = make_item(on_hand=10)
    workflow.ship(place_order((mug, 4)))

    with pytest.raises(CountMoved) as question, transaction.atomic():
        stock.count(mug, Location.default(), 9, reason="May count", seen=10)

    assert (question.value.seen, question.value.on_hand, question.value.code) == (10, 6, "count_moved")


@pytest.mark.parametrize(("keep", "on_hand"), [("count", 9), ("difference", 5)])
def test_the_count_or_the_difference_is_kept(keep, on_hand):
    mug = make_item(on_hand=10)
    workflow.ship(place_order((mug, 4)))

    stock.count(mug, Location.default(), 9, reason="May count", seen=10, keep=keep)

    assert figures(mug) == (on_hand, 0, on_hand)


def test_units_go_from_one_location_to_another():
    mug, store = make_item(on_hand=5), Location.objects.create(code="b", name="Store B")

    out, into = stock.transfer(mug, Location.default(), store, 2, reason="Restock")

    assert (figures(mug), figures(mug, store)) == ((3, 0, 3), (2, 0, 2))
    assert (out.reference, into.reference) == ("Store B", "Main")


def test_promised_units_stay_where_they_are():
    mug, store = make_item(on_hand=5), Location.objects.create(code="b", name="Store B")
    place_order((mug, 4))

    with pytest.raises(StockRefused), transaction.atomic():
        stock.transfer(mug, Location.default(), store, 2, reason="Restock")

    assert figures(mug) == (5, 4, 1)
