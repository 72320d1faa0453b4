"""The refused rows of a run as a spreadsheet: as they stood in the file, bad cells marked, with the reason."""

import io

import xlsxwriter
from django.utils.translation import gettext as _

from backoffice.imports import continued, corrections, kinds
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.reading import Sheet


def workbook(run: ImportRun) -> bytes:
    refused = kinds.get(run.kind).staged.objects.filter(run=run, action=StagedRow.Action.REFUSED)
    problems = dict(refused.values_list("row", "problems"))
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options | {"remove_timezone": True, "nan_inf_to_errors": True})
    with run.file.open() as file:
        _write(book, run, continued.corrected_sheet(run, file), problems)
    book.close()
    return target.getvalue()


def _write(book, run: ImportRun, sheet: Sheet, problems: dict[int, list[dict]]) -> None:
    page = book.add_worksheet(_("Refused rows")[:31])
    bold, bad = book.add_format({"bold": True}), book.add_format({"bg_color": "#fde3e2", "font_color": "#941b14"})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_row(0, 0, [continued.mark(run), *sheet.header, _("Reason")], bold)
    page.freeze_panes(1, 1)
    line = 0
    for row in sheet.rows():
        if row.number not in problems:
            continue
        line += 1
        marked = _places(run, sheet.header, problems[row.number])
        page.write_number(line, 0, row.number)
        for place, cell in enumerate(row.cells[: len(sheet.header)], start=1):
            format_ = bad if place in marked else (date if hasattr(cell, "year") else None)
            page.write_string(line, place, cell, format_) if isinstance(cell, str) else page.write(
                line, place, cell, format_
            )
        reason = " ".join(problem["message"] for problem in problems[row.number])
        page.write_string(line, len(sheet.header) + 1, reason, bad)


def _places(run: ImportRun, header: list[str], problems: list[dict]) -> set[int]:
    """The columns of the page whose cells are wrong."""
    found: set[int] = set()
    for name in {problem["field"] for problem in problems}:
        for column, _heading in corrections.columns_of(run, name):
            place = int(column) if column.isdecimal() else header.index(corrections.heading_here(column))
            found.add(place + 1)
    return found
