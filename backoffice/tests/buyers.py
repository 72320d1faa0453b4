"""Buyers in processes of their own: ``python -m backoffice.tests.buyers`` forks one for each line that it reads.

``place ORDER MOMENT``      places an order at that moment of the clock and prints what became of it
``keep ITEM CUSTOMER FILE`` enters and places orders until it is killed; FILE is its journal, see ``Journal``
``keep-in-autocommit ...``  the same without transactions: the negative control of the kill
``import RUN CHUNK``        applies an import, CHUNK rows a transaction, and prints a line after each
``import-in-autocommit ..`` the same without transactions
``say WORD``               prints it
``undo UNDO``              goes on with an undo, one record at a time, until it is over or the process is killed
``prove``                  prints what the proof of the books finds, ten times a second until it is killed
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import django

from backoffice.tests import tutorial
from backoffice.tests.serving import ROOT, surroundings


@dataclass
class Journal:
    """What a buyer was told, written down before it goes on: ``+`` an order is begun, its number when it is placed."""

    path: Path

    def begin(self) -> None:
        self._write("+\n")

    def acknowledge(self, number: str) -> None:
        self._write(f"{number}\n")

    def _write(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []

    def acknowledged(self) -> set[str]:
        return {line for line in self.lines() if line != "+"}

    def ends_inside_an_order(self) -> bool:
        return self.lines()[-1:] == ["+"]


class Nursery:
    """The process that loaded Django once and forks buyers. What they print comes back line by line."""

    def __init__(self, process: subprocess.Popen[str]):
        self.process = process

    def tell(self, *words: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def listen_until_killed(self, pid: int) -> list[str]:
        os.kill(pid, signal.SIGKILL)
        self.tell("say", "over")
        return list(iter(self.hear, "over"))


@contextmanager
def nursery(database: str, module: str = "backoffice.tests.buyers", **values: str) -> Iterator[Nursery]:
    command = [sys.executable, "-m", module]
    own = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "backoffice.settings", "EMAIL_PROVIDER": "capture"}
    environment = surroundings(**(own | values))
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Nursery(process)
    finally:
        process.communicate(timeout=30)  # closes its input, which ends it


# Inside the buyers' processes -----------------------------------------------------------------------------------------


def place(order: str, moment: str) -> None:
    from django.db import connection

    from inventory.rules import StockRefused
    from orders import workflow
    from orders.models import Order

    found = Order.objects.get(pk=order)
    connection.ensure_connection()
    time.sleep(max(0.0, float(moment) - time.time()))
    try:
        workflow.place(found)
        tell("placed")
    except StockRefused as refusal:
        tell(str(refusal.code))


def keep_placing(item: str, customer: str, file: str) -> None:
    from inventory.models import Item
    from orders.models import Customer
    from orders.tests.shop import place_order

    mug, katherine, journal, dice = (
        Item.objects.get(pk=item),
        Customer.objects.get(pk=customer),
        Journal(Path(file)),
        Random(),
    )
    tell(str(os.getpid()))
    while True:
        journal.begin()
        order = place_order((mug, dice.randint(1, 3)), (mug, 1), customer=katherine)
        journal.acknowledge(order.number)


def keep_placing_in_autocommit(item: str, customer: str, file: str) -> None:
    tutorial.take_transactions_off()
    keep_placing(item, customer, file)


def apply_import(run: str, chunk: str) -> None:
    from backoffice.imports import steps
    from backoffice.imports.models import ImportRun
    from inventory import import_apply

    import_apply.CHUNK = int(chunk)
    found = ImportRun.objects.get(pk=run)
    tell(str(os.getpid()))
    while steps.apply_next(found):
        tell("chunk")
    tell("over")


def apply_import_in_autocommit(run: str, chunk: str) -> None:
    from django.db import connection

    tutorial.take_transactions_off()
    connection.features.has_select_for_update = False  # which PostgreSQL refuses outside a transaction
    apply_import(run, chunk)


def keep_proving() -> None:
    from inventory import proof

    tell(str(os.getpid()))
    while True:
        tell("; ".join(proof.find_breaches()) or "clean")
        time.sleep(0.1)


def keep_undoing(undo: str) -> None:
    from backoffice.history import undo_run
    from inventory.undo import ItemWay

    undo_run.SECONDS, ItemWay.BULK = 0, 1
    tell(str(os.getpid()))
    while undo_run.go_on(int(undo), then=lambda: None):
        pass


def tell(word: str) -> None:
    os.write(1, f"{word}\n".encode())


JOBS: dict[str, Callable[..., None]] = {
    "place": place,
    "keep": keep_placing,
    "keep-in-autocommit": keep_placing_in_autocommit,
    "import": apply_import,
    "import-in-autocommit": apply_import_in_autocommit,
    "prove": keep_proving,
    "undo": keep_undoing,
    "say": tell,
}


def main(jobs: dict[str, Callable[..., None]]) -> None:
    django.setup()
    for line in sys.stdin:
        while _reap():
            pass
        if os.fork() == 0:
            name, *words = line.split()
            try:
                jobs[name](*words)
            except BaseException as failure:
                tell(f"{type(failure).__name__}: {failure}".replace("\n", " "))
            os._exit(0)


def _reap() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


if __name__ == "__main__":
    main(JOBS)
