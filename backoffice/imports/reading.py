"""Reading an uploaded spreadsheet: bounded before it is parsed, refused with a sentence, never guessed.

``open_sheet`` looks at the bytes, not at the name, and gives a ``Sheet`` whose rows can be read more than once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice, takewhile
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from backoffice.imports.refusals import FileRefused, Problem

Cell = str | float | int | bool | date | datetime | time | timedelta
Source = IO[bytes] | File
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
OTHER_FORMATS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"MZ",
    b"\x7fELF",
    b"{\\rtf",
    b"\x1f\x8b",
    b"PK\x05\x06",
)
TITLE_ROWS = 5  # a title and what may follow it
MARKUP = (b"<!doctype", b"<html", b"<?xml")


class OddCell(str):
    """A cell without a value of its own, an error or a formula never calculated: its text says which."""


@dataclass(slots=True)
class Row:
    """One row as it stands in the file, blanks as empty text. ``problems`` concern the row as a whole."""

    number: int
    cells: Sequence[Cell]
    problems: tuple[Problem, ...] = ()

    def is_blank(self) -> bool:
        return not any(not isinstance(cell, str) or cell.strip() for cell in self.cells)


@dataclass
class Sheet:
    """A header and the rows below it. ``read`` starts a fresh pass over the rows that follow the header."""

    name: str
    header: list[str]
    read: Callable[[], Iterator[Row]]
    notices: list[str] = field(default_factory=list)
    blank_rows: int = 0

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything, at most ``IMPORT_MAX_ROWS``."""
        count, most = 0, settings.IMPORT_MAX_ROWS
        self.blank_rows = 0
        for row in self.read():
            if row.is_blank():
                self.blank_rows += 1
                continue
            count += 1
            if count > most:
                message = _("The file has more than %(most)d rows. Split it.") % {"most": most}
                raise FileRefused(message, code="too_many_rows")
            yield row


def open_sheet(file: Source, sheet: str = "") -> Sheet:
    """The sheet to import. Raises FileRefused; ``file`` must stay open while rows are read.

    CSV is streamed, and a small XLSX bounded by its size; a larger XLSX is parsed by a process of its own.
    """
    from backoffice.imports import bounded

    size, is_zip = check_size(file), _start(file).startswith(ZIP)
    return bounded.open_sheet(file, sheet) if is_zip and size > settings.IMPORT_INLINE_BYTES else parse(file, sheet)


def parse(file: Source, sheet: str) -> Sheet:
    """The same in this process, whatever the size."""
    from backoffice.imports import csv_files, xlsx_files

    start = _start(file)
    if not start.strip():
        raise FileRefused(_("The file is empty."), code="empty")
    check_format(start)
    found = xlsx_files.open_sheet(file, sheet) if start.startswith(ZIP) else csv_files.open_sheet(file)
    check_header(found.header)
    return found


def _start(file: Source) -> bytes:
    file.seek(0)
    start = file.read(2048)
    file.seek(0)
    return start


def check_size(file: Source) -> int:
    """Its bytes. Raises FileRefused."""
    size = file.seek(0, 2)
    if size > settings.IMPORT_MAX_BYTES:
        facts = {"most": settings.IMPORT_MAX_BYTES // 2**20}
        raise FileRefused(_("The file is larger than %(most)d MB. Split it.") % facts, code="too_large")
    return size


def check_format(start: bytes) -> None:
    if start.startswith(OLE):
        message = _("The file is password-protected or an old .xls. Save it as .xlsx without a password.")
        raise FileRefused(message, code="ole")
    if start.startswith(OTHER_FORMATS) or start.lstrip().lower().startswith(MARKUP):
        raise FileRefused(_("This is neither CSV nor XLSX. Save it as .csv or .xlsx."), code="format")


def check_header(header: list[str]) -> None:
    if len(header) > settings.IMPORT_MAX_COLUMNS:
        facts = {"count": len(header), "most": settings.IMPORT_MAX_COLUMNS}
        raise FileRefused(_("The file has %(count)d columns; %(most)d can be read.") % facts, code="too_many_columns")
    if not any(header):
        raise FileRefused(_("The file is empty."), code="empty")
    for number, text in enumerate(header, start=1):
        if len(text) > settings.IMPORT_MAX_CELL_CHARACTERS:
            raise FileRefused(_("The heading of column %(number)d is too long.") % {"number": number}, code="too_long")


def split_header(rows: Iterator[Row]) -> Row:
    """Takes the header off the rows: the first that holds anything, or the one below a title of a single cell."""
    filled = (row for row in rows if not row.is_blank())
    first = first_filled(filled)
    candidates = chain([first], islice(filled, TITLE_ROWS))
    return next((row for row in candidates if _filled_cells(row) > 1), first)


def first_filled(rows: Iterator[Row]) -> Row:
    for row in rows:
        if not row.is_blank():
            return row
    raise FileRefused(_("The file is empty."), code="empty")


def _filled_cells(row: Row) -> int:
    return sum(not (isinstance(cell, str) and not cell.strip()) for cell in row.cells)


def above_header(rows: Iterator[Row], header: Row) -> list[str]:
    """A notice of the rows above the header that hold something."""
    above = [str(row.number) for row in takewhile(lambda row: row.number < header.number, rows) if not row.is_blank()]
    if not above:
        return []
    facts = {"rows": ", ".join(above), "number": header.number}
    return [_("The headings were found in row %(number)d; what stands above them is ignored (row %(rows)s).") % facts]


def heading(cell: Cell) -> str:
    return str(cell).replace("\u00a0", " ").strip()
