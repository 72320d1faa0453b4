"""Measures one part on the database of the environment and prints what it found as JSON. Give it a new database."""

import json
import sys
import time
from collections.abc import Callable

import django
from django.core.management import call_command

ROUNDS = 5


def rates(act: Callable[[], int]) -> list[float]:
    """Things done per second in each round, after one that only warms up."""
    act()
    return [rate(act) for _round in range(ROUNDS)]


def rate(act: Callable[[], int]) -> float:
    started = time.perf_counter()
    done = act()
    return done / (time.perf_counter() - started)


def main() -> None:
    part, rows, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    django.setup()
    call_command("migrate", verbosity=0)
    from benchmarks import (  # models can be imported only now
        beside,
        books,
        history,
        imports,
        memory,
        messages,
        orders,
        pages,
        reading,
        undo,
    )

    if part == "imports":
        found = imports.measured(rows, rounds)
    elif part == "orders":
        found = orders.measured()
    elif part == "memory":
        found = memory.measured(rows)
    elif part == "beside":
        found = beside.measured(rows)
    elif part == "messages":
        found = messages.measured()
    elif part == "pages":
        found = pages.measured(rows, is_asked=bool(rounds))
    elif part == "undo":
        found = undo.measured(rows, rounds)
    elif part == "history":
        found = history.measured()
    else:
        measures = books.measures() | reading.measures()
        found = {name: rates(act) for name, act in measures.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
