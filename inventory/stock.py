"""The verbs of stock, and the only file that writes movements.

A verb saves movements; receivers refuse what stock cannot bear and move the balances. Every verb is one transaction
and locks the stock levels it concerns in primary key order before it decides. At its end it tells, with one signal
each, which levels ran low and where units arrived.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from inventory import claims as planning
from inventory import rules, signals
from inventory.claims import Claim, Source
from inventory.models import Item, Location, StockLevel, StockMovement

Kind = StockMovement.Kind
TAKEN_BACK = "inventory.stockmovement"  # the source kind of movements that take another one back

# Staff ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def receive(item: Item, location: Location, quantity: int, reason: str, reference: str = "") -> StockMovement:
    """Units arrive."""
    rules.check_quantity(quantity)
    rules.check_reason(reason)
    level = level_of(item, location)
    return _announced([_move(level, Kind.RECEIPT, quantity, reason=reason, reference=reference)])[0]


@transaction.atomic
def adjust(
    item: Item, location: Location, difference: int, reason: str, *, release_newest: bool = False
) -> StockMovement:
    """Units are found or lost; ``difference`` may be negative. ``release_newest``: see ``count``."""
    rules.check_quantity(abs(difference))
    rules.check_reason(reason)
    level = _locked_level_of(item, location)
    return _announced([_take(level, Kind.ADJUSTMENT, difference, reason, release_newest)])[0]


@transaction.atomic
def count(
    item: Item,
    location: Location,
    counted: int,
    reason: str,
    *,
    seen: int | None = None,
    keep: str = "",
    release_newest: bool = False,
) -> StockMovement | None:
    """The shelf was counted: on hand becomes ``counted``. None when it already was.

    ``seen`` is what was on hand when the counting began. If stock moved since, the person must say what to ``keep``:
    "count" sets on hand to what was counted, "difference" applies counted − seen; CountMoved is raised otherwise.
    A count of less than is allocated is refused, unless ``release_newest``: then the newest orders give up units.
    """
    rules.check_reason(reason)
    level = _locked_level_of(item, location)
    rules.check_counted(counted, seen, keep, level)
    difference = counted - (seen if keep == "difference" and seen is not None else level.on_hand)
    return _announced([_take(level, Kind.COUNT, difference, reason, release_newest)])[0] if difference else None


@transaction.atomic
def transfer(item: Item, origin: Location, target: Location, quantity: int, reason: str) -> list[StockMovement]:
    """Units go from one location to another; only what is available there can go."""
    rules.check_quantity(quantity)
    rules.check_reason(reason)
    rules.check_transfer(origin, target)
    source, sink = level_of(item, origin), level_of(item, target)
    levels = {level.pk: level for level in StockLevel.objects.filter(pk__in=[source.pk, sink.pk]).locked()}
    why: dict[str, Any] = {"reason": reason, "is_level_read": True}
    taken = _movement(levels[source.pk], Kind.TRANSFER_OUT, -quantity, reference=target.name, **why)
    put = _movement(levels[sink.pk], Kind.TRANSFER_IN, quantity, reference=origin.name, **why)
    return _announced(_posted([taken, put]))


@transaction.atomic
def compensate(steps: Iterable[tuple[StockLevel, int, int]], reason: str) -> None:
    """Takes back what movements did to on hand, whole or not at all. A step is a level, the units that it gets, and the
    movement that is taken back. Arrivals come first, so that units can go from level to level."""
    movements = [
        _move(level, Kind.ADJUSTMENT, units, reason=reason, source=Source(TAKEN_BACK, movement, ""))
        for level, units, movement in sorted(steps, key=lambda step: -step[1])
        if units
    ]
    _announced(movements)


def level_of(item: Item, location: Location) -> StockLevel:
    """The level of an item at a location, created with zeros if it is not there yet."""
    try:
        with transaction.atomic():
            level, _created = StockLevel.objects.get_or_create(item=item, location=location)
    except IntegrityError:  # another transaction created it between the look and the insert
        level = StockLevel.objects.get(item=item, location=location)
    return level


# Documents ------------------------------------------------------------------------------------------------------------


@transaction.atomic(savepoint=False)
def settle(claims: Iterable[Claim]) -> None:
    """Moves allocations until every source holds what its claim says, releases before allocations.

    A claim that may wait gets what there is. Raises StockRefused with one shortage for each item and location that
    cannot bear the others; nothing is written then.
    """
    claims = list(claims)
    plan = planning.make_plan(claims, *planning.lock(claims))
    if plan.shortages:
        raise rules.refuse_short(plan.shortages)
    released = [_promise(step, Kind.RELEASE, -step.quantity) for step in plan.release]
    allocated = [_promise(step, Kind.ALLOCATION, step.quantity) for step in plan.allocate]
    _announced(_posted(released + allocated))


def _promise(step: planning.Step, kind: str, units: int) -> StockMovement:
    return _movement(step.level, kind, 0, units, source=step.source, is_level_read=True)


@transaction.atomic
def ship(claims: Iterable[Claim]) -> None:
    """Units leave: each claim's quantity of what its source holds. Raises StockRefused when one holds less."""
    claims = list(claims)
    levels, held = planning.lock(claims)
    movements = []
    for claim in claims:
        left = claim.quantity
        for level in levels.values():
            if taken := min(left, held.get((claim.source.id, level.pk), 0)):
                movements.append(
                    _movement(level, Kind.SHIPMENT, -taken, -taken, source=claim.source, is_level_read=True)
                )
                left -= taken
        if left:
            shortage = planning.shortage_of(claim, levels.get(claim.place), claim.quantity - left)
            raise rules.refuse_short([shortage])
    _posted(movements)


@transaction.atomic
def take_back(claims: Iterable[Claim], reason: str, written_off: Collection[Claim] = ()) -> None:
    """Units that were shipped come back to the shelf; those of the claims in ``written_off`` are taken off it again, so
    that the ledger has both what came back and what was lost."""
    rules.check_reason(reason)
    claims = list(claims)
    levels = [level_of(claim.item, claim.location) for claim in claims]
    locked = StockLevel.objects.filter(pk__in=[level.pk for level in levels]).locked().in_bulk()
    movements: list[StockMovement] = []
    why: dict[str, Any] = {"reason": reason, "is_level_read": True}
    for level, claim in zip(levels, claims, strict=True):
        shelf, units = locked[level.pk], claim.quantity
        movements.append(_movement(shelf, Kind.RETURN, units, source=claim.source, **why))
        if claim in written_off:
            movements.append(_movement(shelf, Kind.ADJUSTMENT, -units, reference=claim.source.reference, **why))
    _announced(_posted(movements))


def give_up(source: Source, level: StockLevel, quantity: int) -> None:
    """Releases units of a source because the shelf holds less than was promised. ``level`` must be locked."""
    _move(level, Kind.RELEASE, 0, -quantity, source=source)


# Movements ------------------------------------------------------------------------------------------------------------


def _locked_level_of(item: Item, location: Location) -> StockLevel:
    return StockLevel.objects.locked().get(pk=level_of(item, location).pk)


def _take(level: StockLevel, kind: str, difference: int, reason: str, release_newest: bool) -> StockMovement:
    missing = level.allocated - (level.on_hand + difference)
    if release_newest and missing > 0:
        signals.stock_fell_short.send(StockLevel, level=level, quantity=missing)
    return _move(level, kind, difference, reason=reason)


def _move(level: StockLevel, kind: str, on_hand: int, allocated: int = 0, **facts) -> StockMovement:
    return _posted([_movement(level, kind, on_hand, allocated, **facts)])[0]


def _posted(movements: list[StockMovement]) -> list[StockMovement]:
    if movements:
        StockMovement.objects.post(movements)
    return movements


def _movement(
    level: StockLevel,
    kind: str,
    on_hand: int,
    allocated: int = 0,
    *,
    reason: str = "",
    reference: str = "",
    source: Source | None = None,
    is_level_read: bool = False,
) -> StockMovement:
    """``is_level_read``: the verb read this very level under its lock, and nothing but movements like this touched it
    since, so that it is not read again."""
    movement = StockMovement(
        level=level,
        kind=kind,
        on_hand_delta=on_hand,
        allocated_delta=allocated,
        reason=reason,
        reference=source.reference if source else reference,
        source_kind=source.kind if source else "",
        source_id=source.id if source else None,
    )
    movement.is_level_read = is_level_read
    return movement


def reconcile(level: StockLevel, on_hand: int, allocated: int, reason: str) -> StockMovement:
    """Records the difference between the balances of a level and what its movements add up to, and moves nothing."""
    movement = StockMovement(
        level=level,
        kind=Kind.ADJUSTMENT,
        on_hand_delta=level.on_hand - on_hand,
        allocated_delta=level.allocated - allocated,
        on_hand_after=level.on_hand,
        allocated_after=level.allocated,
        reason=reason,
    )
    movement.sign()
    movement.save_base(raw=True, force_insert=True)  # raw: receivers leave the balances alone
    return movement


def _announced(movements: list[StockMovement]) -> list[StockMovement]:
    """One signal for all levels that ran low, one for all where more is available than before."""
    before: dict[int, int] = {}
    now: dict[int, int] = {}
    levels: dict[int, StockLevel] = {}
    for movement in movements:
        before.setdefault(movement.level_id, movement.available_before)
        now[movement.level_id], levels[movement.level_id] = movement.available_after, movement.level
    arrived = {levels[pk] for pk in now if now[pk] > before[pk]}
    low = {levels[pk] for pk in now if levels[pk].reorder_level and before[pk] > levels[pk].reorder_level >= now[pk]}
    if low:
        signals.stock_ran_low.send(StockLevel, levels=low)
    if arrived:
        signals.stock_arrived.send(StockLevel, levels=arrived)
    return movements
