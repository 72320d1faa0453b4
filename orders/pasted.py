"""Lines copied from a spreadsheet: SKU or barcode, quantity, and a price where there is one."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backoffice.imports import cells
from inventory.models import MAX_QUANTITY

MOST_ROWS = 500
DELIMITERS = "\t;,"


@dataclass
class Line:
    """A pasted row. ``problem`` says what cannot be read; quantity and price are blank then."""

    number: int
    code: str
    quantity: int | None = None
    price: str = ""
    problem: str = ""


def read(text: str) -> list[Line]:
    """The rows that hold anything. A heading is left out; a row without a quantity asks for one."""
    rows = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(cell.strip() for cell in row)]
    if len(rows) > 1 and _is_heading(rows[0][1]):
        rows = rows[1:]
    return [_line(number, [cell.strip() for cell in row]) for number, row in rows[:MOST_ROWS]]


def _rows(text: str) -> Iterator[list[str]]:
    lines = text.replace("\0", "").splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((mark for mark in DELIMITERS if mark in first), "\t")
    return csv.reader(lines, delimiter=delimiter)


def _is_heading(row: list[str]) -> bool:
    return len(row) > 1 and not any(character.isdigit() for character in row[1])


def _line(number: int, row: list[str]) -> Line:
    line = Line(number, row[0][:200])
    try:
        line.quantity = cells.whole(row[1], MAX_QUANTITY) if len(row) > 1 and row[1] else 1
        line.price = f"{cells.money(row[2], 12)}" if len(row) > 2 and row[2] else ""
    except ValueError as error:
        line.quantity, line.problem = None, str(error)
    if line.quantity == 0:
        line.problem = _("The quantity is 0.")
    return line
