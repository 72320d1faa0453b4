"""What stock adds to a timeline: an item's levels and every movement of them."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.history import timeline
from backoffice.history.models import ChangeSet
from backoffice.history.timeline import MOST_ROWS, Entry
from inventory.models import Item, StockLevel, StockMovement


def contribute():
    timeline.contribute(Item, level_entries)
    timeline.contribute(Item, item_movement_entries)
    timeline.contribute(ChangeSet, change_set_movement_entries)


def level_entries(item: Item) -> list[Entry]:
    return timeline.of_children(StockLevel, item_id=item.pk)


def item_movement_entries(item: Item) -> Iterator[Entry]:
    return movement_entries(StockMovement.objects.filter(level__item=item))


def change_set_movement_entries(change_set: ChangeSet) -> Iterator[Entry]:
    return movement_entries(change_set.movements.all())


def movement_entries(movements: QuerySet) -> Iterator[Entry]:
    rows = movements.select_related("level__item", "level__location", "change_set").order_by("-pk")[:MOST_ROWS]
    return (_entry(movement) for movement in rows)


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
    )


def _changes(movement: StockMovement) -> Iterator[tuple[str, str, str]]:
    before_on_hand = movement.on_hand_after - movement.on_hand_delta
    before_allocated = movement.allocated_after - movement.allocated_delta
    if movement.on_hand_delta:
        yield _("On hand"), str(before_on_hand), str(movement.on_hand_after)
    if movement.allocated_delta:
        yield _("Allocated"), str(before_allocated), str(movement.allocated_after)
