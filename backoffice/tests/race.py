"""Competition that is real: threads with connections of their own that start at the same moment, and its proof."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Event, Thread

import psycopg
from django.db import connection

POLL_SECONDS = 0.002
WAITING = """
    SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def race(buyer: Callable[[int], str], runners: int, sqlite_seconds: int | None = None) -> Counter[str]:
    """Runs ``buyer(i)`` in as many threads at once and counts what they return; an exception counts by its name.

    ``sqlite_seconds``: how long a thread waits for SQLite's one write lock, if not as long as a web process. SQLite
    serves who asks at the right moment, not who waits longest: writers without a pause between them starve somebody.
    """
    barrier, outcomes = Barrier(runners), []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            if sqlite_seconds and connection.vendor == "sqlite":
                connection.connection.execute(f"PRAGMA busy_timeout = {sqlite_seconds * 1000}")
            barrier.wait(timeout=30)
            outcomes.append(buyer(number))
        except Exception as failure:
            outcomes.append(f"{type(failure).__name__}: {failure}")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def database_url() -> str:
    """The database that the tests are connected to, for processes of their own."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"


@dataclass
class Watch:
    """What a connection of its own saw while others competed. SQLite cannot tell who waits for its one write lock."""

    is_possible: bool
    samples: int = 0
    waiters: set[int] = field(default_factory=set)  # server processes that were seen waiting for a lock
    queries: Counter[str] = field(default_factory=Counter)

    def saw_waiting(self) -> bool:
        """A race in which nobody waited for anybody proves nothing."""
        return bool(self.waiters) or not self.is_possible


@contextmanager
def watching(url: str) -> Iterator[Watch]:
    """Samples who waits for a lock in the database ``url``, as often as it can."""
    watch, is_over = Watch(is_possible=url.startswith("postgres")), Event()

    def look() -> None:
        with psycopg.connect(url, autocommit=True) as watcher:
            while not is_over.wait(POLL_SECONDS):
                watch.samples += 1
                for pid, query in watcher.execute(WAITING):
                    watch.waiters.add(pid)
                    watch.queries[query] += 1

    thread = Thread(target=look)
    if watch.is_possible:
        thread.start()
    try:
        yield watch
    finally:
        is_over.set()
        if watch.is_possible:
            thread.join()


def deadlocks(url: str) -> int:
    """What the database itself counted; SQLite has one writer and therefore none."""
    if not url.startswith("postgres"):
        return 0
    time.sleep(1.1)  # server processes report their counters at most once a second
    with psycopg.connect(url, autocommit=True) as observer:
        row = observer.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row
    return row[0]
