"""Spreadsheets read, bounded and split into rows; nothing is staged. The database plays no part in it."""

import csv
import io
from collections.abc import Callable

import xlsxwriter

from backoffice.imports.reading import open_sheet

HEADER = ["SKU", "Name", "Category", "Unit price", "Quantity", "Reorder level"]
ROWS = 20_000


def measures() -> dict[str, Callable[[], int]]:
    files = {"CSV": as_csv(), "XLSX": as_xlsx()}
    return {f"{name} rows read": lambda content=content: read(content) for name, content in files.items()}


def read(content: bytes) -> int:
    return sum(1 for _row in open_sheet(io.BytesIO(content)).rows())


def rows() -> list[list[str | float]]:
    return [[f"MUG-{number}", f"Mug {number}", "Kitchen", 12.5, number % 90, 10] for number in range(ROWS)]


def as_csv() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows()])
    return text.getvalue().encode()


def as_xlsx() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER, *rows()]):
            sheet.write_row(number, 0, row)
    return content.getvalue()
