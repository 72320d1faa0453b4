"""What an edit of a confirmed order does to money and stock: measured by doing it, in a transaction that ends there."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.db.models import Q

from inventory.claims import Place
from inventory.models import StockLevel
from orders.models import Order


@dataclass
class Figures:
    """An order's total, and what its lines hold and wait for at each place."""

    total: Decimal
    names: dict[Place, tuple[str, str]] = field(default_factory=dict)
    held: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    waiting: dict[Place, int] = field(default_factory=lambda: defaultdict(int))

    @classmethod
    def of(cls, order_id: int) -> "Figures":
        order = Order.objects.select_related("location").get(pk=order_id)
        figures = cls(order.total)
        for line in order.lines.with_claims():
            place = line.item_id, line.served_from(order).pk
            figures.names[place] = line.item.sku, line.served_from(order).name
            figures.held[place] += line.allocated
            figures.waiting[place] += line.waiting
        return figures


@dataclass(frozen=True)
class Move:
    """What happens to the allocation of one item at one location. ``available`` is what is left for others."""

    sku: str
    location: str
    before: int
    after: int
    waited: int
    waits: int
    available: int

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    total_before: Decimal
    total_after: Decimal
    moves: tuple[Move, ...]

    @property
    def is_trivial(self) -> bool:
        return self.total_before == self.total_after and not self.moves

    @property
    def digest(self) -> str:
        """What a confirmation is for: this effect and no other."""
        return sha256(repr(self).encode()).hexdigest()


CONFIRMED = "_confirmed"  # the button that was shown with an effect, and the digest of it


class PreviewError(Exception):
    """Ends the transaction of a save that was made to see what it does."""

    def __init__(self, effect: Effect):
        super().__init__(effect)
        self.effect = effect


def effect(before: Figures, after: Figures) -> Effect:
    names = before.names | after.names
    changed = sorted(place for place in names if _at(before, place) != _at(after, place))
    available = _available(changed)
    moves = (
        Move(
            *names[place],
            before.held[place],
            after.held[place],
            before.waiting[place],
            after.waiting[place],
            available.get(place, 0),
        )
        for place in changed
    )
    return Effect(before.total, after.total, tuple(moves))


def _at(figures: Figures, place: Place) -> tuple[int, int]:
    return figures.held.get(place, 0), figures.waiting.get(place, 0)


def _available(places: list[Place]) -> dict[Place, int]:
    wanted = Q(pk__in=[])
    for item_id, location_id in places:
        wanted |= Q(item_id=item_id, location_id=location_id)
    rows = StockLevel.objects.filter(wanted).values_list("item_id", "location_id", "available")
    return {(item_id, location_id): available for item_id, location_id, available in rows}
