"""Larger workbooks are read by a process of their own, in bounded memory and time."""

import io
import signal
from itertools import islice

import pytest

from backoffice.imports import reading
from backoffice.imports.reading import open_sheet
from backoffice.imports.refusals import FileRefused
from backoffice.imports.tests.sheets import changed_zip, part, xlsx_file

ROWS = [["sku", "name", "qty"], *([f"A-{number}", "Mug, “blue”", number] for number in range(2_500))]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def every_file_is_large(settings):
    settings.IMPORT_INLINE_BYTES = 0


def cells(sheet):
    return [(row.number, list(row.cells), row.problems) for row in sheet.rows()]


def test_the_rows_are_those_that_are_read_here_as_often_as_one_likes():
    here, there = reading.parse(xlsx_file(ROWS), ""), open_sheet(xlsx_file(ROWS))

    assert (there.name, there.header, there.notices) == (here.name, here.header, here.notices)
    assert list(islice(there.rows(), 3))  # a pass that is left in the middle
    assert cells(there) == cells(there) == cells(here)


def test_odd_cells_come_through():
    file = xlsx_file([["sku", "qty"], ["A-1", 3]])
    error = part(file).replace(b'<c r="B2"><v>3</v></c>', b'<c r="B2"><f>1+1</f></c>')

    odd = next(open_sheet(changed_zip(file, {SHEET: error})).rows()).cells[1]
    assert (type(odd).__name__, odd) == ("OddCell", "a formula without a value")


def test_what_is_refused_there_is_refused_here():
    with pytest.raises(FileRefused) as refused:
        open_sheet(xlsx_file([["a"], ["b"]], more={"B": [["c"]]}))

    assert (refused.value.code, refused.value.params) == ("which_sheet", {"sheets": ["Stock", "B"]})


def test_bounds_hold_there_too(settings):
    settings.IMPORT_MAX_COLUMNS = 2

    with pytest.raises(FileRefused, match="3 columns; 2 can be read"):
        open_sheet(xlsx_file(ROWS))


@pytest.mark.parametrize(("bound", "most"), [("IMPORT_MAX_MEMORY", 60 * 2**20), ("IMPORT_MAX_SECONDS", 0.001)])
def test_a_file_that_takes_too_much_is_refused_and_the_next_is_read(settings, bound, most):
    good = getattr(settings, bound)
    setattr(settings, bound, most)
    file = xlsx_file([[f"c{number}" for number in range(100)]] * 1_200)

    with pytest.raises(FileRefused, match="too big or too slow"):
        list(open_sheet(file).rows())

    setattr(settings, bound, good)
    assert len(cells(open_sheet(file))) == 1_199


def test_control_the_memory_that_is_too_little_for_a_large_file_does_for_a_small_one(settings):
    settings.IMPORT_MAX_MEMORY = 60 * 2**20

    assert len(cells(open_sheet(xlsx_file(ROWS[:3])))) == 2


def test_a_child_that_is_killed_is_a_file_that_cannot_be_read():
    sheet = open_sheet(xlsx_file(ROWS))
    rows = sheet.rows()
    next(rows)
    sheet.read.__self__._process.send_signal(signal.SIGKILL)

    with pytest.raises(FileRefused, match="too big or too slow"):
        list(rows)


# Small files, which are read here, cannot take much ------------------------------------------------------------------


def sheet_of(content: bytes) -> io.BytesIO:
    return changed_zip(xlsx_file([["sku"]]), {SHEET: content})


def around(cells_: bytes) -> bytes:
    return b"<worksheet><sheetData>" + cells_ + b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    "cells_",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c s="1" r="T900000"><v>1</v></c></row>',
        b"<row r='1'><c r='A1'><v>1</v></c></row><row r='900000'><c s='1' r='T900000'><v>1</v></c></row>",
        b'<row r="1">' + b"<c><v>1</v></c>" * 20 + b'</row><row r="900000"><c><v>1</v></c></row>',
        b'<row r="1"><c r="a1"><v>1</v></c></row><row r="900000"><c r = "t900000"><v>1</v></c></row>',
    ],
)
def test_a_few_cells_far_apart_are_refused_before_the_area_between_them_is_made(cells_):
    with pytest.raises(FileRefused, match="almost empty up to row 900000"):
        reading.parse(sheet_of(around(cells_)), "")


@pytest.mark.parametrize("markup", [b"<row ", b"<c r=", b"<c a", b"<col ", b"<f", b'<c r="A1" t="e"', b"<x:", b"<a:"])
def test_markup_that_is_made_to_be_slow_is_not(markup, settings):
    settings.IMPORT_MAX_SECONDS = 10
    file = sheet_of(around(b'<row r="1"><c r="A1"><v>1</v></c></row>') + markup * 300_000)

    with pytest.raises(FileRefused):
        list(open_sheet(file).rows())
