"""Taking back what was done to orders: stock settles, steps are taken the other way, what left the house stays out."""

import pytest
from django_ox.testing import run_tasks

from backoffice.history.models import ChangeSet
from backoffice.history.undo_run import UndoRefused
from inventory import proof
from inventory.models import Item
from inventory.tests.shop import figures, make_item
from inventory.tests.test_undo import an_act, edit, outcomes, take_back
from notifications.models import Notification
from orders import actions, workflow
from orders.models import Customer, Order, OrderLine
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books_are_right():
    yield
    assert proof.find_breaches("default") == []


def edit_order(order: Order, quantities: dict[int, int], **values) -> None:
    """One edit of the header and its lines, as the form saves them; a quantity of 0 removes the line."""
    order = Order.objects.get(pk=order.pk)
    with workflow.editing(order):
        for name, value in values.items():
            setattr(order, name, value)
        order.version += 1
        order.save()
        for line in order.lines.all():
            line.quantity = quantities.get(line.pk, line.quantity)
            line.save() if line.quantity else line.delete()


def lines(order: Order) -> list[tuple[int, str, int, int]]:
    return list(order.lines.values_list("pk", "item__sku", "quantity", "allocated"))


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def test_a_customer_goes_back():
    kath = make_customer("Katherine Johnson")
    done = an_act(edit, kath, name="Kath", phone="+442079460000")

    take_back(done)

    kath.refresh_from_db()
    assert (kath.name, kath.phone, kath.name_key) == ("Katherine Johnson", "", "katherine johnson")


def test_lines_go_back_and_stock_settles():
    mug, tea = make_item("MUG-1", on_hand=5), make_item("TEA-1", on_hand=5)
    order = place_order((mug, 1), (tea, 2))
    first, second = order.lines.all()
    before = lines(order)
    done = an_act(edit_order, order, {first.pk: 4, second.pk: 0}, note="Ring")

    take_back(done)

    assert (lines(order), Order.objects.get().note) == (before, "")
    assert (figures(mug), figures(tea)) == ((5, 1, 4), (5, 2, 3))


def test_lines_whose_units_went_to_others_stay():
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 5))
    done = an_act(edit_order, order, {order.lines.get().pk: 1})
    place_order((mug, 3))

    assert outcomes(done) == {"Quantity": "stuck"}
    with pytest.raises(UndoRefused, match="Only 2 of MUG-1 available|Only 1 of MUG-1 available"):
        take_back(done)
    assert lines(order)[0][2:] == (1, 1)


def test_a_cancellation_goes_back_and_nobody_is_told_again():
    mug = make_item(on_hand=5)
    order = place_order((mug, 3))
    done = an_act(workflow.cancel, order)
    sent = Notification.objects.filter(state=Notification.State.QUEUED).count()

    by = take_back(done)
    assert (status(order), figures(mug)) == ("confirmed", (5, 3, 2))
    assert Notification.objects.filter(state=Notification.State.QUEUED).count() == sent

    take_back(by)
    assert (status(order), figures(mug)) == ("cancelled", (5, 0, 5))


def test_many_orders_that_were_cancelled_at_once_go_back_at_once():
    mug = make_item(on_hand=5)
    orders = [place_order((mug, 1)) for _ in range(3)]
    done = an_act(actions.together, orders, workflow.cancel)

    take_back(done)

    assert ({status(order) for order in orders}, figures(mug)) == ({"confirmed"}, (5, 3, 2))


def test_of_many_orders_those_that_stock_cannot_bear_stay():
    mug = make_item(on_hand=5)
    orders = [place_order((mug, 2)), place_order((mug, 3))]
    done = an_act(actions.together, orders, workflow.cancel)
    place_order((mug, 3))

    by = take_back(done)

    assert [status(order) for order in orders] == ["confirmed", "cancelled"]
    assert done.standing_undo().left_count == 1
    assert by.source == "undo"


def test_an_order_that_was_placed_becomes_a_draft_and_is_placed_again():
    mug = make_item(on_hand=5)
    order = make_order((mug, 3))
    done = an_act(workflow.place, order)

    by = take_back(done)
    assert (status(order), figures(mug)) == ("draft", (5, 0, 5))

    take_back(by)
    assert (status(order), figures(mug)) == ("confirmed", (5, 3, 2))


def test_a_draft_that_was_entered_goes_and_comes_back_with_its_lines():
    mug, kath = make_item(on_hand=5), make_customer()
    done = an_act(make_order, (mug, 3), customer=kath, note="Ring")
    order = Order.objects.get()
    before = (order.pk, order.number, lines(order))

    by = take_back(done)
    assert not Order.objects.exists()

    take_back(by)
    order = Order.objects.get()
    assert (order.pk, order.number, lines(order)) == before
    assert (order.note, order.total) == ("Ring", order.totals().total)


def test_an_order_that_was_entered_and_placed_is_cancelled():
    mug, kath = make_item(on_hand=5), make_customer()
    done = an_act(place_order, (mug, 3), customer=kath)

    by = take_back(done)
    assert (Order.objects.get().status, figures(mug)) == ("cancelled", (5, 0, 5))

    take_back(by)
    assert (Order.objects.get().status, figures(mug)) == ("confirmed", (5, 3, 2))


def test_an_order_that_somebody_worked_on_since_is_kept_unless_it_is_ticked():
    mug, kath = make_item(on_hand=5), make_customer()
    done = an_act(make_order, (mug, 3), customer=kath)
    an_act(edit_order, Order.objects.get(), {OrderLine.objects.get().pk: 2})

    assert outcomes(done) == {"Created": "touched"}
    take_back(done, "*")

    assert not Order.objects.exists()


@pytest.mark.parametrize("step", ["ship", "return"])
def test_what_left_the_house_is_not_undone_and_the_preview_says_what_to_do(step):
    mug = make_item(on_hand=5)
    order = place_order((mug, 3))
    done = an_act(workflow.ship, order)
    if step == "return":
        done = an_act(workflow.take_back, order, {order.lines.get().pk: 2}, "Chipped")
    before = status(order), figures(mug)

    assert set(outcomes(done).values()) == {"stuck"}
    with pytest.raises(UndoRefused, match="Use “Take back…”|stay on the shelf"):
        take_back(done)
    assert (status(order), figures(mug)) == before


def test_rates_and_prices_of_then_come_back():
    mug = make_item(on_hand=5, tax_rate=19)
    order = place_order((mug, 3))
    done = an_act(edit_order, order, {}, tax_rate=0, discount_percent=10)
    edit(mug, tax_rate=7, unit_price=99)
    before = order.total

    take_back(done)

    order = Order.objects.get()
    assert (order.tax_rate, order.lines.get().tax_rate, order.total) == (None, 19, before)


def test_a_line_takes_its_old_item_back_with_the_rate_and_price_of_then():
    mug, tea = make_item("MUG-1", on_hand=5, tax_rate=19), make_item("TEA-1", on_hand=5, tax_rate=7, unit_price=3)
    order = place_order((mug, 3))
    done = an_act(edit, order.lines.get(), item=tea, unit_price=3)
    edit(mug, tax_rate=0)

    take_back(done)

    line = OrderLine.objects.get()
    assert (line.item, line.tax_rate, str(line.unit_price)) == (mug, 19, "12.50")
    assert (figures(mug), figures(tea)) == ((5, 3, 2), (5, 0, 5))


def test_a_count_that_made_orders_wait_is_counted_again_instead():
    from inventory import stock
    from inventory.models import Location

    mug = make_item(on_hand=5)
    place_order((mug, 5))
    done = an_act(stock.count, mug, Location.default(), 2, "Stocktake", release_newest=True)

    assert outcomes(done)["On hand at Main"] == "stuck"
    run_tasks()


def test_a_customer_with_orders_stays_and_is_in_use():
    done = an_act(make_customer, "Katherine Johnson")
    order = make_order((make_item(), 1), customer=Customer.objects.get())

    with pytest.raises(UndoRefused, match=f"It is in use: {order.number}"):
        take_back(done)

    assert ChangeSet.objects.filter(source="undo").count() == 0
    assert Customer.objects.count() == Item.objects.count() == 1
