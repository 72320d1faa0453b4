from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.exports.quoting import quoted
from backoffice.imports import cells
from backoffice.imports.reading import OddCell


def refusal(function, *args, **options) -> str:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the sentence is what each test compares
        function(*args, **options)
    return str(refused.value)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("7", 7), (" 7 ", 7), ("2.0", 2), ("2,00", 2), (3.0, 3), ("0", 0), ("1 000", 1000), ("1'000", 1000)],
)
def test_whole_numbers(cell, number):
    assert cells.whole(cell, 10**9) == number


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("-5", "-5 is negative."),
        (-5.0, "-5 is negative."),
        ("1.5", "1.5 is not a whole number."),
        (3.7, "3.7 is not a whole number."),
        ("nan", "“nan” is not a whole number."),
        (float("nan"), "“nan” is not a whole number."),
        ("inf", "“inf” is not a whole number."),
        (float("inf"), "“inf” is not a whole number."),
        ("1e400", "“1e400” is scientific notation. Write the number out."),
        ("1e3", "“1e3” is scientific notation. Write the number out."),
        ("2147483648", "2147483648 is too large; 1000000000 is the most."),
        ("9223372036854775808", "9223372036854775808 is too large; 1000000000 is the most."),
        ("٣", "“٣” is not a whole number."),
        ("=1+1", "“=1+1” is not a whole number."),
        (True, "True is a yes or no, not a whole number."),
        (date(2026, 5, 1), "2026-05-01 is a date or a time, not a whole number."),
        (OddCell("the error #DIV/0!"), "The cell holds the error #DIV/0!, not a whole number."),
        ("12 pcs", "“12 pcs” is not a whole number."),
        ("1_000", "“1_000” is not a whole number."),
    ],
)
def test_what_is_no_quantity(cell, sentence):
    assert refusal(cells.whole, cell, 10**9) == sentence


def test_a_number_of_five_thousand_digits_is_refused_in_short():
    assert len(refusal(cells.whole, "9" * 5000, 10**9)) < 200


@pytest.mark.parametrize("cell", ["1,000", "1.000"])
def test_a_thousand_or_one_is_refused_until_the_column_proves_the_style(cell):
    assert refusal(cells.whole, cell, 10**9) == f"“{cell}” could be 1000 or 1.000. Write it without separators."
    assert cells.whole(cell, 10**9, style=cells.COMMA if cell == "1.000" else cells.POINT) == 1000


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12.50", "12.50"),
        ("12,50", "12.50"),
        ("1.5", "1.50"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567.00"),
        ("1 234,56", "1234.56"),
        ("1'234.50", "1234.50"),
        ("€ 12,50", "12.50"),
        ("12,50 €", "12.50"),
        ("$1,200.00", "1200.00"),
        ("EUR 9.90", "9.90"),
        ("9.90 USD", "9.90"),
        (12.340000000000002, "12.34"),
        (0.0, "0.00"),
    ],
)
def test_money(cell, amount):
    assert cells.money(cell, 12) == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    ["-1.00", "1.234", "abc", "1.2.3", "1,2,3", "12.345,6,7", "1e3", "12.5%", True, date(2026, 5, 1), "99999999999"],
)
def test_what_is_no_amount(cell):
    assert refusal(cells.money, cell, 12)


def test_more_decimals_than_money_has_are_refused_not_rounded():
    assert refusal(cells.money, "0.125", 12) == "0.125 has more than 2 decimals. Round it in the file."


def test_a_proven_style_decides_and_a_value_that_proves_another_speaks_for_itself():
    assert cells.money("1.234", 12, style=cells.COMMA) == 1234
    assert cells.money("1.234,50", 12, style=cells.POINT) == Decimal("1234.50")


@pytest.mark.parametrize(
    ("cell", "style"),
    [("1.234,56", ","), ("12,5", ","), ("9.90", "."), ("1,234", ""), ("1234", ""), ("x", ""), (1.5, "")],
)
def test_what_a_cell_proves_about_its_column(cell, style):
    assert cells.style_of(cell) == style


@pytest.mark.parametrize("bad", ["\x01", "\x0b", "\0", "\x7f", "\ud800"])
def test_control_characters_are_refused(bad):
    assert "control character" in refusal(cells.text, f"Mu{bad}g", 100)


@pytest.mark.parametrize("bad", ["\u202e", "\u2066", "\u200b", "\ufeff"])
def test_invisible_characters_are_refused(bad):
    assert "invisible character" in refusal(cells.text, f"Mu{bad}g", 100)


def test_text_is_composed_trimmed_and_on_one_line():
    assert cells.text("  Cafe\u0301\r\n Mug\t1 ", 100) == "Café Mug 1"


def test_text_beyond_the_bound_is_refused_not_cut():
    assert refusal(cells.text, "x" * 5000, 200) == "The text has 5000 characters; 200 fit."


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'); DROP TABLE x;--", "{{7*7}} {% load x %} %(x)s"])
def test_markup_and_code_are_plain_text(text):
    assert cells.text(text, 100) == text


@pytest.mark.parametrize(("cell", "text"), [(123.0, "123"), (5901234123457.0, "5901234123457"), ("00123", "00123")])
def test_codes_keep_their_digits(cell, text):
    assert cells.code(cell, 64) == text


@pytest.mark.parametrize("cell", ["5.901E+12", "5,901E+12"])
def test_a_code_that_lost_its_digits_is_refused_with_the_way_out(cell):
    assert "has lost its digits" in refusal(cells.code, cell, 64)


@given(st.text(alphabet="'=+-@ a1＝", min_size=1, max_size=8).map(str.strip))
def test_export_and_import_are_each_others_opposite_for_any_text(text):
    assert cells.text(quoted(text), 100) == text
    assert quoted(text)[:1] not in {"=", "+", "-", "@", "＝"}


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A1", "+1", "-1", "@x", "'=1", "''-2", "plain", "'plain"])
def test_export_and_import_are_each_others_opposite(text):
    assert cells.text(quoted(text), 100) == text


@pytest.mark.parametrize(
    ("cell", "rate"),
    [("19", "19.00"), ("5,5", "5.50"), ("7 %", "7.00"), (19.0, "19.00"), ("0.5%", "0.50"), ("0", "0.00")],
)
def test_a_percentage(cell, rate):
    assert str(cells.percent(cell)) == rate


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (0.19, "0.19 could be a share or a percentage. Write 0.19% or 19.00%."),
        ("100.01", "100.01 is more than 100 percent."),
        ("-1", "-1 is negative."),
        ("7% or 19%", "“7% or 19%” is not an amount."),
        ("1.234,5 %", "“1.234,5 %” is not an amount."),
    ],
)
def test_what_is_not_a_percentage(cell, sentence):
    with pytest.raises(ValueError, match=".") as refusal:
        cells.percent(cell)

    assert str(refusal.value) == sentence
