"""One cell to one value. Every function raises ValueError with a sentence; nothing is rounded, cut or guessed."""

import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.exports.quoting import unquoted
from backoffice.imports.reading import Cell, OddCell
from backoffice.imports.refusals import shown

POINT, COMMA = ".", ","  # the decimal mark that the values of a column prove
MONEY_SIGNS = re.compile(
    r"^(?:[A-Z]{3}|[$€£¥₹₽₺₩₪₫฿₴]|Fr\.|kr\.?|zł|Kč)\s*|\s*(?:[A-Z]{3}|[$€£¥₹₽₺₩₪₫฿₴]|kr\.?|zł|Kč)$"
)
NO_CENTS = re.compile(r"(?<=[0-9])([.,])[-–—]{1,2}$")  # 5,– and 4.--
STATED_RATE = re.compile(r"(?<![0-9.,−-])[0-9]+(?:[.,][0-9]+)?(?=\s?%)")  # 15% GST on Income
GROUPS = re.compile(r"(?<=[0-9])[\s'’\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
THREE_DIGITS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
LINE_BREAKS = re.compile(r"[ ]*[\t\r\n]+[ ]*")
NEW_LINE = re.compile(r"\r\n|\r|\n")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
WHOLE, AMOUNT = gettext_lazy("a whole number"), gettext_lazy("an amount")
NOISE = Decimal("0.000001")  # what binary fractions leave behind: 12.340000000000002


def is_blank(cell: Cell) -> bool:
    return type(cell) is str and not cell.strip()  # an OddCell is none


# Text -------------------------------------------------------------------------------------------------------------


def text(cell: Cell, most: int) -> str:
    """Text on one line, at most ``most`` characters, in Unicode's composed form. Integral numbers lose their point."""
    found = _as_text(cell)
    if found.isascii() and found.isprintable() and not found.startswith("'") and len(found) <= most:
        return found.strip()  # nothing below would change it, and most texts are like this
    return _on_one_line(unquoted(found), most)


def lines(cell: Cell, most: int) -> str:
    """Text that keeps its line breaks, written as \\n, with at most ``most`` characters a line."""
    found = NEW_LINE.split(unquoted(_as_text(cell)))
    return "\n".join(_on_one_line(line, most) for line in found).strip("\n")


def _on_one_line(found: str, most: int) -> str:
    found = LINE_BREAKS.sub(" ", found)
    if CONTROL.search(found):
        raise ValueError(_("“%(value)s” contains a control character. Remove it.") % {"value": shown(found)})
    if INVISIBLE.search(found):
        raise ValueError(
            _("“%(value)s” contains an invisible character. Type the text anew.") % {"value": shown(found)}
        )
    found = unicodedata.normalize("NFC", found.strip())
    if len(found) > most:
        facts = {"count": len(found), "most": most}
        raise ValueError(_("The text has %(count)d characters; %(most)d fit.") % facts)
    return found


def _as_text(cell: Cell) -> str:
    if type(cell) is str:
        return cell
    if isinstance(cell, OddCell):
        raise ValueError(_("The cell holds %(what)s.") % {"what": cell})
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, date | time | timedelta):
        raise ValueError(_("%(value)s is a date or a time. Format the column as text.") % {"value": cell})
    return str(cell)


def code(cell: Cell, most: int) -> str:
    """A SKU or barcode: text whose digits must all be there."""
    found = text(cell, most)
    if "+" in found and SCIENTIFIC.fullmatch(found):
        message = _(
            "“%(value)s” has lost its digits: the spreadsheet shortened a long number."
            " Format the column as text and enter it again."
        )
        raise ValueError(message % {"value": found})
    if isinstance(cell, float) and not cell.is_integer():
        raise ValueError(_("“%(value)s” is a number with decimals, not a code.") % {"value": found})
    return found


# Numbers ----------------------------------------------------------------------------------------------------------


def whole(cell: Cell, most: int, style: str = "") -> int:
    """A whole number from 0 to ``most``: 7, 7.0, and with a proven ``style`` also 1.000."""
    number = _number(cell, style, WHOLE)
    if number < 0:
        raise ValueError(_("%(value)s is negative.") % {"value": shown(cell)})
    if number != number.to_integral_value():
        raise ValueError(_("%(value)s is not a whole number.") % {"value": shown(cell)})
    if number > most:
        raise ValueError(_("%(value)s is too large; %(most)d is the most.") % {"value": shown(cell), "most": most})
    return int(number)


def money(cell: Cell, digits: int, decimals: int = 2, style: str = "") -> Decimal:
    """An amount of at most ``digits`` digits; a currency before or after it is taken off."""
    if type(cell) is str:
        cell = _bare(cell) or cell
    number = _number(cell, style, AMOUNT)
    rounded = round(number, decimals)
    if number < 0:
        raise ValueError(_("%(value)s is negative.") % {"value": shown(cell)})
    if abs(rounded - number) > (NOISE if isinstance(cell, float) else 0):
        facts = {"value": shown(cell), "decimals": decimals}
        raise ValueError(_("%(value)s has more than %(decimals)d decimals. Round it in the file.") % facts)
    if rounded >= 10 ** (digits - decimals):
        raise ValueError(_("%(value)s is too large.") % {"value": shown(cell)})
    return rounded


def _bare(amount: str) -> str:
    """Without currency, and with the cents that a dash stands for."""
    return NO_CENTS.sub(r"\g<1>00", MONEY_SIGNS.sub("", amount.strip()).strip())


def percent(cell: Cell, style: str = "") -> Decimal:
    """From 0 to 100, alone or as the one percentage that a text states: 19, 5.5 %, 15% GST on Income.

    Refused: 0.19, which is what spreadsheets keep for 19 %.
    """
    stated = STATED_RATE.findall(cell) if type(cell) is str else []
    has_sign = len(stated) == 1
    rate = money(stated[0] if has_sign else cell, digits=5, style=style)
    if rate > 100:
        raise ValueError(_("%(value)s is more than 100 percent.") % {"value": shown(cell)})
    if 0 < rate < 1 and not has_sign:
        message = _("%(value)s could be a share or a percentage. Write %(value)s%% or %(hundredfold)s%%.")
        raise ValueError(message % {"value": shown(cell), "hundredfold": rate * 100})
    return rate


def _number(cell: Cell, style: str, wanted: Promise) -> Decimal:
    if isinstance(cell, float):
        return _finite(cell, wanted)
    if type(cell) is int:
        return Decimal(cell)
    if type(cell) is not str:
        raise ValueError(_not_a_number(cell, wanted))
    digits = GROUPS.sub("", cell.strip().removeprefix("'"))
    negative, digits = digits.startswith("-"), digits.removeprefix("-").strip()
    if len(digits) > 40 or not NUMBER.fullmatch(digits) or not digits.isascii():
        raise ValueError(_not_a_number(cell, wanted))
    number = Decimal(plain(digits, style))
    return -number if negative else number


def _finite(number: float, wanted: Promise) -> Decimal:
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(_not_a_number(number, wanted))
    return Decimal(repr(number))


def _not_a_number(cell: Cell, wanted: Promise) -> str:
    facts = {"value": shown(cell), "wanted": wanted}
    if isinstance(cell, OddCell):
        return _("The cell holds %(value)s, not %(wanted)s.") % facts
    if isinstance(cell, date | time | timedelta):
        return _("%(value)s is a date or a time, not %(wanted)s.") % facts
    if isinstance(cell, bool):
        return _("%(value)s is a yes or no, not %(wanted)s.") % facts
    if SCIENTIFIC.fullmatch(str(cell)):
        return _("“%(value)s” is scientific notation. Write the number out.") % facts
    return _("“%(value)s” is not %(wanted)s.") % facts


def plain(digits: str, style: str) -> str:
    """“1.234,56” as “1234.56”. Raises ValueError where “1,234” could be either and no ``style`` decides."""
    mark = proven_style(digits)
    if mark is None:
        return digits
    if not (mark or style):
        facts = {"value": digits, "one": re.sub("[.,]", "", digits), "other": digits.replace(",", ".")}
        raise ValueError(_("“%(value)s” could be %(one)s or %(other)s. Write it without separators.") % facts)
    mark = mark or style
    other = COMMA if mark == POINT else POINT
    whole_part, _mark, fraction = digits.partition(mark)
    if other in fraction or mark in fraction or not _is_grouped(whole_part, other):
        raise ValueError(_("“%(value)s” is not a number that can be read.") % {"value": digits})
    return whole_part.replace(other, "") + ("." + fraction if fraction else "")


def _is_grouped(digits: str, mark: str) -> bool:
    first, *groups = digits.split(mark)
    return not groups or (1 <= len(first) <= 3 and all(len(group) == 3 for group in groups))


def proven_style(digits: str) -> str | None:
    """The decimal mark that one number proves, blank when it is ambiguous, None when it has no mark at all."""
    points, commas = digits.count(POINT), digits.count(COMMA)
    if not points and not commas:
        return None
    if points and commas:
        return POINT if digits.rfind(POINT) > digits.rfind(COMMA) else COMMA
    if points + commas > 1:
        return COMMA if points else POINT
    if THREE_DIGITS.fullmatch(digits):
        return ""
    return POINT if points else COMMA


def style_of(cell: Cell) -> str:
    """The decimal mark that a cell proves; blank when it proves none."""
    digits = _digits(cell)
    return proven_style(digits) or "" if digits else ""


def _digits(cell: Cell) -> str:
    if type(cell) is not str:
        return ""
    found = GROUPS.sub("", _bare(cell)).removeprefix("-").strip()
    return found if NUMBER.fullmatch(found) and found.isascii() else ""
