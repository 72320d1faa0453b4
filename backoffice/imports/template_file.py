"""The template of a kind: a spreadsheet with its headings and what there is, which can be filled in and imported."""

import io
from decimal import Decimal
from itertools import islice

import xlsxwriter

from backoffice.imports.kinds import Kind

ROWS = 10_000  # of an import that is prepared by hand; a larger one begins with an export


def workbook(kind: Kind, with_records: bool) -> bytes:
    """``with_records``: whoever asks may see what there is."""
    resource, records = kind.resource(), kind.records()
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, bold, text = book.add_worksheet(), book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    page.set_column(0, len(resource.get_export_headers()) - 1, 16, text)
    page.write_row(0, 0, resource.get_export_headers(), bold)
    found = resource.iter_queryset(records) if with_records else []
    for number, record in enumerate(islice(found, ROWS), start=1):
        for place, value in enumerate(resource.export_resource(record)):
            _write(page, number, place, value, text)
    book.close()
    return target.getvalue()


def _write(page, row: int, column: int, value, text) -> None:
    if isinstance(value, int | float | Decimal):
        page.write_number(row, column, value)
    elif value not in ("", None):
        page.write_string(row, column, str(value), text)
