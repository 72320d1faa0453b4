"""The proof of the books over a ledger of a million movements."""

from collections.abc import Callable

from benchmarks import big_shop
from inventory import proof

ITEMS, ORDERS = 20_000, 163_334  # with two movements a line, and one opening an item: a million


def measures() -> dict[str, Callable[[], int]]:
    movements = big_shop.fill(ITEMS, ORDERS)
    return {f"movements proved by check_stock, of {movements:,}": lambda: prove(movements)}


def prove(movements: int) -> int:
    breaches = proof.find_breaches("replica")
    if breaches:
        raise AssertionError(f"{len(breaches)} breaches, the first: {breaches[0]}")
    return movements
