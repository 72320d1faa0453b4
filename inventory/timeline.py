"""What stock adds to a timeline: an item's levels and every movement of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import finding, kinds, timeline
from backoffice.history.timeline import Entry, Stream
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.sku import sku_key


def contribute():
    timeline.contribute(Item, timeline.children("levels", gettext_lazy("Reorder level"), StockLevel, "item"))
    timeline.contribute(Item, stock_stream(MOVED, movements_of_item))
    timeline.contribute(StockLevel, stock_stream(MOVED, movements_of_level))
    finding.find_by(Item, find_items)
    finding.find_by(Location, find_locations)


def find_items(words: str) -> QuerySet:
    exactly = Item.objects.filter(Q(sku_key=sku_key(words)) | Q(barcode=words))
    return exactly if exactly.exists() else Item.objects.filter(sku_key__begins=sku_key(words))


def find_locations(words: str) -> QuerySet:
    return Location.objects.filter(Q(code__iexact=words) | Q(name__iexact=words))


def stock_stream(kind: kinds.Kind, rows) -> Stream:
    return Stream("stock", gettext_lazy("Stock"), kind, rows)


def movements_of_item(pk: Any) -> QuerySet:
    return StockMovement.objects.filter(level__item=pk)


def movements_of_level(pk: Any) -> QuerySet:
    return StockMovement.objects.filter(level=pk)


def tell(movements: Iterable[StockMovement]) -> list[Entry]:
    return [_entry(movement) for movement in movements]


def _entry(movement: StockMovement) -> Entry:
    facts = {
        "kind": movement.get_kind_display(),
        "sku": movement.level.item.sku,
        "location": movement.level.location.name,
        "why": movement.reference or movement.reason,
    }
    return Entry(
        kind="moved",
        at=movement.created_at,
        change_set=movement.change_set,
        what=_("%(kind)s of %(sku)s at %(location)s · %(why)s") % facts,
        changes=tuple(_changes(movement)),
        order=movement.pk,
        name=movement.level.item.sku,
        url=reverse("admin:inventory_stockmovement_change", args=[movement.pk]),
        model=Item,
        pk=movement.level.item_id,
        row=movement,
    )


def _changes(movement: StockMovement) -> Iterator[tuple[str, str, str]]:
    before_on_hand = movement.on_hand_after - movement.on_hand_delta
    before_allocated = movement.allocated_after - movement.allocated_delta
    if movement.on_hand_delta:
        yield _("On hand"), str(before_on_hand), str(movement.on_hand_after)
    if movement.allocated_delta:
        yield _("Allocated"), str(before_allocated), str(movement.allocated_after)


MOVED = kinds.register(StockMovement, tell, ("level__item", "level__location"))
