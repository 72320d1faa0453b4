import pytest

from backoffice.imports.reading import open_sheet
from backoffice.imports.refusals import FileRefused
from backoffice.imports.tests.sheets import csv_file


def read(text):
    sheet = open_sheet(csv_file(text))
    return sheet, list(sheet.rows())


def refusal(text) -> str:
    with pytest.raises(FileRefused) as refused:
        read(text)
    return refused.value.sentence


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_header_shows_what_separates_the_columns(mark):
    sheet, rows = read(f"sku{mark}name\nA-1{mark}Mug\n")

    assert (sheet.header, rows[0].cells) == (["sku", "name"], ["A-1", "Mug"])


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks():
    _sheet, rows = read('sku,name\nA-1,"Mug, 12""\nblue"\nA-2,Cup\n')

    assert [(row.number, row.cells) for row in rows] == [(2, ["A-1", 'Mug, 12"\nblue']), (4, ["A-2", "Cup"])]


def test_a_separator_inside_quotes_of_the_header_is_no_separator():
    sheet, _rows = read('"name; long",sku\nMug,A-1\n')

    assert sheet.header == ["name; long", "sku"]


def test_excels_separator_line_is_obeyed_and_not_imported():
    sheet, rows = read("sep=;\nsku;name\nA-1;Mug\n")

    assert (sheet.header, len(rows)) == (["sku", "name"], 1)


def test_an_unclear_separator_is_refused():
    assert "unclear what separates the columns" in refusal("sku,name;qty\nA-1,Mug;1\n")


def test_a_byte_order_mark_is_not_part_of_the_first_heading():
    sheet, _rows = read("\ufeffsku,name\nA-1,Mug\n".encode())

    assert sheet.header == ["sku", "name"]


@pytest.mark.parametrize("coding", ["latin-1", "cp1252"])
def test_other_encodings_are_refused_with_the_line_and_the_way_out(coding):
    text = "sku,name\nA-1,Mug\nA-2,Käse\n".encode(coding)

    assert refusal(text).startswith("Line 3 is not UTF-8 text. Save the file as “CSV UTF-8”")


def test_mixed_encodings_are_refused():
    assert "Line 3" in refusal("sku,name\nA-1,Müsli\n".encode() + "A-2,Käse\n".encode("latin-1"))


def test_a_file_that_ends_inside_a_character_is_refused():
    assert "is not UTF-8" in refusal("sku,name\nA-1,Mü".encode()[:-1])


def test_utf16_is_refused_with_the_way_out():
    assert "UTF-16" in refusal("sku,name\nA-1,Mug\n".encode("utf-16"))


def test_nul_is_refused_with_its_line():
    assert refusal("sku,name\nA-1,Mu\0g\n").startswith("Line 2 contains a NUL character")


def test_an_unclosed_quote_is_refused_instead_of_swallowing_the_rest():
    assert "line 3 do not match" in refusal('sku,name\nA-1,Mug\nA-2,"Cup\nA-3,Jug\n')


def test_a_million_quotes_are_refused_in_time():
    assert "quot" in refusal("sku,name\nA-1," + '"' * 1_000_001 + "\n")


def test_a_cell_beyond_the_bound_is_refused(settings):
    settings.IMPORT_MAX_CELL_CHARACTERS = 1000

    assert "longer than 1000 characters" in refusal("sku,name\nA-1," + "x" * 2000 + "\n")


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_every_kind_of_line_end_ends_a_row(end):
    _sheet, rows = read(end.join(["sku,name", "A-1,Mug", "A-2,Cup"]))

    assert [row.cells[0] for row in rows] == ["A-1", "A-2"]


def test_mixed_line_ends_never_merge_rows():
    _sheet, rows = read("sku,name\r\nA-1,Mug\rA-2,Cup\nA-3,Jug")

    assert [row.cells for row in rows] == [["A-1", "Mug"], ["A-2", "Cup"], ["A-3", "Jug"]]


def test_blank_lines_are_passed_over_and_counted():
    sheet, rows = read("sku,name\n\nA-1,Mug\n , \n\nA-2,Cup\n")

    assert ([row.number for row in rows], sheet.blank_rows) == ([3, 6], 3)


def test_a_short_row_is_refused_because_a_missing_cell_is_not_a_blank_one():
    _sheet, rows = read("sku,name,qty\nA-1,Mug\n")

    assert rows[0].problems[0].message == "The row has 2 cells, the header has 3."


def test_a_long_row_is_refused_unless_what_is_too_much_is_blank():
    _sheet, rows = read("sku,name\nA-1,Mug,,\nA-2,Cup,,x\n")

    assert [len(row.problems) for row in rows] == [0, 1]


@pytest.mark.parametrize("text", ["", "\n\n", " \n", ",,,\n,,\n"])
def test_an_empty_file_is_refused(text):
    assert refusal(text) == "The file is empty."


def test_too_many_columns_are_refused(settings):
    settings.IMPORT_MAX_COLUMNS = 3

    assert "4 columns; 3 can be read" in refusal("a,b,c,d\n1,2,3,4\n")


def test_too_many_rows_are_refused(settings):
    settings.IMPORT_MAX_ROWS = 2

    assert "more than 2 rows" in refusal("sku\nA\nB\nC\n")


def test_too_many_bytes_are_refused_before_anything_is_read(settings):
    settings.IMPORT_MAX_BYTES = 10

    assert "larger than" in refusal("sku,name\nA-1,Mug\n")


@pytest.mark.parametrize(
    "start",
    [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"MZ\x90", b"<html><table>", b'<?xml version="1.0"?>', b"\x1f\x8b\x08"],
)
def test_other_formats_are_refused_by_their_content(start):
    assert "neither CSV nor XLSX" in refusal(start + b"sku,name\n1,2\n")


def test_password_protected_and_old_files_are_refused_with_the_reason():
    assert "password-protected or an old .xls" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
