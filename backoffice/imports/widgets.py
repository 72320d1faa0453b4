"""django-import-export widgets that raise ValueError with a sentence, and quote what a spreadsheet would run."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from backoffice.imports import cells
from backoffice.imports.refusals import shown

RUNS_AS_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n\0＝＋－＠]")


def quoted(text: str) -> str:
    """Text that no spreadsheet program takes for a formula; ``cells.text`` takes the quote off again."""
    return f"'{text}" if RUNS_AS_FORMULA.match(text) else text


class Text(Widget):
    takes_style = False

    def __init__(self, most: int):
        super().__init__()
        self.most = most

    def clean(self, value, row=None, **kwargs):
        return cells.text(value, self.most)

    def render(self, value, obj=None, **kwargs):
        return quoted(str(value or ""))


class Code(Text):
    """A SKU or barcode."""

    def clean(self, value, row=None, **kwargs):
        return cells.code(value, self.most)


class Choice(Text):
    """One of a few words, under any of the names that files use for them."""

    def __init__(self, words: Mapping[str, str]):
        super().__init__(most=100)
        self.words = words

    def clean(self, value, row=None, **kwargs):
        wanted = cells.text(value, self.most)
        if found := self.words.get(wanted.casefold()):
            return found
        facts = {"value": shown(wanted), "words": ", ".join(sorted(set(self.words.values())))}
        raise ValueError(_("“%(value)s” is not known here. Use one of: %(words)s.") % facts)


class Money(Widget):
    takes_style = True

    def __init__(self, digits: int):
        super().__init__()
        self.digits = digits

    def clean(self, value, row=None, style="", **kwargs):
        return cells.money(value, self.digits, style=style)

    def render(self, value, obj=None, **kwargs) -> Any:
        return "" if value is None else value


class Percent(Widget):
    """19, 5.5 or 19 %."""

    takes_style = True

    def clean(self, value, row=None, style="", **kwargs):
        return cells.percent(value, style=style)

    def render(self, value, obj=None, **kwargs) -> Any:
        return "" if value is None else value


class Quantity(Widget):
    takes_style = True

    def __init__(self, most: int):
        super().__init__()
        self.most = most

    def clean(self, value, row=None, style="", **kwargs):
        return cells.whole(value, self.most, style)

    def render(self, value, obj=None, **kwargs) -> Any:
        return "" if value is None else value
