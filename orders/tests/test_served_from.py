"""A line may be served from another location than its order: its units are held, shipped and taken back there."""

import pytest
from django.contrib.auth.models import User

from inventory import proof, stock
from inventory.models import Location, StockMovement
from inventory.rules import StockRefused
from inventory.tests.shop import figures, level_of, make_item
from orders import workflow
from orders.holders import holders
from orders.models import LINE, OrderLine
from orders.rules import OrderRefused
from orders.tests.shop import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Location:
    return Location.objects.create(code="b", name="Store B")


@pytest.fixture
def mug(store):
    mug = make_item("MUG-1", on_hand=5)
    stock.receive(mug, store, 4, reason="Opening stock")
    return mug


@pytest.fixture
def order(mug, store):
    """Two mugs from Main, three from Store B."""
    order = make_order((mug, 2))
    OrderLine.objects.create(order=order, item=mug, quantity=3, location=store)
    return order


def test_each_line_holds_units_where_it_is_served_from(order, mug, store):
    workflow.place(order)

    assert (figures(mug), figures(mug, store)) == ((5, 2, 3), (4, 3, 1))
    assert proof.find_breaches("default") == []


def test_units_leave_and_come_back_where_the_line_is_served_from(order, mug, store):
    workflow.place(order)
    workflow.ship(order)
    shipped = figures(mug), figures(mug, store)
    workflow.take_back(order, {order.lines.get(location=store).pk: 2}, "Did not fit")

    assert shipped == ((3, 0, 3), (1, 0, 1))
    assert (figures(mug), figures(mug, store)) == ((3, 0, 3), (3, 0, 3))


def test_a_refusal_names_the_line_s_location_and_what_others_have_now(mug, store):
    order = make_order((mug, 1))
    OrderLine.objects.create(order=order, item=mug, quantity=5, location=store)

    with pytest.raises(
        StockRefused, match="Only 4 of MUG-1 available at Store B; 5 asked for. Main has 5 now."
    ) as info:
        workflow.place(order)

    [shortage] = info.value.shortages
    assert shortage.elsewhere == ((Location.default().pk, "Main", 5),)
    assert shortage.place == (mug.pk, store.pk)


def test_a_line_that_moves_takes_its_allocation_along(order, mug, store):
    workflow.place(order)
    line = order.lines.get(location=None)
    line.location, line.quantity = store, 1
    line.save()

    assert (figures(mug), figures(mug, store)) == ((5, 0, 5), (4, 4, 0))
    assert proof.find_breaches("default") == []


def test_an_order_that_moves_leaves_the_lines_of_other_places_where_they_are(order, mug, store):
    third = Location.objects.create(code="c", name="Store C")
    stock.receive(mug, third, 2, reason="Opening stock")
    workflow.place(order)
    order.location = third
    order.save()

    assert [figures(mug), figures(mug, store), figures(mug, third)] == [(5, 0, 5), (4, 3, 1), (2, 2, 0)]


def test_the_location_of_a_line_with_shipments_stays(order, store):
    workflow.place(order)
    workflow.ship(order, {line.pk: 1 for line in order.lines.all()})
    line = order.lines.get(location=store)
    line.location = None

    with pytest.raises(OrderRefused, match="its location cannot change"):
        line.save()


def test_an_order_moves_while_only_lines_of_other_places_were_shipped(order, mug, store):
    third = Location.objects.create(code="c", name="Store C")
    stock.receive(mug, third, 2, reason="Opening stock")
    workflow.place(order)
    workflow.ship(order, {order.lines.get(location=store).pk: 3})
    order.location = third
    order.save()

    assert figures(mug, third) == (2, 2, 0)


def test_what_arrives_at_a_place_goes_to_the_lines_that_wait_there(store):
    tea = make_item(oversell="backorder")
    order = make_order()
    OrderLine.objects.create(order=order, item=tea, quantity=3, location=store)
    workflow.place(order)

    stock.receive(tea, Location.default(), 5, reason="Delivery")
    at_main = workflow.waiting_orders([level_of(tea)])
    stock.receive(tea, store, 5, reason="Delivery")

    assert at_main == []
    assert workflow.waiting_orders([level_of(tea, store)]) == [order.pk]


def test_the_page_of_an_item_says_where_a_line_holds_it(order, mug):
    workflow.place(order)

    found = {holder.location: holder.held for holder in holders(mug, User(is_superuser=True))}

    assert found == {"Main": 2, "Store B": 3}


def test_an_allocation_at_another_place_than_the_line_s_is_a_breach(order, store):
    workflow.place(order)
    line = order.lines.get(location=store)
    here = StockMovement.objects.filter(source_kind=LINE, source_id=line.pk).get().level
    OrderLine.objects.filter(pk=line.pk)._write(location=None)

    assert here.location == store
    assert any("MUG-1: 3 allocated" in sentence for sentence in proof.find_breaches("default"))
