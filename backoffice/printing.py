"""Paper: a sheet of facts and rows as PDF (A4) and as a page to print, both from the same ``Sheet``.

The font is embedded and covers Latin, Greek, Cyrillic and Vietnamese. A character that it lacks, such as 日, is spelled
as ``[U+65E5]`` in a PDF, because a box on paper tells nobody that something is missing. Pages in HTML have all.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from io import BytesIO

import font_roboto
from django.conf import settings
from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table
from reportlab.platypus.doctemplate import NextPageTemplate, PageBreak

REGULAR, BOLD = "Roboto", "Roboto-Bold"
MARGIN, HEAD, FOOT = 18 * mm, 34 * mm, 12 * mm
WIDTH = A4[0] - 2 * MARGIN
BARCODE_WIDTH, BARCODE_HEIGHT = 70 * mm, 11 * mm
BAR, NARROWEST_BAR = 0.33 * mm, 0.19 * mm  # GS1's target, and what common scanners still read
RULE = colors.Color(0.75, 0.75, 0.78)


@dataclass(frozen=True)
class Column:
    heading: str
    share: float  # of the width
    is_number: bool = False


@dataclass(frozen=True)
class Sheet:
    """One document. ``reference`` is its number, printed as barcode too; texts are plain, with line breaks."""

    title: str
    reference: str
    facts: list[tuple[str, str]]
    parties: list[tuple[str, str]]
    columns: list[Column]
    rows: list[list[str]]
    sums: list[tuple[str, str]] = field(default_factory=list)  # the last is the grand total
    notes: list[str] = field(default_factory=list)

    @property
    def company(self) -> str:
        return settings.COMPANY_NAME

    @property
    def cells(self) -> Iterator[Iterator[tuple[str, Column]]]:
        """Each row's texts with their columns."""
        return (zip(row, self.columns, strict=True) for row in self.rows)

    @property
    def barcode(self) -> SafeString | str:
        return svg(self.reference)


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


def paragraph(text: str, font: str = REGULAR, size: float = 9, *, is_number: bool = False) -> Paragraph:
    """Plain text that wraps, also inside of words that are too long. Nothing in it is markup."""
    style = ParagraphStyle("", fontName=font, fontSize=size, leading=size * 1.3, alignment=2 if is_number else 0)
    return Paragraph(escape(printable(text)).replace("\n", "<br/>"), style)


def wrapped(text: str, font: str, size: float, width: float, most: int) -> list[str]:
    """Lines that fit the width, at spaces where it can be; what is beyond ``most`` lines ends in an ellipsis."""
    lines: list[str] = []
    rest = " ".join(printable(text).split())
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
    if code is None or not code.width:  # asking for the width works the bars out
        return ""
    x, bars = 0, []
    for letter in code.decomposed:  # capitals are bars, small letters gaps; A and a are one module wide
        width = ord(letter.lower()) - ord("a") + 1
        bars += [(x, width)] if letter.isupper() else []
        x += width
    rects = format_html_join("", '<rect x="{}" y="0" width="{}" height="40"/>', bars)
    opening = '<svg class="barcode" viewBox="0 0 {} 40" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    return format_html(opening, x, text, rects)


# PDF ------------------------------------------------------------------------------------------------------------------


def response(file: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows."""
    headers = {"Content-Disposition": content_disposition_header(False, name) or "inline"}
    return HttpResponse(file, content_type="application/pdf", headers=headers)


def pdf(sheets: Iterable[Sheet]) -> bytes:
    """One after the other, each on pages of its own that say “Page 1 of 3”."""
    sheets, file = list(sheets), BytesIO()
    register_fonts()
    name = ", ".join(f"{sheet.title} {sheet.reference}" for sheet in sheets[:3])
    document = BaseDocTemplate(file, pagesize=A4, title=name, author=settings.COMPANY_NAME)
    story: list[Flowable] = []
    for number, sheet in enumerate(sheets):
        document.addPageTemplates(_templates(number, sheet))
        story += [NextPageTemplate(f"{number}"), *([PageBreak()] if number else []), NextPageTemplate(f"{number}+")]
        story += _story(sheet)
    document.build(story, canvasmaker=_NumberedCanvas)
    return file.getvalue()


class _NumberedCanvas(Canvas):
    """Keeps its pages until all are known, because each says how many there are of its sheet."""

    sheet: Sheet

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._kept: list[dict] = []

    def showPage(self):
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self):
        sheets = [id(state["sheet"]) for state in self._kept]
        for number, state in enumerate(self._kept):
            self.__dict__.update(state)
            self._write_foot(sheets[: number + 1].count(sheets[number]), sheets.count(sheets[number]))
            super().showPage()
        super().save()

    def _write_foot(self, page: int, pages: int) -> None:
        self.setFont(REGULAR, 8)
        self.setFillGray(0.35)
        self.drawString(
            MARGIN, FOOT, _one_line(f"{settings.COMPANY_NAME} · {self.sheet.reference}", REGULAR, 8, 120 * mm)
        )
        self.drawRightString(
            A4[0] - MARGIN, FOOT, printable(_("Page %(page)d of %(pages)d") % {"page": page, "pages": pages})
        )


def _templates(number: int, sheet: Sheet) -> list[PageTemplate]:
    def begin(canvas, document):
        canvas.sheet = sheet
        _write_head(canvas, sheet)

    def go_on(canvas, document):
        canvas.sheet = sheet
        canvas.setFont(BOLD, 9)
        canvas.drawString(MARGIN, A4[1] - MARGIN, _one_line(f"{sheet.title} {sheet.reference}", BOLD, 9, WIDTH))

    first, later = _frame(HEAD), _frame(6 * mm)
    return [
        PageTemplate(f"{number}", [first], onPage=begin, autoNextPageTemplate=f"{number}+"),
        PageTemplate(f"{number}+", [later], onPage=go_on),
    ]


def _frame(head: float) -> Frame:
    bottom = FOOT + 8 * mm
    height = A4[1] - MARGIN - head - bottom
    return Frame(MARGIN, bottom, WIDTH, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _write_head(canvas: Canvas, sheet: Sheet) -> None:
    top, left_width = A4[1] - MARGIN, WIDTH - BARCODE_WIDTH - 6 * mm
    canvas.setFont(BOLD, 11)
    canvas.drawString(MARGIN, top - 4 * mm, _one_line(settings.COMPANY_NAME, BOLD, 11, left_width))
    canvas.setFont(REGULAR, 22)
    canvas.drawString(MARGIN, top - 17 * mm, _one_line(sheet.title, REGULAR, 22, left_width))
    right = A4[0] - MARGIN
    if code := code128(sheet.reference, BARCODE_WIDTH, BARCODE_HEIGHT):
        code.drawOn(canvas, right - code.width, top - BARCODE_HEIGHT)
    canvas.setFont(BOLD, 12)
    canvas.drawRightString(right, top - 17 * mm, _one_line(sheet.reference, BOLD, 12, BARCODE_WIDTH + 6 * mm))


def _one_line(text: str, font: str, size: float, width: float) -> str:
    return "".join(wrapped(text, font, size, width, most=1))


def _story(sheet: Sheet) -> list[Flowable]:
    story: list[Flowable] = [_about(sheet), Spacer(0, 7 * mm), _table(sheet)]
    if sheet.sums:
        story += [Spacer(0, 4 * mm), KeepTogether(_sums(sheet.sums))]
    for note in sheet.notes:
        story += [Spacer(0, 5 * mm), paragraph(note)]
    return story


PLAIN = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
]
RULED = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
    ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
]


def _about(sheet: Sheet) -> Table:
    """Who and what, side by side. The row may be split over pages: an address can be as long as it likes."""
    parties = [[paragraph(name, BOLD, 8), paragraph(text)] for name, text in sheet.parties]
    cells = [*parties, [paragraph(f"{name}: {value}") for name, value in sheet.facts]]
    return Table([cells], [WIDTH / len(cells)] * len(cells), style=PLAIN, splitInRow=1)


def _table(sheet: Sheet) -> Table:
    columns = sheet.columns
    head = [paragraph(column.heading, BOLD, 8, is_number=column.is_number) for column in columns]
    rows = [[paragraph(text, is_number=column.is_number) for text, column in row] for row in sheet.cells]
    whole = sum(column.share for column in columns)
    widths = [WIDTH * column.share / whole for column in columns]
    return Table([head, *rows], widths, style=RULED, repeatRows=1, splitInRow=1)


def _sums(sums: list[tuple[str, str]]) -> Table:
    rows = [[paragraph(text, BOLD if row == sums[-1] else REGULAR, is_number=True) for text in row] for row in sums]
    style = [("LINEABOVE", (0, len(rows) - 1), (-1, -1), 0.8, colors.black), *PLAIN]
    return Table(rows, [70 * mm, 45 * mm], style=style, hAlign="RIGHT")
