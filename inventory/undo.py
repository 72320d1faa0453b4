"""How items and locations go back. Units that an act moved go back as movements of their own, through the rules."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from backoffice.history import undo
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.undo import CREATED, Group, Outcome, Part, Way, attempt
from inventory import stock, undo_bulk
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.stock import TAKEN_BACK

Kind = StockMovement.Kind
TRANSFERS = (Kind.TRANSFER_OUT, Kind.TRANSFER_IN)
MOVED = (Kind.RECEIPT, Kind.ADJUSTMENT, Kind.COUNT, *TRANSFERS)  # by people and files
CARRIED = (Kind.SHIPMENT, Kind.RETURN, Kind.ALLOCATION, Kind.RELEASE)  # by orders: goes on whatever was counted


def contribute() -> None:
    undo.contribute(LocationWay)
    undo.contribute(ItemWay)


class LocationWay(Way):
    model = Location


@dataclass
class Moved:
    """What an act moved at one level. ``roots``: movement -> the units that going back adds."""

    level: StockLevel
    delta: int = 0  # what the act moved
    roots: dict[int, int] = field(default_factory=dict)
    last: int = 0  # the act's newest movement here
    kinds: set[str] = field(default_factory=set)
    has_released: bool = False
    touched: StockMovement | None = None  # the newest movement since that was not an order's

    @property
    def difference(self) -> int:
        return sum(self.roots.values())


class ItemWay(Way):
    model = Item
    children = {StockLevel: "item_id"}
    BULK = 2_000  # well under a second on either database

    def more_ids(self, change_set: ChangeSet) -> list[QuerySet]:
        moved = StockMovement.objects.filter(change_set=change_set, kind__in=MOVED).order_by()
        return [moved.annotate(root=F("level__item_id")).values_list("root")]

    def scope_of(self, row: Any) -> str:
        """Units that people moved go back with whatever else the act did to the item."""
        if isinstance(row, StockMovement):
            return f"{Item._meta.label_lower}:{row.level.item_id}" if row.kind in MOVED else ""
        return super().scope_of(row)

    def lock(self, ids: Collection[Any]) -> None:
        list(StockLevel.objects.filter(item__in=ids).locked().values_list("pk"))
        super().lock(ids)

    def go_back_in_bulk(self, undo: Undo, ids: list[Any], *, gone: bool) -> int:
        return undo_bulk.go_back(undo, ids, gone=gone)

    def complete(self, change_set: ChangeSet, groups: Iterable[Group]) -> None:
        by_item = {group.pk: group for group in groups}
        moved = read_moved(change_set, by_item)
        moving = StockMovement.objects.filter(level__item__in=by_item).order_by()
        with_movements = set(moving.values_list("level__item_id", flat=True).distinct())
        for group in by_item.values():
            group.facts = {"moved": moved.get(group.pk, []), "has_movements": group.pk in with_movements}

    def parts(self, group: Group, shown) -> Iterator[Part]:
        stock_parts = list(self.stock_parts(group))
        touched = next((part for part in stock_parts if part.outcome == Outcome.TOUCHED), None)
        for part in super().parts(group, shown):
            if part.name == CREATED and part.outcome == Outcome.BACK and touched:
                part.outcome, part.why = Outcome.TOUCHED, touched.why
            yield part
        yield from stock_parts

    def parts_of(self, group, change, shown) -> Iterator[Part]:
        """A level that was made goes with its item, and else stays: only its reorder level goes back to none."""
        is_made = change.is_left_there and not change.was_there and not change.is_forgotten
        if change.model is StockLevel and is_made:
            yield from self.made_level_part(change)
        else:
            yield from super().parts_of(group, change, shown)

    def made_level_part(self, change) -> Iterator[Part]:
        if after := change.after.reorder_level:
            now = change.now.reorder_level if change.now else None
            part = Part(f"{change.label}:reorder_level", _("Reorder level"), str(now), "0", Outcome.BACK)
            part.name, part.value, part.change = "reorder_level", 0, change
            self.weigh(part, change, 0, after, now, "reorder_level")
            yield part

    def creation_part(self, group, change) -> Part:
        part = super().creation_part(group, change)
        if group.facts["has_movements"] and part.outcome != Outcome.SAME:
            part.back = _("put away: it has movements")
            if change.now and not change.now.is_active:
                part.outcome = Outcome.SAME
        return part

    def stock_parts(self, group: Group) -> Iterator[Part]:
        moved: list[Moved] = group.facts["moved"]
        together = [each for each in moved if each.kinds & set(TRANSFERS)]
        if together:
            yield stock_part(together)
        for each in moved:
            if each not in together:
                yield stock_part([each])

    def permission_of(self, part: Part) -> str:
        return super().permission_of(part) if part.change else "inventory.adjust_stocklevel"

    def go_back(self, group: Group, parts: list[Part], reason: str) -> None:
        """Units before what is made: an item whose units cannot go back is neither removed nor put away."""
        moving = [part for part in parts if part.change is None]
        made = [part for part in parts if part.name == CREATED]
        super().go_back(group, [part for part in parts if part not in moving and part not in made], reason)
        for part in moving:
            with attempt([part]):
                stock.compensate(
                    ((m.level, units, root) for m in part.value for root, units in m.roots.items()), reason
                )
        stuck = next((part.why for part in moving if part.outcome == Outcome.STUCK), None)
        for part in made:
            part.stick(stuck) if stuck else self.remove_or_put_away(part)

    def remove_or_put_away(self, part: Part) -> None:
        item: Any = part.change.now if part.change else None
        with attempt([part]):
            item.refresh_from_db()
            if StockMovement.objects.filter(level__item=item).exists():
                item.is_active = False
                item.save()
                return
            for level in item.levels.all():
                level.delete()
            undo.remove(part)


def stock_part(moved: list[Moved]) -> Part:
    """The units of one level; or of the levels that units went between, which go back together."""
    part = Part(f"inventory.stocklevel:{moved[0].level.pk}:on_hand", _("On hand"), "", "", Outcome.BACK, value=moved)
    part.label = _("On hand at %(place)s") % {"place": ", ".join(each.level.location.name for each in moved)}
    part.now = ", ".join(number_format(each.level.on_hand) for each in moved)
    part.back = ", ".join(
        f"{number_format(each.level.on_hand + each.difference)} ({each.difference:+})" for each in moved
    )
    touched = max((each.touched for each in moved if each.touched), key=lambda movement: movement.pk, default=None)
    if not any(units for each in moved for units in each.roots.values()):
        part.outcome = Outcome.SAME
    elif any(each.has_released for each in moved):
        part.stick(_("Orders gave up units with it. Count the shelf again instead."))
    elif touched:
        part.outcome, part.why = Outcome.TOUCHED, undo.touched_by(touched.change_set)
    return part


# What an act moved ----------------------------------------------------------------------------------------------------


def read_moved(change_set: ChangeSet, item_ids: Collection[int]) -> dict[int, list[Moved]]:
    """By item: what the act moved at each level, less what was taken back already."""
    mine = StockMovement.objects.filter(change_set=change_set, level__item__in=item_ids).order_by("pk")
    found: dict[int, Moved] = {}
    in_act: dict[int, tuple[int, int]] = {}  # root -> (level, units that the act moved of it)
    for movement in mine.select_related("level__location"):
        moved = found.setdefault(movement.level_id, Moved(movement.level))
        moved.last = movement.pk
        moved.has_released |= movement.kind == Kind.RELEASE
        if movement.kind in MOVED:
            root = root_of(movement)
            moved.kinds.add(movement.kind)
            moved.delta += movement.on_hand_delta
            in_act[root] = movement.level_id, in_act.get(root, (0, 0))[1] + movement.on_hand_delta
    found = {pk: moved for pk, moved in found.items() if moved.kinds}
    _weigh_roots(found, in_act)
    _find_touched(found)
    by_item: dict[int, list[Moved]] = defaultdict(list)
    for moved in found.values():
        by_item[moved.level.item_id].append(moved)
    return by_item


def root_of(movement: StockMovement) -> int:
    """The movement that this one takes back, or back again; itself if it is none of these."""
    return movement.source_id if movement.source_kind == TAKEN_BACK and movement.source_id else movement.pk


def _weigh_roots(found: dict[int, Moved], in_act: dict[int, tuple[int, int]]) -> None:
    """A movement and all that took it back, or back again, add up to what is left of it: that goes to what it was."""
    since: dict[int, int] = defaultdict(int)
    for movement in StockMovement.objects.filter(source_kind=TAKEN_BACK, source_id__in=in_act):
        root = root_of(movement)
        if movement.pk > found[in_act[root][0]].last:
            since[root] += movement.on_hand_delta
    for root, (level, units) in in_act.items():
        found[level].roots[root] = -units - since[root]


def _find_touched(found: dict[int, Moved]) -> None:
    """What people moved since, if it does not come to nothing: the newest of it."""
    oldest = min((moved.last for moved in found.values()), default=0)
    since = StockMovement.objects.filter(level__in=found, pk__gt=oldest, kind__in=MOVED)
    sums: dict[int, int] = defaultdict(int)
    for movement in since.select_related("change_set").order_by("pk"):
        moved = found[movement.level_id]
        if movement.pk > moved.last and root_of(movement) not in moved.roots:
            sums[movement.level_id] += movement.on_hand_delta
            moved.touched = movement
    for pk, moved in found.items():
        if not sums[pk]:
            moved.touched = None
