"""The receiver of the tutorial: read, compare, save. The negative control of every race.

It does not lock and does not ask the database to decide, so it sells one unit many times. On SQLite it runs in
autocommit, because IMMEDIATE transactions would make one buyer wait for the other.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext

from django.db import connection, transaction

SECONDS_TO_BUILD_AN_ORDER = 0.05


class SoldOutError(Exception):
    pass


def sell(level_id: int, quantity: int) -> None:
    """What the tutorial's ``post_save`` of an order does to the inventory."""
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        seen = _on_hand(level_id)
        if seen < quantity:
            raise SoldOutError
        time.sleep(SECONDS_TO_BUILD_AN_ORDER)
        _write(level_id, seen - quantity)


def take_locks_off(replace: Callable = setattr) -> None:
    from inventory.querysets import StockLevelQuerySet
    from orders.querysets import OrderLineQuerySet, OrderQuerySet

    for queryset in (StockLevelQuerySet, OrderQuerySet, OrderLineQuerySet):
        replace(queryset, "locked", lambda self: self.order_by("pk"))


def take_transactions_off(replace: Callable = setattr) -> None:
    """Every statement is committed by itself. PostgreSQL does not lock outside a transaction."""
    take_locks_off(replace)
    replace(transaction.Atomic, "__enter__", lambda self: None)
    replace(transaction.Atomic, "__exit__", lambda self, *failure: None)


def _on_hand(level_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT on_hand FROM inventory_stocklevel WHERE id = %s", [level_id])
        return cursor.fetchone()[0]


def _write(level_id: int, on_hand: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET on_hand = %s WHERE id = %s", [on_hand, level_id])


def lock_slowly(level_ids: list[int]) -> None:
    """One lock after the other, in the order given, as code does that locks what it meets."""
    for level_id in level_ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM inventory_stocklevel WHERE id = %s FOR NO KEY UPDATE", [level_id])
        time.sleep(SECONDS_TO_BUILD_AN_ORDER)
