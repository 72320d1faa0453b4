"""Order numbers: a sequence on PostgreSQL, the highest key plus one under SQLite's write lock. Gaps are allowed."""

from itertools import count

from django.conf import settings
from django.db import connection
from django.db.models import Max

from orders.models import Order

SEQUENCE = "orders_order_number"
FIRST = 1001


def next_number() -> str:
    """A number no order has. An imported order may have taken one, then the next free one is used."""
    numbers = (f"{settings.ORDER_NUMBER_PREFIX}{value}" for value in _values())
    return next(number for number in numbers if not Order.objects.filter(number=number).exists())


def _values():
    if connection.vendor != "postgresql":
        return count(FIRST + (Order.objects.aggregate(last=Max("pk"))["last"] or 0))
    return iter(_next_in_sequence, None)


def _next_in_sequence() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('{SEQUENCE}')")
        return cursor.fetchone()[0]
