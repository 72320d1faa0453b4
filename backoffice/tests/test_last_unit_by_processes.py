"""Buyers in operating system processes of their own want the last unit. Nothing in memory can help them."""

import time

import pytest

from backoffice.tests.buyers import nursery
from backoffice.tests.race import database_url, watching
from backoffice.tests.test_last_unit import put_back
from inventory import proof
from inventory.tests.shop import figures, make_item
from orders.tests.shop import make_customer, make_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

SECONDS_TO_GET_READY = 0.3  # to fork and connect


@pytest.mark.parametrize(
    ("processes", "rounds"),
    [
        pytest.param(4, 5, id="4 processes, 5 rounds"),
        pytest.param(16, 50, id="16 processes, 50 rounds", marks=pytest.mark.deep),
    ],
)
def test_exactly_one_of_many_processes_gets_the_last_unit(processes, rounds):
    mug, customer = make_item(on_hand=1), make_customer()
    orders = [make_order((mug, 1), customer=customer).pk for _ in range(processes)]

    with nursery(database_url()) as buyers, watching(database_url()) as watch:
        for _ in range(rounds):
            moment = time.time() + SECONDS_TO_GET_READY + processes / 20
            for pk in orders:
                buyers.tell("place", pk, moment)
            outcomes = sorted(buyers.hear() for _ in orders)
            assert outcomes == ["placed"] + ["stock_short"] * (processes - 1)
            assert figures(mug) == (1, 1, 0)
            put_back(orders)

    assert proof.find_breaches("default") == []
    assert watch.saw_waiting()
