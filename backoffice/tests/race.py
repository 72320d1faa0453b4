"""Threads with real connections that start at the same moment."""

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection


def race(buyer: Callable[[int], str], runners: int) -> Counter[str]:
    """Runs ``buyer(i)`` in as many threads at once and counts what they return; an exception counts by its name."""
    barrier, outcomes = Barrier(runners), []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
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
