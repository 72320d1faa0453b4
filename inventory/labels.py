"""Labels for items and shelves: sheets of A4 as PDF, with SKU, name and barcode.

The bars say the item's barcode, or its SKU where it has none, in Code 128, which every scanner reads; what a scanner
types finds the item either way. Nothing is cut but names, which end in an ellipsis.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from backoffice import printing
from backoffice.printing import BOLD, REGULAR
from inventory.models import Item

MOST = 2_000  # labels in one file
PADDING = 4 * mm


@dataclass(frozen=True)
class Layout:
    """A sheet of A4 cut into equal labels without gaps. Sizes of text are points."""

    columns: int
    rows: int
    sku_size: float
    name_size: float

    @property
    def width(self) -> float:
        return A4[0] / self.columns

    @property
    def height(self) -> float:
        return A4[1] / self.rows


ITEM_LABELS = Layout(columns=3, rows=8, sku_size=11, name_size=8)  # 70 x 37 mm
SHELF_LABELS = Layout(columns=2, rows=5, sku_size=18, name_size=12)  # 105 x 59 mm


@dataclass(frozen=True)
class Label:
    sku: str
    name: str
    code: str
    place: str = ""


def item_labels(items: Iterable[Item]) -> Iterator[Label]:
    return (Label(item.sku, item.name, item.barcode or item.sku) for item in items)


def shelf_labels(items: Iterable[Item]) -> Iterator[Label]:
    """One for each location that holds an item; for an item that is nowhere yet, one without location."""
    for item in items:
        places = [level.location.name for level in item.levels.all()] or [""]
        for place in places:
            yield Label(item.sku, item.name, item.barcode or item.sku, place)


def pdf(labels: Iterable[Label], layout: Layout) -> bytes:
    file = BytesIO()
    printing.register_fonts()
    canvas = Canvas(file, pagesize=A4)
    canvas.setTitle(str(_("Labels")))
    for number, label in enumerate(labels):
        place = number % (layout.columns * layout.rows)
        if number and not place:
            canvas.showPage()
        row, column = divmod(place, layout.columns)
        _draw(canvas, label, layout, column * layout.width, A4[1] - (row + 1) * layout.height)
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, label: Label, layout: Layout, left: float, bottom: float) -> None:
    """From the top: name, SKU and place; the bars stand at the bottom."""
    x, width = left + PADDING, layout.width - 2 * PADDING
    y = bottom + layout.height - PADDING
    name = printing.wrapped(label.name, REGULAR, layout.name_size, width, 2)
    y = _write(canvas, name, REGULAR, layout.name_size, x, y)
    size, lines = _whole(label.sku, layout.sku_size, width)
    y = _write(canvas, lines, BOLD, size, x, y)
    if label.place:
        place = printing.wrapped(label.place, REGULAR, layout.name_size, width, 1)
        y = _write(canvas, place, REGULAR, layout.name_size, x, y)
    room = y - bottom - PADDING - 2 * mm
    if code := printing.code128(label.code, width, min(room, 16 * mm)):
        code.drawOn(canvas, x, bottom + PADDING)


def _whole(sku: str, size: float, width: float) -> tuple[float, list[str]]:
    """The SKU with all its characters: smaller until three lines hold it."""
    while True:
        lines = printing.wrapped(sku, BOLD, size, width, 4)
        if len(lines) <= 3 or size < 4:
            return size, lines
        size -= 0.5


def _write(canvas: Canvas, lines: list[str], font: str, size: float, x: float, y: float) -> float:
    canvas.setFont(font, size)
    for line in lines:
        y -= size * 1.15
        canvas.drawString(x, y, line)
    return y - size * 0.3


# Where they are asked for ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    name: str
    label: str | Promise
    layout: Layout
    is_for_shelves: bool = False

    def pdf(self, items: Iterable[Item], copies: int = 1) -> bytes:
        make = shelf_labels if self.is_for_shelves else item_labels
        return pdf((label for label in make(items) for _copy in range(copies)), self.layout)


ITEMS = Kind("labels", _("Labels"), ITEM_LABELS)
SHELVES = Kind("shelf-labels", _("Shelf labels"), SHELF_LABELS, is_for_shelves=True)


class LabelsAdmin(admin.ModelAdmin):
    """Adds ``<item>/labels/`` and ``<item>/shelf-labels/``, ``?copies=24`` of each, and two actions of the list."""

    def get_urls(self):
        own = [
            path(f"<int:pk>/{kind.name}/", self._labels_view(kind), name=_url_name(kind)) for kind in (ITEMS, SHELVES)
        ]
        return own + super().get_urls()

    def labels_of(self, item: Item) -> list[tuple[Kind, str]]:
        return [(kind, reverse(f"admin:{_url_name(kind)}", args=[item.pk])) for kind in (ITEMS, SHELVES)]

    @admin.action(description=_("Print labels"), permissions=["view"])
    def print_labels(self, request, queryset):
        return self._print(request, queryset, ITEMS)

    @admin.action(description=_("Print shelf labels"), permissions=["view"])
    def print_shelf_labels(self, request, queryset):
        return self._print(request, queryset, SHELVES)

    def _print(self, request, queryset: QuerySet[Item], kind: Kind) -> HttpResponse | None:
        items = list(queryset.prefetch_related("levels__location").order_by("sku_key")[: MOST + 1])
        if len(items) > MOST:
            messages.error(request, _("Choose at most %d items to print labels of at once.") % MOST)
            return None
        return printing.response(kind.pdf(items), f"{kind.name}.pdf")

    def _labels_view(self, kind: Kind):
        @require_safe
        def view(request, pk):
            item = get_object_or_404(self.get_queryset(request).prefetch_related("levels__location"), pk=pk)
            if not self.has_view_permission(request, item):
                raise PermissionDenied
            copies = request.GET.get("copies", "1")
            number = int(copies) if copies.isascii() and copies.isdigit() and len(copies) < 6 else 1
            return printing.response(kind.pdf([item], min(max(number, 1), MOST)), f"{item.sku} {kind.name}.pdf")

        return self.admin_site.admin_view(view)


def _url_name(kind: Kind) -> str:
    return f"inventory_item_{kind.name.replace('-', '_')}"
