"""The file of refused rows, put right in a spreadsheet and uploaded again: it goes on with the run it came from.

Its first column says which import and which rows. What differs from the file as it was becomes a correction, as if it
had been typed on the page.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from backoffice.imports import cells, corrections, kinds, steps
from backoffice.imports.matching import find
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.reading import Cell, Sheet, Source, open_sheet
from backoffice.imports.refusals import FileRefused

MARK = re.compile(r"Row of import ([0-9]{1,18})")


def mark(run: ImportRun) -> str:
    """The heading of the first column. The upload looks for it, so it is not translated."""
    return f"Row of import {run.pk}"


def origin(file: Source) -> int | None:
    """The run that a file of refused rows came from; None for any other file, also one that cannot be read."""
    try:
        found = MARK.fullmatch(open_sheet(file).header[0])
    except FileRefused:
        return None
    return int(found[1]) if found else None


def corrected_sheet(run: ImportRun, file: Source) -> Sheet:
    """The run's file as it was corrected so far, with columns for what its refused rows lack."""
    sheet, _chosen = corrections.over(run, open_sheet(file, run.sheet), steps.as_chosen(run), also=missing_fields(run))
    return sheet


def missing_fields(run: ImportRun) -> set[str]:
    """Fields without a column that refused rows would need."""
    fields = {group["field"] for group in run.problems if group["field"]}
    return {name for name in fields if [name] == [column for column, _heading in corrections.columns_of(run, name)]}


def take(run: ImportRun, file: Source, user: Any) -> int:
    """Notes what was changed in the file of refused rows; returns how many cells. Raises FileRefused."""
    typed = open_sheet(file)
    if typed.header[0] != mark(run):
        message = _("This is not the file of refused rows of this import. Download it here and correct its cells.")
        raise FileRefused(message, code="not_refused_rows")
    by_row = dict(_typed(typed))
    refused = kinds.get(run.kind).staged.objects.filter(run=run, action=StagedRow.Action.REFUSED)
    wanted = by_row.keys() & set(refused.values_list("row", flat=True))
    with run.file.open() as source:
        changed = dict(_changed(run, corrected_sheet(run, source), by_row, wanted))
    return corrections.note(run, changed, user)


def _typed(sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """(row of the run, heading → text) for each row; the reasons are ours."""
    headings = sheet.header[1:]
    for row in sheet.rows():
        number = as_text(row.cells[0])
        if number.isdecimal():
            yield int(number), dict(zip(headings, map(as_text, row.cells[1:]), strict=False))


def _changed(run: ImportRun, sheet: Sheet, by_row: dict[int, dict[str, str]], wanted: set[int]):
    columns = {heading: column for heading in sheet.header if (column := _column(run, sheet, heading)) is not None}
    for row in sheet.rows():
        if row.number not in wanted:
            continue
        for place, heading in enumerate(sheet.header):
            text = by_row[row.number].get(heading)
            if heading in columns and text is not None and text != as_text(row.cells[place]):
                yield (row.number, columns[heading]), text


def _column(run: ImportRun, sheet: Sheet, heading: str) -> str | None:
    """The column of a correction; None for headings that stand in the file more than once."""
    for name in kinds.get(run.kind).synonyms:
        if heading == corrections.heading_here(name) and heading not in run.header:
            return name
    try:
        return str(find(run.header, heading)[0]) if heading else None
    except FileRefused:
        return None


def as_text(cell: Cell) -> str:
    """A cell as it would be typed."""
    if cells.is_blank(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
