"""Prices and percentages as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from inventory.decimals import DecimalField, DecimalInput, typed


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "1.5", "1.5"),
        ("en", "1,5", "1.5"),
        ("en", "1,234", "1234"),
        ("en", "1,234.56", "1234.56"),
        ("de", "1,5", "1.5"),
        ("de", "1.5", "1.5"),
        ("de", "12.50", "12.50"),
        ("de", "1.234", "1234"),
        ("de", "1.234,56", "1234.56"),
        ("de", "1 234,56", "1234.56"),
        ("de", "-3,20", "-3.20"),
    ],
)
def test_either_mark_is_understood(language, text, number):
    with translation.override(language):
        assert DecimalField().clean(text) == Decimal(number)


@pytest.mark.parametrize("text", ["1,23,4", "1.2.3", "12,5,", "one", "1.234.56"])
def test_what_is_no_number_is_refused(text):
    with translation.override("de"), pytest.raises(ValidationError):
        DecimalField().clean(text)


def test_too_many_decimals_are_refused_rather_than_rounded():
    with translation.override("de"), pytest.raises(ValidationError):
        DecimalField(max_digits=12, decimal_places=2).clean("1,2345")


def test_a_field_shows_the_reader_s_mark_and_what_was_typed_as_it_was():
    with translation.override("de"):
        shown = [DecimalInput().format_value(value) for value in (Decimal("1234.50"), "1.234,5", None)]

    assert shown == ["1234,50", "1.234,5", None]
    assert typed(Decimal("1234.50")) == "1234.50"


def test_a_number_that_was_only_shown_has_not_changed():
    with translation.override("de"):
        assert not DecimalField().has_changed(Decimal("12.50"), "12,50")
