"""XLSX by calamine, which is fast and trusting; what it would pass over in silence is looked for here."""

import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from defusedxml import ElementTree
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, WorksheetNotFound

from backoffice.imports import xlsx_guard
from backoffice.imports.reading import OddCell, Row, Sheet, Source, above_header, heading, split_header
from backoffice.imports.refusals import FileRefused

CELL = re.compile(rb"<(?:\w{1,9}:)?c\s")
CELL_END = re.compile(rb"</(?:\w{1,9}:)?c>")
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,8})([0-9]{1,10})["']""")
FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s/>]")
ERROR = re.compile(rb"<(?:\w{1,9}:)?v>([^<]*)<")
SHARED = re.compile(rb"""\bt=["']s["']""")
PLAIN_VALUE = re.compile(rb"<(?:\w{1,9}:)?v>[0-9]{1,10}</")
VALUE = re.compile(rb"<(?:\w{1,9}:)?v>[^<]+<")
Odd = dict[int, dict[int, str]]  # row -> column -> what is wrong with the cell


def open_sheet(file: Source, wanted: str) -> Sheet:
    parts = xlsx_guard.inspect(file)
    book = _guarded(partial(_open, file))
    sheet = choose(book, wanted)
    name = sheet.name
    part = parts.get(part_name(file, name), xlsx_guard.Part(name))
    check_merged(sheet)
    odd, formulas = odd_cells(file, part) if part.has_odd_cells else ({}, 0)
    left = (sheet.start or (0, 0))[1]
    header_row = split_header(_rows(sheet, left, odd))
    header = [heading(cell) for cell in header_row.cells]

    def read() -> Iterator[Row]:
        return (row for row in _rows(sheet, left, odd) if row.number > header_row.number)

    told = notices(book, name, part, formulas) + above_header(_rows(sheet, left, odd), header_row)
    return Sheet(name=name, header=header, read=read, notices=told)


def _open(file: Source) -> CalamineWorkbook:
    file.seek(0)
    return CalamineWorkbook.from_filelike(file)


def _guarded(call):
    """Runs the parser; whatever it dies of, also a panic, which is no ``Exception``, is a damaged file."""
    try:
        return call()
    except WorksheetNotFound:
        raise xlsx_guard.damaged() from None
    except Exception as error:
        raise xlsx_guard.damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise xlsx_guard.damaged() from error


# Which sheet ------------------------------------------------------------------------------------------------------


def choose(book: CalamineWorkbook, wanted: str) -> CalamineSheet:
    """The named sheet, or the only visible one that holds anything. To read one takes most of the time there is."""
    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    visible = [meta.name for meta in sheets if meta.visible == SheetVisibleEnum.Visible]
    if wanted:
        if wanted not in [meta.name for meta in sheets]:
            facts = {"wanted": wanted, "names": ", ".join(visible)}
            raise FileRefused(_("There is no sheet “%(wanted)s”. The file has: %(names)s.") % facts, code="no_sheet")
        return _guarded(partial(book.get_sheet_by_name, wanted))
    filled: list[str] = []
    found = None
    for name in visible:
        if (sheet := _guarded(partial(book.get_sheet_by_name, name))).height:
            filled.append(name)
            found = sheet
    if found is None:
        raise FileRefused(_("The file is empty."), code="empty")
    if len(filled) > 1:
        message = _("The file has several sheets: %(names)s. Say which one to import.")
        raise FileRefused(message % {"names": ", ".join(filled)}, code="which_sheet", params={"sheets": filled})
    return found


def part_name(file: Source, sheet: str) -> str:
    """The archive's name of a sheet, by way of the workbook's relations."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        try:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        except (ElementTree.ParseError, KeyError):
            raise xlsx_guard.damaged() from None
    ids = {element.get("name"): _relation(element) for element in book.iter() if element.tag.endswith("}sheet")}
    targets = {element.get("Id"): element.get("Target", "") for element in relations}
    target = targets.get(ids.get(sheet), "")
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _relation(element) -> str:
    return next((value for name, value in element.attrib.items() if name.endswith("}id")), "")


def check_merged(sheet: CalamineSheet) -> None:
    if merged := sheet.merged_cell_ranges:
        (row, _column), _end = merged[0]
        facts = {"row": row + 1}
        message = _("Cells are merged in row %(row)d, so it is unclear what they belong to. Split them.")
        raise FileRefused(message % facts, code="merged")


def notices(book: CalamineWorkbook, name: str, part: xlsx_guard.Part, formulas: int) -> list[str]:
    found = []
    hidden = [meta.name for meta in book.sheets_metadata if meta.visible != SheetVisibleEnum.Visible]
    if hidden:
        found.append(_("Hidden sheets are not imported: %(names)s.") % {"names": ", ".join(hidden)})
    if part.hidden_rows:
        sentence = ngettext(
            "%(count)d row is hidden in the sheet and is imported too.",
            "%(count)d rows are hidden in the sheet and are imported too.",
            part.hidden_rows,
        )
        found.append(sentence % {"count": part.hidden_rows})
    if part.hidden_columns:
        found.append(_("Columns are hidden in the sheet; they are imported too."))
    if formulas:
        sentence = ngettext(
            "%(count)d cell is a formula; it counts with the value it was saved with.",
            "%(count)d cells are formulas; they count with the values they were saved with.",
            formulas,
        )
        found.append(sentence % {"count": formulas})
    return found


# Rows -------------------------------------------------------------------------------------------------------------


def _rows(sheet: CalamineSheet, left: int, odd: Odd) -> Iterator[Row]:
    for index, cells in enumerate(sheet.iter_rows()):
        if index + 1 in odd:
            yield _odd_row(index + 1, cells, left, odd[index + 1])
        else:
            yield Row(index + 1, cells)


def _odd_row(number: int, cells: list, left: int, odd: dict[int, str]) -> Row:
    cells = [OddCell(odd[left + at]) if left + at in odd else cell for at, cell in enumerate(cells)]
    return Row(number, cells)


def odd_cells(file: Source, part: xlsx_guard.Part) -> tuple[Odd, int]:
    """Cells that calamine gives as blank though they are not: errors, and formulas that were never calculated.

    And how many other formulas there are, whose values were calculated at some time.
    """
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        data = archive.read(part.name)
    found: Odd = {}
    formulas = 0
    for attributes, content in cells(data):
        place = PLACE.search(attributes)
        if place and (what := _what_is_odd(attributes, content)):
            found.setdefault(int(place[2]), {})[xlsx_guard.column_number(place[1]) - 1] = what
        else:
            formulas += bool(FORMULA.search(content))
    return found, formulas


def cells(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(attributes, content) of each cell that has content. Each byte is looked at a few times, whatever the markup."""
    for text in CELL.split(data)[1:]:
        attributes, _end, rest = text.partition(b">")
        if not attributes.endswith(b"/"):
            yield attributes, CELL_END.split(rest, maxsplit=1)[0]


def _what_is_odd(attributes: bytes, content: bytes) -> str:
    if b't="e"' in attributes:
        value = ERROR.search(content)
        return _("the error %(value)s") % {"value": value[1].decode("utf-8", "replace") if value else "?"}
    if SHARED.search(attributes) and not PLAIN_VALUE.search(content):
        return _("a text that is missing in the file")
    if FORMULA.search(content) and not VALUE.search(content) and b't="str"' not in attributes:
        return _("a formula without a value")
    return ""
