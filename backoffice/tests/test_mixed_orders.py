"""Many orders over the same items, their lines in every order: nobody waits for who waits for them, and while it goes
on the books are right at every moment."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction

from backoffice.tests import tutorial
from backoffice.tests.buyers import nursery
from backoffice.tests.race import database_url, deadlocks, race, watching
from inventory import proof, stock
from inventory.models import Item, Location
from inventory.rules import StockRefused
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import Order
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ITEMS, UNITS = 10, 60
SECONDS_OF_A_WORKER = 60  # see `serve`: these clerks never pause, as jobs do


@pytest.mark.parametrize(
    ("clerks", "orders"),
    [
        pytest.param(8, 200, id="8 clerks, 200 orders"),
        pytest.param(16, 10_000, id="16 clerks, 10,000 orders", marks=pytest.mark.deep),
    ],
)
def test_orders_over_shared_items_never_deadlock_and_the_books_are_right_at_every_moment(clerks, orders):
    items, katherine, seed = [make_item(on_hand=UNITS) for _ in range(ITEMS)], make_customer(), a_seed()
    before = deadlocks(database_url())

    def work(clerk: int) -> str:
        dice, done = Random(seed + clerk), Counter[str]()
        for _ in range(orders // clerks):
            done[work_on_an_order(dice, items, katherine)] += 1
        return "done" if done["placed"] else f"never placed an order: {done}"

    with proving() as proofs, watching(database_url()) as watch:
        assert race(work, clerks, SECONDS_OF_A_WORKER) == {"done": clerks}

    assert set(proofs) == {"clean"}
    assert proof.find_breaches("default") == []
    assert deadlocks(database_url()) == before
    assert watch.saw_waiting()


def work_on_an_order(dice: Random, items: list[Item], customer) -> str:
    """Places one of 2 to 8 items in a random order; of those that are placed, some are cancelled and some shipped."""
    lines = [(item, dice.randint(1, 3)) for item in dice.sample(items, dice.randint(2, 8))]
    try:
        order = place_order(*lines, customer=customer)
    except StockRefused:
        restock(dice.choice(items))
        return "refused"
    if fate := dice.choice([None, workflow.cancel, workflow.cancel, workflow.ship]):
        fate(Order.objects.get(pk=order.pk))
    return "placed"


def restock(item: Item) -> None:
    stock.receive(item, Location.default(), 5, reason="Delivery")


@contextmanager
def proving() -> Iterator[Counter[str]]:
    """A process beside the clerks reads the whole proof again and again, each time in one snapshot."""
    found = Counter[str]()
    with nursery(database_url()) as helpers:
        helpers.tell("prove")
        pid = int(helpers.hear())
        try:
            yield found
        finally:
            found.update(helpers.listen_until_killed(pid))


def a_seed() -> int:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    return seed


# Against the arrival of stock -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rounds", [pytest.param(100, id="100 times"), pytest.param(1000, id="1,000 times", marks=pytest.mark.deep)]
)
def test_saving_a_line_and_an_arrival_that_settles_it_never_deadlock(rounds):
    tea, mug = make_item(oversell="backorder", on_hand=1), make_item(on_hand=rounds)
    order = place_order((tea, 5), (mug, 1))
    before = deadlocks(database_url())

    def meet(runner: int) -> str:
        return edit(order.pk, rounds) if runner else arrive(order.pk, tea, rounds)

    with watching(database_url()) as watch:
        assert race(meet, 2, SECONDS_OF_A_WORKER) == {"edited": 1, "arrived": 1}

    assert proof.find_breaches("default") == []
    assert deadlocks(database_url()) == before
    assert watch.saw_waiting()


def edit(order_id: int, rounds: int) -> str:
    for number in range(rounds):
        for line in Order.objects.get(pk=order_id).lines.all():
            line.quantity = 2 + (number + line.quantity) % 7
            line.save()
    return "edited"


def arrive(order_id: int, item: Item, rounds: int) -> str:
    for number in range(rounds):
        stock.adjust(item, Location.default(), 1 if number % 2 else 2, reason="Found")
        workflow.settle_waiting(order_id)
    return "arrived"


def test_drafts_with_the_same_items_in_opposite_order_are_deleted_at_once_without_a_deadlock():
    items, katherine = [make_item(on_hand=9) for _ in range(6)], make_customer()
    lines = [(item, 1) for item in items]
    before = deadlocks(database_url())

    for _ in range(8):
        drafts = [make_order(*(lines if number % 2 else lines[::-1]), customer=katherine) for number in range(6)]
        assert race(lambda number, drafts=drafts: str(bool(drafts[number].delete())), 6) == {"True": 6}

    assert deadlocks(database_url()) == before


def test_locks_in_another_order_do_deadlock():
    """The negative control: two transactions lock the same two levels, one the other way round."""
    if connection.vendor == "sqlite":
        return  # one writer at a time: there is nothing to lock in an order
    keys = [make_item(on_hand=1).levels.get().pk for _ in range(2)]
    before, each_holds_one = deadlocks(database_url()), Barrier(2, timeout=30)

    def lock_both(runner: int) -> str:
        first, second = keys if runner else keys[::-1]
        try:
            with transaction.atomic():
                tutorial.lock_slowly([first])
                each_holds_one.wait()
                tutorial.lock_slowly([second])
        except OperationalError as error:
            return str(getattr(error.__cause__, "sqlstate", error))
        return "locked"

    assert race(lock_both, 2) == {"locked": 1, "40P01": 1}
    assert deadlocks(database_url()) == before + 1
