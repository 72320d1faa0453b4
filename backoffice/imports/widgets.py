"""django-import-export widgets that raise ValueError with a sentence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from backoffice.imports import cells, dates
from backoffice.imports.refusals import shown


class Text(Widget):
    takes_style = False

    def __init__(self, most: int):
        super().__init__()
        self.most = most

    def clean(self, value, row=None, **kwargs):
        return cells.text(value, self.most)

    def render(self, value, obj=None, **kwargs):
        return str(value or "")


class Code(Text):
    """A SKU or barcode."""

    def clean(self, value, row=None, **kwargs):
        return cells.code(value, self.most)


class Lines(Text):
    """Text that keeps its line breaks: an address, a note."""

    def clean(self, value, row=None, **kwargs):
        return cells.lines(value, self.most)


class Email(Text):
    def __init__(self):
        super().__init__(most=254)

    def clean(self, value, row=None, **kwargs):
        found = cells.text(value, self.most)
        try:
            validate_email(found)
        except ValidationError:
            raise ValueError(_("“%(value)s” is not an email address.") % {"value": shown(found)}) from None
        return found


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


class Styled(Widget):
    """Cells that a column may write in more than one way; some of its values prove in which (``style``)."""

    takes_style = True

    def proves(self, cell: str) -> str:
        """The style that one text proves; blank when it proves none."""
        return cells.style_of(cell) if "," in cell or "." in cell else ""

    def render(self, value, obj=None, **kwargs) -> Any:
        return "" if value is None else value


class Money(Styled):
    def __init__(self, digits: int):
        super().__init__()
        self.digits = digits

    def clean(self, value, row=None, style="", **kwargs):
        return cells.money(value, self.digits, style=style)


class Percent(Styled):
    """19, 5.5 or 19 %. Less than one is written with its sign: 0.5 alone could be a half of the whole."""

    def render(self, value, obj=None, **kwargs):
        return f"{value}%" if value is not None and 0 < value < 1 else super().render(value)

    def clean(self, value, row=None, style="", **kwargs):
        return cells.percent(value, style=style)


class Quantity(Styled):
    def __init__(self, most: int):
        super().__init__()
        self.most = most

    def clean(self, value, row=None, style="", **kwargs):
        return cells.whole(value, self.most, style)


class Date(Styled):
    """A day, without its time."""

    def proves(self, cell):
        return dates.order_of(cell)

    def clean(self, value, row=None, style="", **kwargs):
        return dates.date_of(value, style)

    def render(self, value, obj=None, **kwargs):
        day = localtime(value).date() if isinstance(value, datetime) else value
        return day.isoformat() if day else ""
