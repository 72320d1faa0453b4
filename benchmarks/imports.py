"""Imports of items with stock: new, all changed, all unchanged; from CSV and XLSX; beside two peers in the same run.

The peers are the ideal (the same rows straight into item, level, ledger and both histories) and django-import-export as
it comes, preview and confirm, with history.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File

from backoffice.imports import kinds, rows, steps
from backoffice.imports.models import ImportRun
from benchmarks import peers, sheets
from inventory.import_kind import options

PEER_ROWS = 500
Rates = dict[str, list[float]]


def measured(count: int, rounds: int) -> Rates:
    found: Rates = defaultdict(list, {name: [rate] for name, rate in peers.plain(PEER_ROWS).items()})
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):  # the first only warms up
            into: Rates = found if number else defaultdict(list)
            amount = count if number else min(count, 2_000)
            for place, kind in enumerate(("csv", "xlsx")):
                import_thrice(Path(folder), kind, amount, 2 * number + place, into)
            into["ideal"].append(peers.ideal(amount, number))
    return found


def import_thrice(folder: Path, kind: str, count: int, batch: int, found: Rates) -> None:
    for act, later in (("new", 0), ("changed", 1), ("unchanged", 1)):
        path = sheets.write(folder / f"{act}-{batch}.{kind}", count, batch, later=later)
        import_file(path, count, f"{kind.upper()} {act}", found)
        path.unlink()


def import_file(path: Path, count: int, name: str, found: Rates) -> None:
    """Check and apply as the worker does them; reading alone is timed once more to be taken off the check."""
    with path.open("rb") as source:
        run = steps.receive("items", File(source, name=path.name), None, options=options())
    steps.match(run)
    with timed(found, f"{name}: read", count):
        read(run)
    started = time.perf_counter()
    with timed(found, f"{name}: checked", count):
        steps.check(run)
    assert run.state == run.State.CHECKED, run.error
    if steps.confirm(run):
        with timed(found, f"{name}: applied", count):
            steps.apply(run)
        assert (run.state, run.applied) == (run.State.APPLIED, run.ready), run.error
    found[name].append(count / (time.perf_counter() - started))


def read(run: ImportRun) -> None:
    kind = kinds.get(run.kind)
    with run.file.open() as file:
        opened = rows.open_run(run, kind, file, steps.as_chosen(run))
        rows.survey(opened, kind)
        for _values in steps.staged_values(run, kind, opened):
            pass


@contextmanager
def timed(found: Rates, name: str, count: int) -> Iterator[None]:
    started = time.perf_counter()
    yield
    found[name].append(count / (time.perf_counter() - started))
