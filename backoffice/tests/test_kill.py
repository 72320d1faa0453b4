"""A process that places orders is killed at a random moment. What it was told has happened; nothing is half done."""

import os
import signal
import time
from pathlib import Path
from random import Random

import pytest

from backoffice.tests.buyers import Journal, Nursery, nursery
from backoffice.tests.race import database_url
from inventory import proof
from inventory.models import MAX_QUANTITY
from inventory.tests.shop import make_item
from notifications.models import Notification
from orders.models import Order
from orders.tests.shop import make_customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

CONTROL_ROUNDS = 25


@pytest.mark.parametrize(
    "rounds", [pytest.param(25, id="25 kills"), pytest.param(500, id="500 kills", marks=pytest.mark.deep)]
)
def test_what_was_acknowledged_is_there_after_a_kill_and_nothing_is_half(rounds, tmp_path):
    mug, katherine = make_item(on_hand=MAX_QUANTITY), make_customer()
    journals, dice = [Journal(tmp_path / f"{number}.txt") for number in range(rounds)], seeded()

    with nursery(database_url()) as buyers:
        for journal in journals:
            kill_amid(buyers, "keep", mug.pk, katherine.pk, journal.path, dice=dice)
            assert journal.acknowledged() <= set(placed())
            assert proof.find_breaches("default") == []

    assert told() == placed()
    assert sum(journal.ends_inside_an_order() for journal in journals) > rounds / 2  # the kills did hit orders


def test_without_transactions_a_kill_leaves_a_half(tmp_path):
    """The negative control: the same verbs in autocommit. If nothing broke, the kills above would prove nothing."""
    mug, katherine, dice = make_item(on_hand=MAX_QUANTITY), make_customer(), seeded()

    with nursery(database_url()) as buyers:
        for _ in range(CONTROL_ROUNDS):
            kill_amid(buyers, "keep-in-autocommit", mug.pk, katherine.pk, tmp_path / "journal.txt", dice=dice)

    assert proof.find_breaches("default") != []


def seeded() -> Random:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    return Random(seed)


def kill_amid(buyers: Nursery, *job: object, dice: Random) -> None:
    buyers.tell(*job)
    pid = int(buyers.hear())
    time.sleep(dice.uniform(0.02, 0.2))
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        time.sleep(0.001)


def is_running(pid: int) -> bool:
    """A killed process that nobody asked about yet is a zombie, and dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def placed() -> list[str]:
    return sorted(Order.objects.filter(status=Order.Status.CONFIRMED).values_list("number", flat=True))


def told() -> list[str]:
    """The orders whose confirmation stands in the outbox."""
    return sorted(Notification.objects.values_list("order__number", flat=True))
