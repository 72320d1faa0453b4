"""Measures on the database of the environment and prints the rates as JSON. Empties nothing: give it a new database."""

import json
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
    django.setup()
    call_command("migrate", verbosity=0)
    from benchmarks import books, messages, orders, reading  # models can be imported only now

    measures = books.measures() | orders.measures() | reading.measures()  # orders are placed in a shop with a past
    measures |= messages.measures()
    print(json.dumps({name: rates(act) for name, act in measures.items()}))


if __name__ == "__main__":
    main()
