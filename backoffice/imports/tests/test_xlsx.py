import io
import zipfile
from datetime import date

import pytest
import xlsxwriter

from backoffice.imports.reading import open_sheet
from backoffice.imports.refusals import FileRefused
from backoffice.imports.tests.sheets import changed_zip, part, xlsx_file

SHEET = "xl/worksheets/sheet1.xml"
ROWS: list[list] = [["sku", "qty"], ["A-1", 3], ["A-2", 4]]


def refusal(file, sheet="") -> str:
    with pytest.raises(FileRefused) as refused:
        list(open_sheet(file, sheet).rows())
    return refused.value.sentence


def with_sheet(old: bytes, new: bytes):
    file = xlsx_file(ROWS)
    changed = part(file).replace(old, new)
    assert changed != part(file)
    return changed_zip(file, {SHEET: changed})


def test_rows_keep_their_numbers_and_numbers_stay_numbers():
    sheet = open_sheet(xlsx_file([[], ["sku", "qty"], [], ["A-1", 3.5], ["A-2", True]]))

    assert (sheet.name, sheet.header) == ("Stock", ["sku", "qty"])
    assert [(row.number, row.cells) for row in sheet.rows()] == [(4, ["A-1", 3.5]), (5, ["A-2", True])]


def test_rows_can_be_read_again():
    sheet = open_sheet(xlsx_file(ROWS))

    assert [row.cells for row in sheet.rows()] == [row.cells for row in sheet.rows()]


def test_dates_are_dates():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    page.write(0, 0, "qty")
    page.write_datetime(1, 0, date(2026, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()

    assert next(open_sheet(target).rows()).cells == [date(2026, 5, 1)]


def test_the_only_filled_visible_sheet_is_taken_and_hidden_ones_are_reported():
    sheet = open_sheet(xlsx_file(ROWS, more={"Prices": [["x"]], "Empty": []}, hidden=("Prices",)))

    assert (sheet.name, sheet.notices) == ("Stock", ["Hidden sheets are not imported: Prices."])


def test_several_sheets_are_refused_until_one_is_named():
    file = xlsx_file(ROWS, more={"Old": [["sku"], ["B-1"]]})

    assert refusal(file) == "The file has several sheets: Stock, Old. Say which one to import."
    assert open_sheet(file, "Old").header == ["sku"]
    assert "no sheet “New”. The file has: Stock, Old." in refusal(file, "New")


def test_merged_cells_are_refused_with_their_row():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, ["sku", "name"])
    page.merge_range(1, 0, 2, 0, "A-1")
    book.close()

    assert "merged in row 2" in refusal(target)


def test_hidden_rows_are_imported_and_reported():
    sheet = open_sheet(with_sheet(b'<row r="2"', b'<row r="2" hidden="1"'))

    assert sheet.notices == ["1 row is hidden in the sheet and is imported too."]
    assert len(list(sheet.rows())) == 2


def test_a_formula_that_was_never_calculated_and_an_error_are_marked():
    changed = with_sheet(b'<c r="B2"><v>3</v></c>', b'<c r="B2"><f>1+1</f></c>')
    error = with_sheet(b'<c r="B2"><v>3</v></c>', b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')

    assert next(open_sheet(changed).rows()).cells[1] == "a formula without a value"
    assert next(open_sheet(error).rows()).cells[1] == "the error #DIV/0!"


def test_the_stored_value_of_a_formula_is_taken():
    sheet = open_sheet(with_sheet(b"<v>3</v>", b"<f>1+2</f><v>3</v>"))

    assert next(sheet.rows()).cells == ["A-1", 3.0]


def test_macros_are_refused():
    assert "macros" in refusal(changed_zip(xlsx_file(ROWS), {}, [("xl/vbaProject.bin", b"x")]))


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "xl\\..\\..\\x", "C:/x"])
def test_parts_that_point_outside_are_refused(name):
    assert "point outside" in refusal(changed_zip(xlsx_file(ROWS), {}, [(name, b"x")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused():
    assert "same name" in refusal(changed_zip(xlsx_file(ROWS), {}, [(SHEET, b"x")]))


def test_too_many_parts_are_refused():
    more = [(f"xl/media/{number}.png", b"") for number in range(1001)]

    assert "too many parts" in refusal(changed_zip(xlsx_file(ROWS), {}, more))


def test_a_bomb_is_refused_before_it_is_parsed():
    assert "packed suspiciously tight" in refusal(changed_zip(xlsx_file(ROWS), {}, [("xl/a.xml", b"0" * 50_000_000)]))


def test_more_than_the_bound_unpacked_is_refused(settings):
    settings.IMPORT_MAX_UNPACKED_BYTES = 1000

    assert "Unpacked, the XLSX is larger" in refusal(xlsx_file(ROWS))


def test_an_archive_that_lies_about_its_sizes_is_refused():
    file = changed_zip(xlsx_file(ROWS), {}, [("xl/a.xml", b"0" * 5_000_000)])
    data = file.getvalue().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))

    assert "damaged" in refusal(io.BytesIO(data))


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_declared_entities_are_refused(name):
    bad = b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>'
    file = xlsx_file(ROWS)
    content = part(file, name).replace(b"?>", b"?>" + bad, 1)

    assert "entities" in refusal(changed_zip(file, {name: content}))


@pytest.mark.parametrize("content", [b"", b"<worksheet", None])
def test_a_missing_or_broken_sheet_is_refused(content):
    assert refusal(changed_zip(xlsx_file(ROWS), {SHEET: content}))


def test_a_truncated_archive_is_refused():
    data = xlsx_file(ROWS).getvalue()

    assert "damaged" in refusal(io.BytesIO(data[: len(data) // 2]))


def test_another_archive_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    assert "neither CSV nor XLSX" in refusal(target)


def test_a_shared_string_that_is_not_there_is_refused():
    assert refusal(with_sheet(b'<c r="A2" t="s"><v>2</v>', b'<c r="A2" t="s"><v>99</v>'))


def test_a_dimension_that_claims_everything_costs_nothing():
    sheet = open_sheet(with_sheet(b'<dimension ref="A1:B3"/>', b'<dimension ref="A1:XFD1048576"/>'))

    assert len(list(sheet.rows())) == 2


@pytest.mark.parametrize("place", [b"XFD2", b"GS2", b"A1048577", b"A9999999999"])
def test_a_cell_far_out_is_refused_before_the_reader_allocates_the_area(place):
    assert refusal(with_sheet(b'r="B2"', b'r="' + place + b'"'))
