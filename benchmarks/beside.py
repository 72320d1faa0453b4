"""How long placing an order takes while a large import of the very items is applied by another process."""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
from django.core.files import File
from django.db import transaction

SECONDS_QUIET = 15.0
PAUSE = 0.05  # between orders: on SQLite a writer without any would leave nobody else a turn


def measured(rows: int) -> dict[str, list[float]]:
    """Milliseconds for each order of three lines: quiet, and beside the import."""
    from benchmarks import imports, sheets
    from inventory.models import Item
    from orders.models import Customer

    with tempfile.TemporaryDirectory() as folder:
        path = sheets.write(Path(folder) / "first.csv", rows, 1, later=1_000)
        imports.import_file(path, rows, "first", imports.defaultdict(list))
        run = checked(sheets.write(Path(folder) / "second.csv", rows, 1, later=2_000))
    customer = Customer.objects.create(name="Katherine Johnson")
    items = list(Item.objects.filter(sku__startswith="B1-"))
    place(customer, items)  # warms up
    until = time.monotonic() + SECONDS_QUIET
    quiet = [place(customer, items) for _order in iter(lambda: time.monotonic() < until, False)]
    as_worker = os.environ | {"SQLITE_BUSY_SECONDS": "60"}
    with subprocess.Popen([sys.executable, "-m", "benchmarks.beside", str(run)], env=as_worker) as importer:
        loud = [place(customer, items) for _order in iter(lambda: importer.poll() is None, False)]
    if importer.returncode:
        raise RuntimeError("The import did not come through.")
    return {"order, quiet": quiet, "order, beside an import": loud}


def checked(path: Path) -> int:
    from backoffice.imports import steps
    from inventory.import_kind import options

    with path.open("rb") as source:
        run = steps.receive("items", File(source, name=path.name), None, options=options())
    steps.match(run)
    steps.check(run)
    assert steps.confirm(run), run.error
    return run.pk


def place(customer, items) -> float:
    from orders import workflow
    from orders.models import Order, OrderLine

    time.sleep(PAUSE)
    started = time.perf_counter()
    with transaction.atomic():
        order = Order.objects.create(customer=customer)
        for item in random.sample(items, 3):
            OrderLine.objects.create(order=order, item=item, quantity=1)
        workflow.place(order)
    return (time.perf_counter() - started) * 1000


def apply(run: int) -> None:
    """In chunks, each its own transaction, as the worker's tasks are."""
    from backoffice.imports import steps
    from backoffice.imports.models import ImportRun

    found = ImportRun.objects.get(pk=run)
    steps.apply(found)
    assert found.state == found.State.APPLIED, found.error


if __name__ == "__main__":
    django.setup()
    apply(int(sys.argv[1]))
