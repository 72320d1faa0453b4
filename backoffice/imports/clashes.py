"""Records that changed between the check of a file and its apply, and what somebody decides about them.

A decision is kept as corrections of the file, and the file is checked again: a row that gives way is left out; a
difference is put on top of what is there now; what the file says anyway needs none. So nothing is decided in secret.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from backoffice.imports import corrections, kinds
from backoffice.imports.models import ImportRun, StagedRow

MINE, FILE, DIFFERENCE = "mine", "file", "difference"
SHOWN = 100
Change = tuple[str, Any, Any, Any]  # heading, at the check, now, in the file


@dataclass
class Clash:
    """One row whose record changed since the check."""

    row: int
    sentence: str
    changes: list[Change]
    by_difference: dict[str, str]  # field → what its cell would say to add the file's difference to what is there now


def changes_between(
    kind: "kinds.Kind", run: ImportRun, staged: StagedRow, before: Any, now: Any, names: Iterable[str]
) -> tuple[list[Change], dict[str, str]]:
    """The attributes that somebody changed since; those of them that the file did not change are left to them."""
    changes, leave = [], {}
    for name in (name for name in names if name in run.matched and before is not None and now is not None):
        was, there, says = getattr(before, name), getattr(now, name), getattr(staged, name)
        if was != there:
            changes.append((kind.heading(name), was, there, says))
            if says == was:
                leave[name] = ""
    return changes, leave


def decide(run: ImportRun, found: Iterable[Clash], choices: dict[int, str], for_all: str, user: Any) -> int:
    """Notes what was chosen for each row; returns how many rows somebody decided about."""
    cells: corrections.Cells = {}
    decided = 0
    for clash in found:
        choice = for_all or choices.get(clash.row, "")
        decided += choice in {MINE, FILE, DIFFERENCE}
        if choice == MINE:
            cells[clash.row, ""] = ""
        elif choice == DIFFERENCE:
            for name, value in clash.by_difference.items():
                columns = corrections.columns_of(run, name)
                if len(columns) == 1:
                    cells[clash.row, columns[0][0]] = value
    corrections.note(run, cells, user)
    return decided


def rows_of(found: Collection[tuple[int, str]], staged: type[StagedRow]) -> list[tuple[Any, str]]:
    """(staged row, sentence) of (id, sentence), in the order of the file."""
    rows = staged.objects.in_bulk([pk for pk, _sentence in found])
    return sorted(((rows[pk], sentence) for pk, sentence in found), key=lambda pair: pair[0].row)
