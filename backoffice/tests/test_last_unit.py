"""Many people want the last unit at the same moment, on real connections. One gets it, in every round."""

import pytest

from backoffice.tests import tutorial
from backoffice.tests.race import database_url, race, watching
from inventory import proof
from inventory.rules import StockRefused
from inventory.tests.shop import figures, level_of, make_item
from orders import workflow
from orders.models import Order
from orders.tests.shop import make_customer, make_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

PATIENCE = 60  # seconds, on SQLite: the question is who gets the unit, not how soon on a busy machine
CONTROL_ROUNDS, CONTROL_MUST_OVERSELL = 10, 9


@pytest.mark.parametrize(
    ("buyers", "rounds"),
    [
        pytest.param(32, 20, id="32 buyers, 20 rounds"),
        pytest.param(64, 200, id="64 buyers, 200 rounds", marks=pytest.mark.deep),
    ],
)
def test_exactly_one_of_many_buyers_gets_the_last_unit(buyers, rounds):
    mug, customer = make_item(on_hand=1), make_customer()
    orders = [make_order((mug, 1), customer=customer).pk for _ in range(buyers)]

    with watching(database_url()) as watch:
        for _ in range(rounds):
            outcomes = race(lambda number: place(orders[number]), buyers, PATIENCE)
            assert outcomes == {"placed": 1, "stock_short": buyers - 1}
            assert figures(mug) == (1, 1, 0)
            put_back(orders)

    assert proof.find_breaches("default") == []
    assert watch.saw_waiting()


def test_the_receiver_of_the_tutorial_oversells():
    """The negative control. If this did not oversell, the race above would prove nothing."""
    levels = [level_of(make_item(on_hand=1)).pk for _ in range(CONTROL_ROUNDS)]

    sold = [race(lambda _number, pk=pk: sell(pk), 32)["placed"] for pk in levels]

    assert sum(units > 1 for units in sold) >= CONTROL_MUST_OVERSELL


@pytest.mark.parametrize(("units", "wanted"), [(10, [1, 2, 3, 4] * 6)])
def test_no_more_is_sold_than_there_is_and_nobody_is_refused_who_could_be_served(units, wanted):
    mug, customer = make_item(on_hand=units), make_customer()
    orders = [make_order((mug, quantity), customer=customer).pk for quantity in wanted]

    outcomes = race(lambda number: place(orders[number]), len(orders), PATIENCE)

    on_hand, allocated, available = figures(mug)
    refused = [quantity for quantity, pk in zip(wanted, orders, strict=True) if not is_placed(pk)]
    assert set(outcomes) == {"placed", "stock_short"}
    assert (on_hand, allocated) == (units, sum(wanted) - sum(refused))
    assert available < min(refused)


def place(pk: int) -> str:
    try:
        workflow.place(Order.objects.get(pk=pk))
    except StockRefused as refusal:
        return str(refusal.code)
    return "placed"


def put_back(orders: list[int]) -> None:
    winner = Order.objects.get(pk__in=orders, status=Order.Status.CONFIRMED)
    workflow.cancel(winner)
    workflow.reopen(winner)


def is_placed(pk: int) -> bool:
    return Order.objects.get(pk=pk).status == Order.Status.CONFIRMED


def sell(level_id: int) -> str:
    try:
        tutorial.sell(level_id, 1)
    except tutorial.SoldOutError:
        return "refused"
    return "placed"
