"""Numbers with decimals as people type them: 1,5 and 1.5 are both one and a half, in whichever language the page is.

A browser's own number field takes only the mark of the browser's language, which need not be the page's.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format

from backoffice.imports import cells


def typed(value: Any) -> str:
    """A number as it stands in a field: with the reader's decimal mark and without groups."""
    return str(value).replace(".", str(get_format("DECIMAL_SEPARATOR")))


class DecimalInput(forms.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "size": 8, **(attrs or {})})

    def format_value(self, value):
        """What a person typed stays as it is; what comes from the record gets the reader's mark."""
        return value if isinstance(value, str) or value is None else typed(value)


class DecimalField(forms.DecimalField):
    """Where one mark could stand for groups or decimals (1.234), the language of the page decides."""

    widget = DecimalInput

    def to_python(self, value):
        return super().to_python(_plain(value) if isinstance(value, str) else value)


def _plain(text: str) -> str:
    sign, digits = ("-", text.strip()[1:]) if text.strip().startswith("-") else ("", text.strip())
    digits = cells.GROUPS.sub("", digits)
    if not cells.NUMBER.fullmatch(digits):
        return text  # Django says what is wrong with it
    try:
        return sign + cells.plain(digits, str(get_format("DECIMAL_SEPARATOR")))
    except ValueError as refusal:
        raise ValidationError(str(refusal), code="invalid") from None
