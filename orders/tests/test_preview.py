"""An edit of a confirmed order shows first what it does, by doing it in a transaction that is not kept."""

import pytest
from django_ox.models import OxTask

from backoffice.history.models import ChangeSet
from inventory import proof, stock
from inventory.models import Location, StockMovement
from inventory.tests.shop import figures, make_item
from notifications.models import Notification
from orders import workflow
from orders.models import Order, OrderLine
from orders.tests.pages import ADD, change_url, formset_of, save, typed
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

WRITTEN = [ChangeSet, StockMovement, Notification, Order.history.model, OrderLine.history.model, OxTask]


def written() -> list[int]:
    return [model._base_manager.count() for model in WRITTEN]


def effect_of(response):
    return response.context["preview"]


@pytest.fixture
def mug():
    return make_item("MUG-1", on_hand=5)


@pytest.fixture
def order(mug):
    return place_order((mug, 2), customer=make_customer())


def edited(order, mug, quantity, **extra):
    return typed(order.customer, (mug, quantity, order.lines.get()), order=order, _save="1", **extra)


def test_the_effect_on_money_and_stock_is_shown_and_nothing_is_written(dana, order, mug):
    before = written()

    response = dana.post(change_url(order), edited(order, mug, 4, note="Ring twice"))

    effect = effect_of(response)
    assert (str(effect.total_before), str(effect.total_after)) == ("25.00", "50.00")
    [move] = effect.moves
    assert (move.sku, move.location, move.before, move.after, move.difference) == ("MUG-1", "Main", 2, 4, 2)
    assert move.available == 1
    assert (written(), figures(mug), order.lines.get().quantity) == (before, (5, 2, 3), 2)
    assert "Nothing is saved yet." in response.content.decode()
    assert "Told, if what was ordered changes: Katherine Johnson by email" in response.content.decode()


def test_the_form_keeps_what_was_typed_and_has_no_errors(dana, order, mug):
    response = dana.post(change_url(order), edited(order, mug, 4, note="Ring twice"))

    assert formset_of(response).forms[0]["quantity"].value() == "4"
    assert response.context["adminform"].form["note"].value() == "Ring twice"
    assert not response.context["errors"]


def test_what_was_shown_is_saved_when_it_is_confirmed(dana, order, mug):
    response = save(dana, change_url(order), edited(order, mug, 4))

    assert response.status_code == 302
    assert (figures(mug), order.lines.get().quantity) == ((5, 4, 1), 4)
    assert proof.find_breaches("default") == []


def test_a_confirmation_is_for_the_effect_that_was_shown_and_no_other(dana, order, mug):
    shown = effect_of(dana.post(change_url(order), edited(order, mug, 4)))

    response = dana.post(change_url(order), edited(order, mug, 5) | {"_confirmed": shown.digest})

    assert effect_of(response).moves[0].after == 5
    assert order.lines.get().quantity == 2


def test_stock_that_moved_in_between_is_shown_again(dana, order, mug):
    shown = effect_of(dana.post(change_url(order), edited(order, mug, 4)))
    stock.receive(mug, Location.default(), 5, reason="Delivery")

    response = dana.post(change_url(order), edited(order, mug, 4) | {"_confirmed": shown.digest})

    assert effect_of(response).moves[0].available == 6
    assert order.lines.get().quantity == 2


def test_an_order_that_was_changed_in_between_is_not_overwritten(dana, order, mug):
    data = edited(order, mug, 4)
    shown = effect_of(dana.post(change_url(order), data))
    workflow.ship(Order.objects.get(pk=order.pk), {order.lines.get().pk: 1})

    response = dana.post(change_url(order), data | {"_confirmed": shown.digest})

    assert response.status_code == 409
    assert order.lines.get().quantity == 2


def test_an_edit_that_moves_neither_money_nor_stock_is_saved_at_once(dana, order, mug):
    response = dana.post(change_url(order), edited(order, mug, 2, note="Ring twice"))

    order.refresh_from_db()
    assert (response.status_code, order.note) == (302, "Ring twice")


def test_a_price_alone_is_shown_as_money(dana, order, mug):
    data = edited(order, mug, 2) | {"lines-0-unit_price": "10.00"}

    effect = effect_of(dana.post(change_url(order), data))

    assert (str(effect.total_after), effect.moves) == ("20.00", ())


def test_what_will_wait_is_shown(dana):
    tea = make_item("TEA-1", on_hand=3, oversell="backorder")
    order = place_order((tea, 2), customer=make_customer())

    [move] = effect_of(dana.post(change_url(order), edited(order, tea, 7))).moves

    assert (move.before, move.after, move.waited, move.waits, move.available) == (2, 3, 0, 4, 0)


def test_each_place_is_shown_when_a_line_moves(dana, order, mug):
    store = Location.objects.create(code="b", name="Store B")
    stock.receive(mug, store, 9, reason="Delivery")
    data = edited(order, mug, 2) | {"lines-0-location": store.pk}

    moves = effect_of(dana.post(change_url(order), data)).moves

    assert [(move.location, move.difference, move.available) for move in moves] == [("Main", -2, 5), ("Store B", 2, 7)]


def test_a_short_line_is_refused_before_anything_is_shown(dana, order, mug):
    response = dana.post(change_url(order), edited(order, mug, 6))

    assert effect_of(response) is None
    assert formset_of(response).shorts


def test_an_answer_leads_to_the_same_preview(dana, order, mug):
    data = edited(order, mug, 6) | {"_answer": "save set lines-0 5"}

    assert effect_of(dana.post(change_url(order), data)).moves[0].after == 5


def test_drafts_and_new_orders_are_saved_without_one(dana, mug):
    draft = make_order((mug, 2), customer=make_customer())

    assert dana.post(change_url(draft), edited(draft, mug, 4)).status_code == 302
    assert dana.post(ADD, typed(draft.customer, (mug, 1), _place="1")).status_code == 302


def test_no_number_is_used_up_by_looking(dana, order, mug):
    dana.post(change_url(order), edited(order, mug, 4))
    following = make_order((mug, 1), customer=order.customer)

    assert int(following.number.removeprefix("SO-")) == int(order.number.removeprefix("SO-")) + 1
