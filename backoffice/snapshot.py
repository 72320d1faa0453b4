"""Long reads that see one moment: what others commit meanwhile does not show."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


@contextmanager
def snapshot(using: str = "replica") -> Iterator[None]:
    """A read-only transaction on ``using`` in which every query sees the same state of the database.

    Inside a transaction that is open already it changes nothing; on SQLite every transaction is like this.
    """
    connection = connections[using]
    is_ours = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql" and is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
