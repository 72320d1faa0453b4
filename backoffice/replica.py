"""The copy of the database that long reads go to: whether it answers, and whether it has caught up."""

import time

from django.conf import settings
from django.db import DatabaseError, connection, connections

SECONDS_TO_CATCH_UP = 2.0


def is_another_server() -> bool:
    return connection.vendor == "postgresql" and settings.DATABASE_REPLICA_URL != settings.DATABASE_URL


def where_to_read(using: str = "replica") -> str:
    """``using``, if it holds all that is committed by now; ``default`` where it does not answer or lags too far.

    So whoever asks for an export finds in it what they saw on the page before.
    """
    if using != "replica" or not is_another_server():
        return using
    wanted, patience = _written(), time.monotonic() + SECONDS_TO_CATCH_UP
    try:
        while not _has_replayed(wanted):
            if time.monotonic() > patience:
                return "default"
            time.sleep(0.05)
    except DatabaseError:
        connections["replica"].close()
        return "default"
    return using


def seconds_behind() -> float:
    """Since the newest act that arrived, unless all have. Raises DatabaseError when the replica does not answer."""
    if not is_another_server() or _has_replayed(_written()):
        return 0.0
    return float(_ask("replica", "SELECT EXTRACT(EPOCH FROM now() - pg_last_xact_replay_timestamp())") or 0)


def _written() -> str:
    return _ask("default", "SELECT pg_current_wal_insert_lsn()::text")


def _has_replayed(position: str) -> bool:
    """A server that follows nobody is a copy by other means, and taken at its word."""
    behind = "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn"
    return bool(_ask("replica", behind, position))


def _ask(using: str, question: str, *values: str):
    with connections[using].cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]
