"""Files for tests, made in memory."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

import xlsxwriter


def csv_file(text: str | bytes) -> io.BytesIO:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode())


def xlsx_file(rows: Iterable[Iterable[Any]], *, hidden: tuple[str, ...] = (), more: dict[str, list] | None = None):
    """An XLSX with one sheet, “Stock”; ``more`` adds sheets, ``hidden`` hides some of them."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}
    )
    for name, lines in {"Stock": list(rows), **(more or {})}.items():
        sheet = book.add_worksheet(name)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
        if name in hidden:
            sheet.hide()
    book.close()
    target.seek(0)
    return target


def changed_zip(file: io.BytesIO, parts: dict[str, bytes | None], more: Iterable[tuple[str, bytes]] = ()) -> io.BytesIO:
    """The archive with some parts replaced (None: left out) and others added."""
    target = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = parts.get(entry, old.read(entry))
            if content is not None:
                new.writestr(entry, content)
        for name, content in more:
            new.writestr(name, content)
    target.seek(0)
    return target


def part(file: io.BytesIO, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    with zipfile.ZipFile(file) as archive:
        return archive.read(name)
