"""The two formats that are written, row by row: whatever the length, a file never stands in memory as a whole."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from import_export.formats.base_formats import Format

SHEET_ROWS = 1_048_576  # what a sheet of XLSX holds
CELL_CHARACTERS = 32_767  # what a cell of XLSX holds
WIDTH = 16


class CannotWrite(Exception):
    """The format cannot hold what is to be exported. The message is for people."""


class RowFormat(Format):
    """``write`` is what is used; ``export_data`` is import-export's own way to ask for the same."""

    name: str

    def get_title(self):
        return self.name.upper()

    def get_extension(self):
        return self.name

    def can_export(self):
        return True

    def export_data(self, dataset, **kwargs):
        target = io.BytesIO()
        self.write(target, [dataset.headers, *dataset])
        return target.getvalue()

    def write(self, target: IO[bytes], rows: Iterable[Sequence[Any]]) -> None:
        """Writes rows of typed values, headings first. Raises CannotWrite."""
        raise NotImplementedError


class XLSX(RowFormat):
    name = "xlsx"

    def get_content_type(self):
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, target, rows):
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(target, options)
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        heading, page = book.add_format({"bold": True}), book.add_worksheet()
        page.freeze_panes(1, 0)
        try:
            for number, row in enumerate(rows):
                if number == SHEET_ROWS:
                    raise CannotWrite(_("A sheet of XLSX holds no more than 1,048,576 rows. Choose CSV."))
                if not number:
                    page.set_column(0, len(row) - 1, WIDTH)
                self._write_row(page, number, row, None if number else heading)
        finally:
            book.close()

    def _write_row(self, page, number: int, row: Sequence[Any], style: Any) -> None:
        for place, value in enumerate(row):
            if isinstance(value, str):
                self._write_text(page, number, place, value, style)
            elif isinstance(value, bool):
                page.write_boolean(number, place, value)
            elif isinstance(value, int | float | Decimal):
                page.write_number(number, place, value)
            elif isinstance(value, datetime):
                page.write_datetime(number, place, value.replace(microsecond=0), self.moment)
            elif isinstance(value, date):
                page.write_datetime(number, place, value, self.day)

    def _write_text(self, page, number: int, place: int, text: str, style: Any) -> None:
        if len(text) > CELL_CHARACTERS:
            facts = {"row": number + 1, "most": CELL_CHARACTERS}
            raise CannotWrite(_("Row %(row)d has a text of more than %(most)d characters. Choose CSV.") % facts)
        if text:
            page.write_string(number, place, text, style)


class CSV(RowFormat):
    """UTF-8 with a mark at its beginning, without which Excel takes it for another encoding."""

    name = "csv"

    def get_content_type(self):
        return "text/csv; charset=utf-8"

    def write(self, target, rows):
        text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=False)
        writer = csv.writer(text)
        for row in rows:
            writer.writerow([_plain(value) for value in row])
        text.flush()
        text.detach()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return format(value, "f") if isinstance(value, Decimal) else value


FORMATS: dict[str, type[RowFormat]] = {format_.name: format_ for format_ in (XLSX, CSV)}
