"""What the lines of documents ask of stock, and the plan that would give it to them. Locks and reads, never writes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from inventory import rules
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.rules import Shortage

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
    """The quantity that a source should hold of an item at a location; or less, where it may wait for the rest."""

    source: Source
    item: Item
    location: Location
    quantity: int
    may_wait: bool = False

    @property
    def place(self) -> Place:
        return self.item.pk, self.location.pk


@dataclass(frozen=True)
class Step:
    source: Source
    level: StockLevel
    quantity: int


@dataclass
class Plan:
    """What to release and then to allocate, and the places that cannot bear it."""

    release: list[Step] = field(default_factory=list)
    allocate: list[Step] = field(default_factory=list)
    shortages: list[Shortage] = field(default_factory=list)


def lock(claims: Iterable[Claim]) -> tuple[dict[Place, StockLevel], Held]:
    """Locks, in primary key order, the levels that the claims want and those where their sources hold something."""
    claims = list(claims)
    held = held_by(claim.source for claim in claims)
    places = Q(pk__in={level_id for _source, level_id in held})
    for location_id, item_ids in _items_by_location(claims).items():
        places |= Q(location_id=location_id, item_id__in=item_ids)
    levels = StockLevel.objects.filter(places).locked()
    return {(level.item_id, level.location_id): level for level in levels}, held


def held_by(sources: Iterable[Source]) -> Held:
    """What the ledger says that each source holds, and where."""
    ids_by_kind: dict[str, set[int]] = defaultdict(set)
    for source in sources:
        if source.id:
            ids_by_kind[source.kind].add(source.id)
    rows = (row for kind, ids in ids_by_kind.items() for row in StockMovement.objects.of_source(kind, ids).held())
    return {(source_id, level_id): quantity for source_id, level_id, quantity in rows}


def _items_by_location(claims: list[Claim]) -> dict[int, set[int]]:
    items: dict[int, set[int]] = defaultdict(set)
    for claim in claims:
        if claim.quantity > 0:
            items[claim.location.pk].add(claim.item.pk)
    return items


def make_plan(claims: Iterable[Claim], levels: dict[Place, StockLevel], held: Held) -> Plan:
    """Releases first; then the claims that cannot wait, all or none of a place; then those that can, in their order."""
    plan, claims = Plan(), list(claims)
    free = {level.pk: level.available for level in levels.values()}
    by_id = {level.pk: level for level in levels.values()}
    kept = {claim.source: _release_surplus(plan, claim, by_id, held, free) for claim in claims}
    for place, asking in _by_place(claim for claim in claims if not claim.may_wait).items():
        _allocate_or_report(plan, place, asking, levels.get(place), kept, free, held)
    for claim in claims:
        level = levels.get(claim.place)
        if claim.may_wait and level:
            _allocate(plan, claim, level, min(claim.quantity - kept[claim.source], free[level.pk]), free)
    return plan


def _release_surplus(plan: Plan, claim: Claim, levels: dict[int, StockLevel], held: Held, free: dict[int, int]) -> int:
    """Plans what the source gives back, and everywhere else all it holds; returns what it keeps."""
    kept = 0
    for (source_id, level_id), quantity in held.items():
        if source_id != claim.source.id:
            continue
        level = levels[level_id]
        stays = min(quantity, claim.quantity) if (level.item_id, level.location_id) == claim.place else 0
        if quantity > stays:
            plan.release.append(Step(claim.source, level, quantity - stays))
            free[level_id] += quantity - stays
        kept += stays
    return kept


def _allocate_or_report(plan, place, asking, level, kept, free, held) -> None:
    wanted = sum(claim.quantity - kept[claim.source] for claim in asking)
    within_reach = free[level.pk] if level else 0
    if wanted > within_reach:
        within_reach += sum(kept[claim.source] for claim in asking)
        plan.shortages.append(_shortage(asking, level, held, within_reach))
        return
    for claim in asking:
        _allocate(plan, claim, level, claim.quantity - kept[claim.source], free)


def _allocate(plan: Plan, claim: Claim, level: StockLevel, quantity: int, free: dict[int, int]) -> None:
    if quantity > 0:
        plan.allocate.append(Step(claim.source, level, quantity))
        free[level.pk] -= quantity


def _by_place(claims: Iterable[Claim]) -> dict[Place, list[Claim]]:
    places: dict[Place, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.quantity > 0:
            places[claim.place].append(claim)
    return places


def shortage_of(claim: Claim, level: StockLevel | None, available: int) -> Shortage:
    """The shortage of a single claim."""
    return _shortage([claim], level, {}, available)


def _shortage(asking: list[Claim], level: StockLevel | None, held: Held, available: int) -> Shortage:
    own = asking[0].source.kind, {source_id for source_id, _level in held if source_id}
    return Shortage(
        sku=asking[0].item.sku,
        location=asking[0].location.name,
        asked=sum(claim.quantity for claim in asking),
        on_hand=level.on_hand if level else 0,
        allocated=level.allocated if level else 0,
        available=available,
        holders=rules.holders(level.pk, but=own) if level else (),
        source_ids=tuple(claim.source.id for claim in asking),
        place=asking[0].place,
        elsewhere=rules.elsewhere(*asking[0].place),
    )
