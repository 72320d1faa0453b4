"""The verbs of stock, and the only file that writes movements.

A verb saves movements; receivers refuse what stock cannot bear and move the balances. Every verb is one transaction
and locks the stock levels it concerns in primary key order before it decides.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from inventory import rules
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.rules import Shortage

Kind = StockMovement.Kind
Place = tuple[int, int]  # item id, location id
Held = dict[tuple[int | None, int], int]  # (source id, level id) -> units allocated


@dataclass(frozen=True)
class Source:
    """The line of a document that a movement is for. ``reference`` is the document's name for people."""

    kind: str
    id: int | None
    reference: str


@dataclass(frozen=True)
class Claim:
    """The quantity that a source should hold of an item at a location."""

    source: Source
    item: Item
    location: Location
    quantity: int

    @property
    def place(self) -> Place:
        return self.item.pk, self.location.pk


# Staff and imports ----------------------------------------------------------------------------------------------------


@transaction.atomic
def receive(item: Item, location: Location, quantity: int, reason: str, reference: str = "") -> StockMovement:
    """Units arrive."""
    rules.check_quantity(quantity)
    rules.check_reason(reason)
    return _move(level_of(item, location), Kind.RECEIPT, on_hand=quantity, reason=reason, reference=reference)


@transaction.atomic
def adjust(item: Item, location: Location, difference: int, reason: str) -> StockMovement:
    """Units are found or lost; ``difference`` may be negative."""
    rules.check_quantity(abs(difference))
    rules.check_reason(reason)
    return _move(level_of(item, location), Kind.ADJUSTMENT, on_hand=difference, reason=reason)


@transaction.atomic
def count(item: Item, location: Location, counted: int, reason: str) -> StockMovement | None:
    """The shelf was counted: on hand becomes ``counted``. None when it already was."""
    rules.check_reason(reason)
    level = StockLevel.objects.locked().get(pk=level_of(item, location).pk)
    if counted == level.on_hand:
        return None
    return _move(level, Kind.COUNT, on_hand=counted - level.on_hand, reason=reason)


def level_of(item: Item, location: Location) -> StockLevel:
    """The level of an item at a location, created with zeros if it is not there yet."""
    try:
        with transaction.atomic():
            level, _created = StockLevel.objects.get_or_create(item=item, location=location)
    except IntegrityError:  # another transaction created it between the look and the insert
        level = StockLevel.objects.get(item=item, location=location)
    return level


# Documents: what orders ask for ---------------------------------------------------------------------------------------


@transaction.atomic
def settle(claims: Iterable[Claim]) -> None:
    """Moves allocations until every source holds exactly what its claim says, releases before allocations.

    Raises StockRefused with one shortage for each item and location that cannot bear it; nothing is written then.
    """
    claims = list(claims)
    levels, held = lock(claims)
    release, allocate = _differences(claims, levels, held)
    if shortages := find_shortages(claims, levels, held):
        raise rules.refuse_short(shortages)
    for source, level, quantity in release:
        _move(level, Kind.RELEASE, allocated=-quantity, source=source)
    for source, level, quantity in allocate:
        _move(level, Kind.ALLOCATION, allocated=quantity, source=source)


@transaction.atomic
def ship(claims: Iterable[Claim]) -> None:
    """Units leave: each claim's quantity of what its source holds. Raises StockRefused when one holds less."""
    claims = list(claims)
    levels, held = lock(claims)
    for claim in claims:
        _ship(claim, levels, held)


def _ship(claim: Claim, levels: dict[Place, StockLevel], held: Held) -> None:
    left = claim.quantity
    for level in sorted(levels.values(), key=lambda level: level.pk):
        if taken := min(left, held.get((claim.source.id, level.pk), 0)):
            _move(level, Kind.SHIPMENT, on_hand=-taken, allocated=-taken, source=claim.source)
            left -= taken
    if left:
        raise rules.refuse_short([_shortage(claim.place, [claim], levels.get(claim.place), {}, claim.quantity - left)])


def lock(claims: Iterable[Claim]) -> tuple[dict[Place, StockLevel], Held]:
    """Locks, in primary key order, the levels that the claims want and those where their sources hold something."""
    claims = list(claims)
    held = held_by([claim.source for claim in claims])
    places = Q(pk__in={level_id for _source, level_id in held})
    for location_id, item_ids in _by_location(claims).items():
        places |= Q(location_id=location_id, item_id__in=item_ids)
    levels = StockLevel.objects.filter(places).locked()
    return {(level.item_id, level.location_id): level for level in levels}, held


def held_by(sources: Iterable[Source]) -> Held:
    ids_by_kind: dict[str, set[int]] = defaultdict(set)
    for source in sources:
        if source.id:
            ids_by_kind[source.kind].add(source.id)
    rows = (row for kind, ids in ids_by_kind.items() for row in StockMovement.objects.of_source(kind, ids).held())
    return {(source_id, level_id): quantity for source_id, level_id, quantity in rows}


def find_shortages(claims: Iterable[Claim], levels: dict[Place, StockLevel], held: Held) -> list[Shortage]:
    """The places where the claims together want more than is available and what they hold there already."""
    by_place: dict[Place, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.quantity > 0:
            by_place[claim.place].append(claim)
    found = []
    for place, asking in sorted(by_place.items()):
        level = levels.get(place)
        own = sum(quantity for (source_id, level_id), quantity in held.items() if level and level_id == level.pk)
        within_reach = level.available + own if level else 0
        if sum(claim.quantity for claim in asking) > within_reach:
            found.append(_shortage(place, asking, level, held, within_reach))
    return found


def _shortage(place: Place, asking: list[Claim], level: StockLevel | None, held: Held, available: int) -> Shortage:
    sources = [claim.source for claim in asking]
    but = (sources[0].kind, [source_id for source_id, _level in held if source_id])
    return Shortage(
        sku=asking[0].item.sku,
        location=asking[0].location.name,
        asked=sum(claim.quantity for claim in asking),
        on_hand=level.on_hand if level else 0,
        allocated=level.allocated if level else 0,
        available=available,
        holders=rules.holders(level.pk, but) if level else (),
        source_ids=tuple(source.id for source in sources),
    )


Step = tuple[Source, StockLevel, int]


def _differences(claims: list[Claim], levels: dict[Place, StockLevel], held: Held) -> tuple[list[Step], list[Step]]:
    """What to release and what to allocate. What is held in the wrong place is released there."""
    release, allocate = [], []
    for claim in claims:
        for level in levels.values():
            wanted = claim.quantity if (level.item_id, level.location_id) == claim.place else 0
            difference = wanted - held.get((claim.source.id, level.pk), 0)
            if difference < 0:
                release.append((claim.source, level, -difference))
            elif difference > 0:
                allocate.append((claim.source, level, difference))
    return release, allocate


def _by_location(claims: list[Claim]) -> dict[int, set[int]]:
    items: dict[int, set[int]] = defaultdict(set)
    for claim in claims:
        if claim.quantity > 0:
            items[claim.location.pk].add(claim.item.pk)
    return items


def _move(
    level: StockLevel,
    kind: str,
    *,
    on_hand: int = 0,
    allocated: int = 0,
    reason: str = "",
    reference: str = "",
    source: Source | None = None,
) -> StockMovement:
    return StockMovement.objects.create(
        level=level,
        kind=kind,
        on_hand_delta=on_hand,
        allocated_delta=allocated,
        reason=reason,
        reference=source.reference if source else reference,
        source_kind=source.kind if source else "",
        source_id=source.id if source else None,
    )
