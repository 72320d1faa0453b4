"""Cells that were typed anew, rows that are left out, and values for fields that the file has no column for.

The file stays as it came. Whoever reads it reads it through ``over``, so that a corrected row is cleaned and checked by
the same code as at first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from backoffice.imports.matching import find
from backoffice.imports.models import Correction, ImportRun
from backoffice.imports.reading import Cell, Row, Sheet
from backoffice.imports.refusals import FileRefused

BATCH = 1_000
Cells = dict[tuple[int, str], str]  # (row, column) → what it holds from now on


@dataclass(frozen=True)
class Box:
    """Where a cell is typed anew. ``value`` is what it offers; a box that still holds it corrects nothing."""

    name: str
    label: str
    value: str

    @property
    def column(self) -> str:
        return self.name.split("-", 2)[2]


def heading_here(name: str) -> str:
    """The heading of a column that the file does not have. It is kept in mappings, so it is not translated."""
    return f"{name} (here)"


@dataclass
class CorrectedSheet(Sheet):
    """A sheet with further columns at its end, some cells replaced and some rows taken out."""

    added: list[Cell] = field(default_factory=list)
    changes: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    without: frozenset[int] = frozenset()
    left_out: int = 0

    def rows(self) -> Iterator[Row]:
        self.left_out = 0
        width = len(self.header) - len(self.added)
        for row in super().rows():
            if row.number in self.without:
                self.left_out += 1
                continue
            cells = [*row.cells[:width], *self.added] if self.added else row.cells
            if changes := self.changes.get(row.number):
                cells = [changes.get(place, cell) for place, cell in enumerate(cells)]
            yield Row(row.number, cells, row.problems)


def over(
    run: ImportRun, sheet: Sheet, chosen: Mapping[str, str] | None, *, also: Collection[str] = ()
) -> tuple[Sheet, Mapping[str, str] | None]:
    """The sheet as it was corrected, and ``chosen`` with the columns that it has got for that.

    ``also``: fields that get a column although nothing is known of them yet.
    """
    if chosen is None:
        return sheet, None
    by_row: dict[int, dict[str, str]] = defaultdict(dict)
    for row, column, value in run.corrections.values_list("row", "column", "value"):
        by_row[row][column] = value
    chosen = {name: "" if _is_stale(name, source, sheet) else source for name, source in chosen.items()}
    known = {column for columns in by_row.values() for column in columns} | {*also}
    names = [name for name in chosen if not chosen[name] and (run.defaults.get(name) or name in known)]
    if not (by_row or names):
        return sheet, chosen
    places = {name: len(sheet.header) + number for number, name in enumerate(names)}
    found = CorrectedSheet(
        sheet.name,
        [*sheet.header, *map(heading_here, names)],
        sheet.read,
        sheet.notices,
        added=[run.defaults.get(name, "") for name in names],
        changes={row: dict(_placed(columns, places)) for row, columns in by_row.items()},
        without=frozenset(row for row, columns in by_row.items() if "" in columns),
    )
    return found, {**chosen, **{name: heading_here(name) for name in names}}


def _is_stale(name: str, source: str, sheet: Sheet) -> bool:
    """A column that was added to another sheet, or to this one before."""
    return source == heading_here(name) and source not in sheet.header


def _placed(columns: Mapping[str, str], places: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    for column, value in columns.items():
        if column.isdecimal():
            yield int(column), value
        elif column in places:
            yield places[column], value


def left_out(sheet: Sheet) -> int:
    """Rows that the last reading passed over because somebody said so."""
    return sheet.left_out if isinstance(sheet, CorrectedSheet) else 0


def columns_of(run: ImportRun, name: str) -> list[tuple[str, str]]:
    """(column of a correction, its heading) of the cells that a field is taken from; none when they are not known."""
    source = run.mapping.get(name, "")
    if source in ("", heading_here(name)):
        return [(name, "")] if name else []
    try:
        return [(str(place), run.header[place]) for place in find(run.header, source)]
    except FileRefused:
        return []


def note(run: ImportRun, cells: Cells, user: Any) -> int:
    """Keeps corrections; a later one of the same cell takes the place of the earlier."""
    found = (
        Correction(run=run, row=row, column=column, value=text, user=user) for (row, column), text in cells.items()
    )
    for batch in batched(found, BATCH):
        Correction.objects.bulk_create(
            batch, update_conflicts=True, unique_fields=["run", "row", "column"], update_fields=["value", "user", "at"]
        )
    return len(cells)
