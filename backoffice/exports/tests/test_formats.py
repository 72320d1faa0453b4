import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.exports import formats
from backoffice.exports.formats import CSV, XLSX, CannotWrite
from backoffice.exports.quoting import quoted, unquoted
from backoffice.imports.reading import open_sheet
from backoffice.imports.tests.sheets import part

ROWS = [["name", "sum"], ["Käse", Decimal("12.50")], ["", None], ["x", -5], [date(2026, 5, 1), datetime(2026, 5, 1, 9)]]


def written(format_, rows) -> io.BytesIO:
    target = io.BytesIO()
    format_().write(target, rows)
    return target


def test_csv_is_utf_8_with_its_mark_and_numbers_are_numbers():
    text = written(CSV, ROWS).getvalue().decode()

    assert text.splitlines() == ["\ufeffname,sum", "Käse,12.50", ",", "x,-5", "2026-05-01,2026-05-01 09:00:00"]


def test_xlsx_keeps_numbers_dates_and_texts_apart():
    rows = list(open_sheet(written(XLSX, ROWS)).rows())

    assert [row.cells for row in rows] == [["Käse", 12.5], ["x", -5], [date(2026, 5, 1), datetime(2026, 5, 1, 9)]]


def test_no_cell_of_an_xlsx_is_a_formula_or_a_link():
    sheet = part(written(XLSX, [["a", "b"], ["=1+1", "http://x/"]]))

    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_what_xlsx_cannot_hold_is_said_not_cut(monkeypatch):
    monkeypatch.setattr(formats, "SHEET_ROWS", 2)

    with pytest.raises(CannotWrite, match="Row 2 has a text of more than 32767 characters. Choose CSV."):
        written(XLSX, [["a"], ["x" * 32_768]])
    with pytest.raises(CannotWrite, match="no more than"):
        written(XLSX, [["a"], ["b"], ["c"]])


@given(st.text(alphabet="'=+-@ a1＝＋－＠\t\r\n\0", max_size=8))
def test_a_quoted_text_is_no_formula_and_is_itself_again_without_the_quote(text):
    assert unquoted(quoted(text)) == text
    assert quoted(text).lstrip(" ")[:1] not in set("=+-@\t\r\n\0＝＋－＠") - {""}


@pytest.mark.parametrize("text", ["'=1", "''=1", "' =1", "' ' =1", "plain", "'plain", "", "＝1", " =1"])
def test_quotes_that_were_there_stay_there(text):
    assert unquoted(quoted(text)) == text
