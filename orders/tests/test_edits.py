"""An edit asks once for what it locks and reads; what it knows is never older than the row it decides about."""

import pytest
from django.db import transaction

from inventory import stock
from inventory.rules import StockRefused
from inventory.tests.shop import figures, level_of, make_item
from orders import edits, workflow
from orders.models import Order, OrderLine
from orders.rules import OrderRefused
from orders.tests.pages import change_url, typed
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db


def test_the_units_of_a_removed_line_go_to_another_line_of_the_same_edit():
    mug = make_item(on_hand=5)
    order = place_order((mug, 3), (mug, 2))
    first, second = order.lines.all()

    with workflow.editing(order):
        first.delete()
        second.quantity = 5
        second.save()

    assert list(order.lines.values_list("quantity", "allocated")) == [(5, 5)]
    assert figures(mug) == (5, 5, 0)


def test_a_line_that_was_saved_twice_in_an_edit_is_compared_with_its_newest_state():
    order = make_order((make_item(on_hand=5), 1))

    with workflow.editing(order):
        for quantity in (2, 3):
            line = order.lines.get()
            line.quantity = quantity
            line.save()

    assert order.lines.get().quantity == 3


def test_what_an_edit_read_in_a_savepoint_that_is_gone_is_read_again():
    order = make_order((make_item(on_hand=5), 1))

    with workflow.editing(order):
        with transaction.atomic():
            change(order.lines.get(), 2)
            transaction.set_rollback(True)
        change(order.lines.get(), 3)

    assert order.lines.get().quantity == 3


def change(line: OrderLine, quantity: int) -> None:
    line.quantity = quantity
    line.save()


def test_a_line_that_was_shipped_in_an_edit_is_not_shortened_in_it():
    mug = make_item(on_hand=5)
    order = place_order((mug, 3), (mug, 2))
    first, second = order.lines.all()

    with workflow.editing(order):
        change(second, 1)
        stock.ship([first.claim_of(3, order)])
        with pytest.raises(OrderRefused, match="3 were shipped"), transaction.atomic():
            change(first, 2)

    assert order.lines.get(pk=first.pk).quantity == 3


def test_a_stale_line_is_refused_in_an_edit_as_everywhere():
    order = make_order((make_item(on_hand=5), 1))
    stale = order.lines.get()
    change(order.lines.get(), 4)

    with pytest.raises(OrderRefused, match="changed"), transaction.atomic(), workflow.editing(order):
        change(stale, 2)

    assert order.lines.get().quantity == 4


def test_placing_inside_an_edit_knows_what_another_copy_of_the_order_saved_in_it():
    order = make_order((make_item(on_hand=5), 1))

    with workflow.editing(order):
        change(order.lines.get(), 2)
        copy = Order.objects.get(pk=order.pk)
        copy.note = "Ring twice"
        copy.save()
        workflow.place(order)

    assert (order.note, Order.objects.get(pk=order.pk).note) == ("Ring twice", "Ring twice")


def test_a_line_entered_in_a_savepoint_that_is_gone_is_not_placed():
    mug = make_item(on_hand=5)
    order = make_order((mug, 1))

    with workflow.editing(order):
        with transaction.atomic():
            OrderLine.objects.create(order=order, item=mug, quantity=2)
            transaction.set_rollback(True)
        workflow.place(order)

    assert list(order.lines.values_list("quantity", "allocated")) == [(1, 1)]


def test_placing_inside_an_edit_settles_once_and_refuses_as_ever():
    mug = make_item(on_hand=5)
    order = make_order((mug, 6))

    with pytest.raises(StockRefused), transaction.atomic(), workflow.editing(order):
        workflow.place(order)

    assert Order.objects.get(pk=order.pk).status == "draft"
    assert figures(mug) == (5, 0, 5)


def test_an_edit_of_one_order_is_none_of_another_not_even_of_a_new_one():
    order = make_order()
    other, new = make_order(customer=order.customer), Order()

    with workflow.editing(order):
        assert edits.of(Order.objects.get(pk=order.pk))
        assert edits.of(other) is None
    with edits.begun(new):
        assert edits.of(Order()) is None


def test_a_level_that_moved_behind_the_back_of_a_verb_is_not_moved_again():
    mug = make_item(on_hand=5)
    stale = level_of(mug)
    stock.adjust(mug, stale.location, -4, reason="Broken")

    with pytest.raises(StockRefused, match="The balance changed"), transaction.atomic():
        stock._move(stale, "allocation", 0, 3, is_level_read=True)

    assert figures(mug) == (1, 0, 1)


def test_a_save_that_changes_nothing_is_no_edit(dana):
    order = make_order((make_item(on_hand=5), 2))
    line = order.lines.get()
    form = typed(order.customer, (line.item, 2, line), order=order, _save="1") | {"lines-0-unit_price": "12.5"}

    dana.post(change_url(order), form)

    order.refresh_from_db()
    assert (order.version, order.history.count(), line.history.count()) == (0, 1, 1)


@pytest.mark.parametrize("change", [{"note": "Ring twice"}, {"lines-0-quantity": 3}, {"lines-0-DELETE": "on"}])
def test_a_save_that_changes_the_header_or_a_line_is_an_edit(dana, change):
    order = make_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))
    lines = [(line.item, line.quantity, line) for line in order.lines.all()]

    dana.post(change_url(order), typed(order.customer, *lines, order=order, _save="1") | change)

    assert Order.objects.get(pk=order.pk).version == 1
