"""A small shop for tests: named people and things, created through the verbs."""

from itertools import count

from inventory import stock
from inventory.models import Item, Location, StockLevel

_numbers = count(1)


def make_item(sku: str | None = None, on_hand: int = 0, location: Location | None = None, **fields) -> Item:
    sku = sku or f"MUG-{next(_numbers)}"
    item = Item.objects.create(**{"sku": sku, "name": f"Mug {sku}", "unit_price": "12.50", **fields})
    if on_hand:
        stock.receive(item, location or Location.default(), on_hand, reason="Opening stock")
    return item


def level_of(item: Item, location: Location | None = None) -> StockLevel:
    return StockLevel.objects.get(item=item, location=location or Location.default())


def figures(item: Item, location: Location | None = None) -> tuple[int, int, int]:
    """On hand, allocated, available."""
    level = level_of(item, location)
    return level.on_hand, level.allocated, level.available
