import pytest
from django.db import transaction
from django.db.models import ProtectedError

from inventory import proof
from inventory.models import StockMovement
from inventory.rules import StockRefused
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order, OrderLine
from orders.rules import OrderRefused
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books_are_right():
    yield
    assert proof.find_breaches("default") == []


def refused(call, *args):
    """The refusal, after the savepoint that a caller who goes on must open."""
    with pytest.raises((StockRefused, OrderRefused)) as refusal, transaction.atomic():
        call(*args)
    return refusal.value


def test_a_draft_holds_nothing():
    mug = make_item(on_hand=5)

    order = make_order((mug, 5))

    assert order.status == "draft"
    assert figures(mug) == (5, 0, 5)


def test_placing_allocates_every_line():
    mug, tea = make_item(on_hand=5), make_item(on_hand=9)

    order = place_order((mug, 5), (tea, 2))

    assert order.status == "confirmed"
    assert figures(mug) == (5, 5, 0)
    assert figures(tea) == (9, 2, 7)
    assert [line.allocated for line in order.lines.all()] == [5, 2]


def test_one_more_than_is_available_is_refused_and_nothing_changes():
    mug, tea = make_item("MUG-1", on_hand=5), make_item(on_hand=9)
    order = make_order((tea, 2), (mug, 6))

    refusal = refused(workflow.place, order)

    assert refusal.code == "stock_short"
    assert "Only 5 of MUG-1 available at Main; 6 asked for." in refusal.messages[0]
    order.refresh_from_db()
    assert (order.status, figures(mug), figures(tea)) == ("draft", (5, 0, 5), (9, 0, 9))


def test_a_refusal_names_who_holds_the_rest():
    mug = make_item(on_hand=5)
    first = place_order((mug, 4))
    second = make_order((mug, 2))

    refusal = refused(workflow.place, second)

    assert refusal.shortages[0].holders == ((first.number, 4),)
    assert f"{first.number} holds 4." in refusal.messages[0]


def test_two_lines_of_one_item_are_added_up():
    mug = make_item(on_hand=5)
    order = make_order((mug, 3), (mug, 3))

    assert refused(workflow.place, order).shortages[0].asked == 6


def test_every_short_line_is_named():
    mug, tea = make_item("MUG-1", on_hand=1), make_item("TEA-1")
    order = make_order((mug, 2), (tea, 1))

    assert [shortage.sku for shortage in refused(workflow.place, order).shortages] == ["MUG-1", "TEA-1"]


def test_placing_twice_is_placing_once():
    mug = make_item(on_hand=5)
    order = place_order((mug, 2))

    workflow.place(order)

    assert figures(mug) == (5, 2, 3)
    assert StockMovement.objects.filter(kind="allocation").count() == 1


def test_an_order_without_lines_cannot_be_placed():
    assert refused(workflow.place, make_order()).code == "no_lines"


def test_more_and_less_on_a_confirmed_line_moves_the_difference():
    mug = make_item(on_hand=5)
    line = place_order((mug, 2)).lines.get()

    line.quantity = 5
    line.save()
    assert figures(mug) == (5, 5, 0)

    line.quantity = 1
    line.save()
    assert figures(mug) == (5, 1, 4)


def test_another_item_on_a_line_releases_the_old_and_takes_the_new():
    mug, tea = make_item(on_hand=5), make_item(on_hand=5)
    line = place_order((mug, 2)).lines.get()

    line.item = tea
    line.save()

    assert (figures(mug), figures(tea)) == ((5, 0, 5), (5, 2, 3))


def test_units_can_move_from_one_line_to_another_in_one_edit():
    mug = make_item(on_hand=5)
    order = place_order((mug, 3), (mug, 2))
    first, second = order.lines.all()

    with workflow.editing(order):
        second.quantity = 4
        second.save()
        first.quantity = 1
        first.save()

    assert [line.allocated for line in order.lines.all()] == [1, 4]


def test_deleting_a_line_releases_it():
    mug = make_item(on_hand=5)
    order = place_order((mug, 2), (mug, 1))

    order.lines.first().delete()

    assert figures(mug) == (5, 1, 4)


def test_cancelling_releases_and_twice_is_once():
    mug = make_item(on_hand=5)
    order = place_order((mug, 2))

    workflow.cancel(order)
    workflow.cancel(order)

    assert figures(mug) == (5, 0, 5)
    assert StockMovement.objects.filter(kind="release").count() == 1


def test_a_cancelled_order_can_be_reopened_and_placed_again():
    mug = make_item(on_hand=5)
    order = place_order((mug, 2))

    workflow.cancel(order)
    workflow.reopen(order)
    workflow.place(order)

    assert (order.status, figures(mug)) == ("confirmed", (5, 2, 3))


def test_shipping_takes_units_off_the_shelf():
    mug = make_item(on_hand=5)
    order = place_order((mug, 2))

    workflow.ship(order)

    assert (order.status, figures(mug)) == ("shipped", (3, 0, 3))
    assert order.lines.get().shipped == 2


def test_part_of_an_order_can_be_shipped_and_the_rest_cancelled():
    mug = make_item(on_hand=5)
    order = place_order((mug, 4))

    workflow.ship(order, {order.lines.get().pk: 1})
    assert (order.status, figures(mug)) == ("partly", (4, 3, 1))

    workflow.cancel(order)
    assert (order.status, figures(mug)) == ("cancelled", (4, 0, 4))


def test_services_are_sold_without_stock():
    mug, wrapping = make_item(on_hand=5), make_item(is_stocked=False)
    order = place_order((mug, 1), (wrapping, 7))

    workflow.ship(order)

    assert order.status == "shipped"
    assert not StockMovement.objects.filter(level__item=wrapping).exists()


def test_the_quantity_cannot_fall_below_what_was_shipped():
    mug = make_item(on_hand=5)
    order = place_order((mug, 4))
    line = order.lines.get()
    workflow.ship(order, {line.pk: 3})
    line.refresh_from_db()

    line.quantity = 2

    assert refused(line.save).messages == ["3 were shipped already; the quantity cannot be less."]


def test_lines_of_a_closed_order_cannot_change():
    order = place_order((make_item(on_hand=5), 4))
    workflow.ship(order)
    line = order.lines.get()

    assert refused(line.delete).code == "line_shipped"
    assert refused(OrderLine(order=order, item=line.item, quantity=1).save).code == "closed"


def test_a_stale_save_cannot_take_a_state_back():
    mug = make_item(on_hand=5)
    order = make_order((mug, 2))
    stale = Order.objects.get(pk=order.pk)
    workflow.place(order)

    stale.note = "Ring twice"

    assert refused(stale.save).messages == [f"{order.number} is confirmed and cannot become draft."]


def test_an_order_that_was_confirmed_is_not_deleted():
    order = place_order((make_item(on_hand=5), 2))

    assert refused(order.delete).code == "confirmed_once"
    assert refused(Order.objects.all().delete).code == "confirmed_once"


def test_a_draft_is_deleted_with_its_lines_even_when_cancelled():
    make_order((make_item(), 2))
    cancelled = make_order((make_item(), 2))
    workflow.cancel(cancelled)

    Order.objects.all().delete()

    assert OrderLine.objects.count() == 0
    assert OrderLine.history.filter(history_type="-").count() == 2


def test_an_item_with_orders_is_not_deleted():
    mug = make_item(on_hand=1)
    make_order((mug, 1))

    with pytest.raises(ProtectedError), transaction.atomic():
        mug.delete()


def test_numbers_go_up_and_pass_over_one_that_an_imported_order_brought():
    first = make_order()
    taken = f"SO-{int(first.number.removeprefix('SO-')) + 1}"
    Order.objects.create(number=taken, customer=first.customer)

    assert make_order().number not in {first.number, taken}


def test_one_act_makes_one_change_set():
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 2))

    acts = {row.change_set_id for row in order.history.all()} | {
        row.change_set_id for row in OrderLine.history.filter(order=order)
    }

    assert len(acts) == 1


def test_an_items_rule_does_not_change_under_open_orders():
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 2))

    mug.is_stocked = False

    message = f"Open orders rely on this rule of MUG-1: {order.number}. Ship or cancel them first."
    assert refused(mug.save).messages == [message]
