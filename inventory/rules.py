"""What stock can bear. Every rule raises with a sentence for people and writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from inventory.models import MAX_QUANTITY, Location, StockLevel, StockMovement

HOLDERS_NAMED = PLACES_NAMED = 5


@dataclass(frozen=True)
class Shortage:
    """What was asked of one item at one location, and what there is.

    ``available`` counts what the asking lines hold already; ``holders`` are the other documents and their quantities.
    ``place`` is the item's and the location's key. ``elsewhere`` are (location id, name, available) of other locations:
    read without their locks, so it is what is there now, and may be gone in a moment.
    """

    sku: str
    location: str
    asked: int
    on_hand: int
    allocated: int
    available: int
    holders: tuple[tuple[str, int], ...] = ()
    source_ids: tuple[int | None, ...] = ()
    place: tuple[int, int] = (0, 0)
    elsewhere: tuple[tuple[int, str, int], ...] = ()

    def __str__(self):
        facts = {"sku": self.sku, "location": self.location, "asked": self.asked, "available": self.available}
        if self.available <= 0:
            sentence = _("None of %(sku)s is available at %(location)s; %(asked)d asked for.") % facts
        else:
            sentence = _("Only %(available)d of %(sku)s available at %(location)s; %(asked)d asked for.") % facts
        way_out = _("Reduce the quantity, or receive stock first.")
        return " ".join(filter(None, [sentence, self._held(), self._elsewhere(), way_out]))

    def _held(self) -> str:
        named = [
            _("%(reference)s holds %(quantity)d") % {"reference": reference or _("something"), "quantity": quantity}
            for reference, quantity in self.holders[:HOLDERS_NAMED]
        ]
        if (rest := len(self.holders) - HOLDERS_NAMED) > 0:
            named.append(_("and %(count)d more") % {"count": rest})
        return ", ".join(named) + "." if named else ""

    def _elsewhere(self) -> str:
        places = [
            _("%(location)s has %(available)d now") % {"location": name, "available": available}
            for _location_id, name, available in self.elsewhere
        ]
        return ", ".join(places) + "." if places else ""


class StockRefused(ValidationError):
    """Stock cannot bear what was asked. ``code`` is for machines, ``shortages`` carries the facts."""

    def __init__(self, message, code: str, shortages: Iterable[Shortage] = ()):
        super().__init__(message, code=code)
        self.shortages = list(shortages)


def refuse_short(shortages: list[Shortage]) -> StockRefused:
    return StockRefused(" ".join(str(shortage) for shortage in shortages), "stock_short", shortages)


def check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        message = _("%(quantity)s is not a quantity. Use a whole number from 1 to %(most)s.")
        raise ValidationError(message % {"quantity": quantity, "most": MAX_QUANTITY}, code="quantity")


class CountMoved(ValidationError):
    """Stock moved while it was being counted: the person must say whether the count or the difference stands."""

    def __init__(self, seen: int, on_hand: int):
        message = _(
            "Stock moved while you were counting: %(seen)d were on hand when you began, now it is %(on_hand)d."
            " Keep your count, or apply the difference you found."
        )
        super().__init__(message % {"seen": seen, "on_hand": on_hand}, code="count_moved")
        self.seen, self.on_hand = seen, on_hand


def check_counted(counted: int, seen: int | None, keep: str, level: StockLevel) -> None:
    if not 0 <= counted <= MAX_QUANTITY:
        message = _("%(counted)s is not a count. Use a whole number from 0 to %(most)s.")
        raise ValidationError(message % {"counted": counted, "most": MAX_QUANTITY}, code="quantity")
    if seen not in (None, level.on_hand) and keep not in ("count", "difference"):
        raise CountMoved(seen, level.on_hand)


def check_transfer(origin: Location, target: Location) -> None:
    if origin == target:
        raise ValidationError(_("Choose two different locations."), code="same_location")


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError(_("Say why: a change of stock needs a reason."), code="reason_required")


def check_movement(movement: StockMovement, level: StockLevel) -> None:
    """Refuses a movement that would break ``0 <= allocated <= on hand <= MAX_QUANTITY``. ``level`` must be locked."""
    on_hand = level.on_hand + movement.on_hand_delta
    allocated = level.allocated + movement.allocated_delta
    if on_hand > MAX_QUANTITY:
        message = _("%(sku)s at %(location)s cannot hold more than %(most)d.")
        raise StockRefused(message % {**_where(level), "most": MAX_QUANTITY}, "stock_too_large")
    if on_hand < 0:
        message = _("Only %(on_hand)d of %(sku)s on the shelf at %(location)s; %(taken)d cannot be taken away.")
        facts = {**_where(level), "on_hand": level.on_hand, "taken": -movement.on_hand_delta}
        raise StockRefused(message % facts, "stock_short")
    if allocated > on_hand and movement.allocated_delta > 0:
        raise refuse_short([_shortage(level, movement.allocated_delta)])
    if allocated > on_hand:
        raise refuse_less_than_promised(level, on_hand)
    if allocated < 0:
        message = _("%(sku)s at %(location)s: more would be released than is allocated.")
        raise StockRefused(message % _where(level), "stock_not_allocated")


def _where(level: StockLevel) -> dict[str, str]:
    return {"sku": level.item.sku, "location": level.location.name}


def refuse_less_than_promised(level: StockLevel, on_hand: int) -> StockRefused:
    """The refusal of a count, adjustment or import that leaves less on the shelf than orders were promised."""
    shortage = _shortage(level, level.on_hand - on_hand)
    message = _("%(allocated)d of %(sku)s at %(location)s are promised and only %(on_hand)d would be left. %(held)s")
    facts = {"allocated": level.allocated, "sku": level.item.sku, "location": level.location.name}
    return StockRefused(message % {**facts, "on_hand": on_hand, "held": shortage._held()}, "stock_promised", [shortage])


def _shortage(level: StockLevel, asked: int) -> Shortage:
    return Shortage(
        sku=level.item.sku,
        location=level.location.name,
        asked=asked,
        on_hand=level.on_hand,
        allocated=level.allocated,
        available=level.available,
        holders=holders(level.pk),
        place=(level.item_id, level.location_id),
        elsewhere=elsewhere(level.item_id, level.location_id),
    )


def elsewhere(item_id: int, location_id: int) -> tuple[tuple[int, str, int], ...]:
    """(location id, name, available) of the other locations that have units of the item, those with most first."""
    levels = StockLevel.objects.filter(item_id=item_id, available__gt=0).exclude(location_id=location_id)
    found = levels.order_by("-available", "location_id").values_list("location_id", "location__name", "available")
    return tuple(found[:PLACES_NAMED])


def holders(level_id: int, but: tuple[str, Iterable[int]] | None = None) -> tuple[tuple[str, int], ...]:
    """(reference, quantity) of the documents that hold a level's allocations, largest first, without source ``but``."""
    movements = StockMovement.objects.filter(level_id=level_id).exclude(allocated_delta=0)
    if but:
        movements = movements.exclude(source_kind=but[0], source_id__in=[pk for pk in but[1] if pk])
    sums = movements.order_by().values_list("reference").annotate(held=Sum("allocated_delta")).filter(held__gt=0)
    return tuple(sums.order_by("-held", "reference"))
