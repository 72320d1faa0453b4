"""Sheets: documents of facts and rows, as PDF (A4) and as a page to print, both from the same ``Sheet``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer, Table
from reportlab.platypus.doctemplate import NextPageTemplate, PageBreak

from backoffice.company import who
from backoffice.printing import (
    BARCODE_HEIGHT,
    BARCODE_WIDTH,
    BOLD,
    REGULAR,
    code128,
    paragraph,
    printable,
    register_fonts,
    svg,
    wrapped,
)

MARGIN, HEAD, FOOT = 18 * mm, 34 * mm, 12 * mm
WIDTH = A4[0] - 2 * MARGIN
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
        return who.name()

    @property
    def sender(self) -> list[str]:
        """Address, tax number and the like of the company."""
        return who.company().lines

    @property
    def cells(self) -> Iterator[Iterator[tuple[str, Column]]]:
        """Each row's texts with their columns."""
        return (zip(row, self.columns, strict=True) for row in self.rows)

    @property
    def barcode(self) -> SafeString | str:
        return svg(self.reference)


# PDF ------------------------------------------------------------------------------------------------------------------


def pdf(sheets: Iterable[Sheet]) -> bytes:
    """One after the other, each on pages of its own that say “Page 1 of 3”."""
    sheets, file = list(sheets), BytesIO()
    register_fonts()
    name = ", ".join(f"{sheet.title} {sheet.reference}" for sheet in sheets[:3])
    document = BaseDocTemplate(file, pagesize=A4, title=name, author=who.name())
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
        name, sender = self.sheet.company, " · ".join(self.sheet.sender)
        self.drawString(MARGIN, FOOT, _one_line(f"{name} · {self.sheet.reference}", REGULAR, 8, 120 * mm))
        for number, line in enumerate(wrapped(sender, REGULAR, 8, WIDTH, most=2), start=1):
            self.drawString(MARGIN, FOOT - number * 3.5 * mm, line)
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
    canvas.drawString(MARGIN, top - 4 * mm, _one_line(sheet.company, BOLD, 11, left_width))
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
