"""What all paper is made of: the font, text that wraps and is never markup, barcodes, the answer to a browser.

The font is embedded and covers Latin, Greek, Cyrillic and Vietnamese. A character that it lacks, such as 日, is spelled
as ``[U+65E5]`` in a PDF, because a box on paper tells nobody that something is missing. Pages in HTML have all.
"""

import unicodedata
from functools import cache
from html import escape
from itertools import pairwise

import font_roboto
from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

REGULAR, BOLD = "Roboto", "Roboto-Bold"
BARCODE_WIDTH, BARCODE_HEIGHT = 70 * mm, 11 * mm
BAR, NARROWEST_BAR = 0.33 * mm, 0.19 * mm  # GS1's target, and what common scanners still read
LONGEST_TEXT, MOST_LINES = 5_000, 100  # of one cell, address or note


def response(file: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows."""
    headers = {"Content-Disposition": content_disposition_header(False, name) or "inline"}
    return HttpResponse(file, content_type="application/pdf", headers=headers)


# Text -----------------------------------------------------------------------------------------------------------------


@cache
def register_fonts() -> frozenset[int]:
    """Once, before anything is drawn. Returns the characters that both fonts have."""
    faces = [TTFont(REGULAR, font_roboto.Roboto), TTFont(BOLD, font_roboto.RobotoBold)]
    for face in faces:
        pdfmetrics.registerFont(face)
    return frozenset.intersection(*(frozenset(face.face.charToGlyph) for face in faces))


def printable(text: str) -> str:
    """The text as the font can show it."""
    glyphs = register_fonts()
    return "".join(_spelled(char, glyphs) for char in unicodedata.normalize("NFC", text))


def _spelled(char: str, glyphs: frozenset[int]) -> str:
    if unicodedata.category(char).startswith("C"):
        return {"\n": "\n", "\t": " "}.get(char, "")
    if ord(char) in glyphs:
        return char
    plain = unicodedata.normalize("NFKC", char)  # ① is 1
    return plain if all(ord(part) in glyphs for part in plain) else f"[U+{ord(char):04X}]"


def shortened(text: str) -> str:
    """Blank lines that follow blank lines go, and what is longer than a page says where the rest is to be read.

    Laying out one paragraph takes time that grows with the square of its lines: minutes for 20,000.
    """
    lines = text.strip().splitlines()
    lines = [line for before, line in pairwise(["", *lines]) if before.strip() or line.strip()]
    short = "\n".join(lines[:MOST_LINES])[:LONGEST_TEXT]
    if len(short) == sum(map(len, lines)) + max(len(lines) - 1, 0):
        return short
    return f"{short}\n{_('… (shortened here; the whole text stands on the record)')}"


def paragraph(text: str, font: str = REGULAR, size: float = 9, *, is_number: bool = False) -> Paragraph:
    """Plain text that wraps, also inside of words that are too long. Nothing in it is markup."""
    style = ParagraphStyle("", fontName=font, fontSize=size, leading=size * 1.3, alignment=2 if is_number else 0)
    return Paragraph(escape(printable(shortened(text))).replace("\n", "<br/>"), style)


def wrapped(text: str, font: str, size: float, width: float, most: int) -> list[str]:
    """Lines that fit the width, at spaces where it can be; what is beyond ``most`` lines ends in an ellipsis."""
    rest = " ".join(printable(text).split())
    lines: list[str] = []
    while rest and len(lines) < most:
        end = _fitting(rest, font, size, width)
        if end < len(rest) and len(lines) == most - 1:
            lines.append(rest[: _fitting(rest, font, size, width - size)].rstrip() + "…")
            break
        space = rest.rfind(" ", 0, end + 1) if end < len(rest) else end
        cut = space if space > 0 else end
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return lines


def _fitting(text: str, font: str, size: float, width: float) -> int:
    """How many characters fit, at least one."""
    end, used = 0, 0.0
    while end < len(text) and (used := used + pdfmetrics.stringWidth(text[end], font, size)) <= width:
        end += 1
    return max(end, 1)


# Barcodes -------------------------------------------------------------------------------------------------------------


def code128(text: str, width: float, height: float) -> Code128 | None:
    """None where the text cannot be encoded, or its bars would be too narrow for a scanner."""
    if not text or not text.isascii() or not text.isprintable():
        return None
    modules = Code128(text, barWidth=1, quiet=0).width
    bar = min(BAR, width / modules)
    return Code128(text, barWidth=bar, barHeight=height, quiet=0) if bar >= NARROWEST_BAR else None


def svg(text: str) -> SafeString | str:
    """The same bars for a page. Blank where there can be none."""
    code = code128(text, BARCODE_WIDTH, BARCODE_HEIGHT)
    if code is None:
        return ""
    code.validate()
    code.encode()
    x, bars = 0, []
    for letter in code.decompose():  # capitals are bars, small letters gaps; A and a are one module wide
        width = ord(letter.lower()) - ord("a") + 1
        bars += [(x, width)] if letter.isupper() else []
        x += width
    rects = format_html_join("", '<rect x="{}" y="0" width="{}" height="40"/>', bars)
    opening = '<svg class="barcode" viewBox="0 0 {} 40" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    return format_html(opening, x, text, rects)
