"""CSV: UTF-8, separated by comma, semicolon, tab or bar, as the header shows."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.imports.reading import Row, Sheet, Source, above_header, first_filled, heading, split_header
from backoffice.imports.refusals import FileRefused, Problem

DELIMITERS = ",;\t|"
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
CHUNK = 1 << 20
SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
LINE_END = re.compile(rb"\r\n|\r|\n")


def open_sheet(file: Source) -> Sheet:
    check_encoding(file)
    delimiter, first_line = find_delimiter(file)
    header_row = split_header(_records_as_rows(file, delimiter, first_line))
    header = [heading(cell) for cell in header_row.cells]
    notices = above_header(_records_as_rows(file, delimiter, first_line), header_row)

    def read() -> Iterator[Row]:
        for number, cells in read_records(file, delimiter, first_line):
            if number > header_row.number:
                yield fit(number, cells, len(header))

    return Sheet(name="", header=header, read=read, notices=notices)


def _records_as_rows(file: Source, delimiter: str, skip: int) -> Iterator[Row]:
    return (Row(number, cells) for number, cells in read_records(file, delimiter, skip))


# Encoding ---------------------------------------------------------------------------------------------------------


def check_encoding(file: Source) -> None:
    """UTF-8 throughout and no NUL, or a refusal that names the first line at fault."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    file.seek(0)
    before = b""
    if file.read(2) in UTF16_MARKS:
        raise FileRefused(_("The file is UTF-16. Save it as “CSV UTF-8”."), code="utf16")
    file.seek(0)
    lines = 1
    while chunk := file.read(CHUNK):
        if b"\0" in chunk:
            raise _nul(lines + _line_ends(chunk[: chunk.index(b"\0")]))
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            good = chunk[: max(error.start - (len(error.object) - len(chunk)), 0)]
            raise _not_utf8(lines + _line_ends(good)) from None
        lines += _line_ends(chunk)
        before = chunk
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8(lines if before else 1) from None


def _line_ends(chunk: bytes) -> int:
    return len(LINE_END.findall(chunk))


def _not_utf8(line: int) -> FileRefused:
    message = _("Line %(line)d is not UTF-8 text. Save the file as “CSV UTF-8” (Excel: Save as, CSV UTF-8).")
    return FileRefused(message % {"line": line}, code="encoding")


def _nul(line: int) -> FileRefused:
    message = _("Line %(line)d contains a NUL character; this is no CSV in UTF-8. Save the file as “CSV UTF-8”.")
    return FileRefused(message % {"line": line}, code="nul")


# Records ----------------------------------------------------------------------------------------------------------


def find_delimiter(file: Source) -> tuple[str, int]:
    """The separator that the header shows, and how many lines stand before the header (a ``sep=`` line)."""
    lines = _text(file)
    first = next((line for line in lines if line.strip()), "")
    if named := SEPARATOR_LINE.fullmatch(first):
        return named[1], 1
    columns = {delimiter: _columns(file, delimiter, first_filled) for delimiter in DELIMITERS}
    if max(columns.values()) == 1:  # a title, perhaps, and the headings below
        columns = {delimiter: _columns(file, delimiter, split_header) for delimiter in DELIMITERS}
    widest = max(columns.values())
    best = [delimiter for delimiter, count in columns.items() if count == widest]
    if widest == 1:
        return ",", 0
    if len(best) > 1:
        message = _("It is unclear what separates the columns. Save the file with commas or semicolons between them.")
        raise FileRefused(message, code="delimiter")
    return best[0], 0


def _columns(file: Source, delimiter: str, find: Callable[[Iterator[Row]], Row]) -> int:
    """How many columns the header has under this separator; 1 when it cannot be read that way."""
    try:
        return len(find(_records_as_rows(file, delimiter, 0)).cells)
    except FileRefused:
        return 1


def _text(file: Source) -> io.TextIOWrapper:
    """The file as text with its line ends kept; detached so that closing it does not close the file."""
    file.seek(0)
    view: Any = _Unclosed(file)
    return io.TextIOWrapper(view, encoding="utf-8-sig", newline="")


class _Unclosed(io.BufferedIOBase):
    """A view of a file that leaves the file open, with a position of its own."""

    def __init__(self, file: Source):
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def read1(self, size: int | None = -1) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(size if size and size > 0 else CHUNK)
        self._at += len(data)
        return data

    read = read1


def read_records(file: Source, delimiter: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """(line on which the record starts, cells). Raises FileRefused where quoting is broken."""
    csv.field_size_limit(settings.IMPORT_MAX_CELL_CHARACTERS)
    reader = csv.reader(_text(file), delimiter=delimiter, strict=True)
    line = 1
    try:
        for index, cells in enumerate(reader):
            if index >= skip:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _broken(line, str(error)) from None


def _broken(line: int, error: str) -> FileRefused:
    if "field limit" in error:
        facts = {"line": line, "most": settings.IMPORT_MAX_CELL_CHARACTERS}
        message = _("A cell in line %(line)d is longer than %(most)d characters. Is a quotation mark never closed?")
        return FileRefused(message % facts, code="too_long")
    message = _("The quotation marks in line %(line)d do not match. Close each quoted cell, and double quotes inside.")
    return FileRefused(message % {"line": line}, code="quotes")


def fit(number: int, cells: list[str], width: int) -> Row:
    """The row brought to the header's width, or with the problem that it has another one."""
    if len(cells) == width or not any(cells):
        return Row(number, cells)
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return Row(number, cells[:width])
    message = _("The row has %(cells)d cells, the header has %(width)d.") % {"cells": len(cells), "width": width}
    cells = cells[:width] + [""] * (width - len(cells))
    return Row(number, cells, (Problem(message, "ragged"),))
