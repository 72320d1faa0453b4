"""The files that are imported: ordinary rows of eight columns, each item its own name and barcode."""

import csv
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

HEADER = ["sku", "name", "barcode", "category", "unit_price", "cost", "quantity", "reorder_level"]
CATEGORIES, PRICES, QUANTITIES = 50, 1_000, 90


def rows(count: int, batch: int, *, later: int = 0) -> Iterator[list]:
    """``batch`` tells items of one file from those of another; ``later`` changes the price and the count of each."""
    for n in range(count):
        price = n % PRICES + later + 0.95
        name, category = f"Thing {batch}-{n}", f"Category {n % CATEGORIES}"
        yield [f"B{batch}-{n}", name, f"{batch:03}{n:010}", category, price, 4.5, n % QUANTITIES + 1 + later, n % 7]


def write(path: Path, count: int, batch: int, *, later: int = 0) -> Path:
    writer = {".csv": as_csv, ".xlsx": as_xlsx}[path.suffix]
    writer(path, rows(count, batch, later=later))
    return path


def as_csv(path: Path, lines: Iterator[list]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER])
        csv.writer(file).writerows(lines)


def as_xlsx(path: Path, lines: Iterator[list]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate([HEADER, *lines]):
            sheet.write_row(number, 0, line)
