"""An import of many items taken back: of new ones, which are put away or go, and of changed ones, which go back."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from backoffice.history import undo_run
from backoffice.history.models import ChangeSet, Undo
from benchmarks import imports, sheets

Found = dict[str, list[float]]


def measured(count: int, rounds: int) -> Found:
    found: Found = defaultdict(list)
    user = get_user_model().objects.create_user("ada", is_staff=True, is_superuser=True)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            acts = list(import_twice(Path(folder), count, number))
            for act, change_set in reversed(acts):  # what was done last goes back first
                take_back(change_set, user, f"undo of {act} items", found)
    return found


def import_twice(folder: Path, count: int, batch: int) -> Iterator[tuple[str, ChangeSet]]:
    for act, later in (("new", 0), ("changed", 1)):
        path = sheets.write(folder / f"{act}-{batch}.csv", count, batch, later=later)
        imports.import_file(path, count, act, defaultdict(list))
        yield act, ChangeSet.objects.latest("pk")


def take_back(change_set: ChangeSet, user: Any, name: str, found: Found) -> None:
    """As the worker does it: chunk by chunk, each in a transaction of its own."""
    undo = undo_run.start(change_set, user, "Wrong file")
    began = time.perf_counter()
    while chunk(undo, found[f"{name}: chunks"]):
        pass
    undo.refresh_from_db()
    assert (undo.state, undo.left_count) == (Undo.State.DONE, 0), undo.left
    found[name].append(undo.records / (time.perf_counter() - began))


def chunk(undo: Undo, seconds: list[float]) -> bool:
    began = time.perf_counter()
    is_on = undo_run.go_on(undo.pk, lambda: None)
    seconds.append(time.perf_counter() - began)
    return is_on
