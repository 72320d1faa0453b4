"""Dates as spreadsheets write them. Which of 05/01 is the day is proven by the column or refused, never guessed."""

import re
from datetime import date, datetime

from django.utils.translation import gettext as _

from backoffice.imports.reading import Cell, OddCell
from backoffice.imports.refusals import shown

DAY_FIRST, MONTH_FIRST = "day", "month"
CLOCK = r"(?:[T ,]+[0-9]{1,2}:[0-9]{2}.*)?"  # the time of day is not taken
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + CLOCK, re.ASCII)
YEAR = r"([0-9]{4}|[0-9]{2})"  # 26 only where it cannot be the day, nor be read in the order year, month, day
DOTTED = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})" + CLOCK, re.ASCII)
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/])([0-9]{1,2})\2" + YEAR + CLOCK, re.ASCII)
DAY_NAMED = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?[ -]" + YEAR + CLOCK, re.ASCII)
MONTH_NAMED = re.compile(r"([A-Za-z]{3,9})\.?[ -]([0-9]{1,2}),?[ -]" + YEAR + CLOCK, re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def date_of(cell: Cell, style: str = "") -> date:
    """The day of a cell. Raises ValueError with a sentence."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str) or isinstance(cell, OddCell):
        raise ValueError(_("“%(value)s” is not a date. Write it as 2026-01-31.") % {"value": shown(cell)})
    text = cell.strip()
    try:
        return date(*_parts(text, style))
    except (ValueError, TypeError):
        if YEAR_LAST.fullmatch(text) and not (style or order_of(text)):
            message = _("“%(value)s” could name the day or the month first. Write it as 2026-01-31.")
        else:
            message = _("“%(value)s” is not a date. Write it as 2026-01-31.")
        raise ValueError(message % {"value": shown(cell)}) from None


def _parts(text: str, style: str) -> tuple[int, int, int]:
    """Year, month and day. Raises TypeError where the text is no date or could be two."""
    if found := YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := DOTTED.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := DAY_NAMED.fullmatch(text):
        return _year(found[3]), _month(found[2]), int(found[1])
    if found := MONTH_NAMED.fullmatch(text):
        return _year(found[3]), _month(found[1]), int(found[2])
    if found := YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        order = order_of(text) or style
        if order == MONTH_FIRST:
            return year, first, second
        if len(found[4]) == 4 and (first == second or order == DAY_FIRST):
            return year, second, first
    raise TypeError


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _month(name: str) -> int:
    return MONTHS.index(name[:3].casefold()) + 1


def order_of(text: str) -> str:
    """Whether a date such as 31/01/2026 names the day or the month first; blank where it could be either."""
    if not (found := YEAR_LAST.fullmatch(text.strip())):
        return ""
    first, second = int(found[1]), int(found[3])
    if max(first, second) <= 12:
        return ""
    return DAY_FIRST if first > 12 else MONTH_FIRST
