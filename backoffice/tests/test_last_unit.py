"""Thirty people want the last unit at the same moment, on real connections. One gets it."""

import time

import pytest
from django.db import connection, transaction

from backoffice.tests.race import race
from inventory import proof
from inventory.models import StockLevel
from inventory.rules import StockRefused
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order
from orders.tests.shop import make_customer, make_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

BUYERS = 30


def test_exactly_one_of_thirty_buyers_gets_the_last_unit():
    mug, customer = make_item(on_hand=1), make_customer()
    orders = [make_order((mug, 1), customer=customer) for _ in range(BUYERS)]

    def buy(number):
        try:
            workflow.place(Order.objects.get(pk=orders[number].pk))
        except StockRefused as refusal:
            return refusal.code
        return "placed"

    assert race(buy, BUYERS) == {"placed": 1, "stock_short": BUYERS - 1}
    assert figures(mug) == (1, 1, 0)
    assert proof.find_breaches("default") == []


def test_two_orders_that_want_the_same_items_in_opposite_order_do_not_block_each_other():
    mug, tea, customer = make_item(on_hand=BUYERS), make_item(on_hand=BUYERS), make_customer()
    pairs = [[(mug, 1), (tea, 1)], [(tea, 1), (mug, 1)]]
    orders = [make_order(*pairs[number % 2], customer=customer) for number in range(BUYERS)]
    before = deadlocks()

    def buy(number):
        workflow.place(Order.objects.get(pk=orders[number].pk))
        return "placed"

    assert race(buy, BUYERS) == {"placed": BUYERS}
    assert (figures(mug), figures(tea)) == ((BUYERS, BUYERS, 0), (BUYERS, BUYERS, 0))
    assert deadlocks() == before


def test_the_receiver_of_the_tutorial_oversells():
    """The negative control: read, compare, save. If this did not oversell, the race above would prove nothing."""
    level = level_with_one_unit()

    def buy(number):
        seen = StockLevel.objects.get(pk=level.pk).on_hand
        if seen < 1:
            return "refused"
        time.sleep(0.01)  # where the tutorial builds the order
        write_balance(level.pk, seen - 1)
        return "sold"

    assert race(buy, BUYERS)["sold"] > 1


def level_with_one_unit() -> StockLevel:
    return StockLevel.objects.get(item=make_item(on_hand=1))


def write_balance(pk: int, on_hand: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET on_hand = %s WHERE id = %s", [on_hand, pk])


def deadlocks() -> int:
    """What the database itself counted; SQLite has one writer and therefore none."""
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
