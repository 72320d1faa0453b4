"""Long reads that see one moment: what others commit meanwhile does not show."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections, transaction

_reads_from: ContextVar[str | None] = ContextVar("reads_from", default=None)


class Router:
    """Inside a snapshot every model is read where the snapshot is. What is written goes where it always goes."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return _reads_from.get()


@contextmanager
def snapshot(using: str = "replica") -> Iterator[None]:
    """A read-only transaction on ``using`` in which every query sees the same state of the database.

    Inside a transaction that is open already it changes nothing; on SQLite every transaction is like this.
    """
    connection = connections[using]
    is_ours = not connection.in_atomic_block
    reading = _reads_from.set(using)
    try:
        with transaction.atomic(using=using):
            if connection.vendor == "postgresql" and is_ours:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    finally:
        _reads_from.reset(reading)
