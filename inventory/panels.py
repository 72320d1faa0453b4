"""What other apps show on an item's page: the documents that want it. Inventory does not know what they are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from inventory.models import Item


@dataclass(frozen=True)
class Holder:
    """A document that holds units of an item, or waits for some. ``url`` is blank for who may not open it."""

    reference: str
    who: str
    location: str
    held: int
    waiting: int
    url: str = ""


Holders = Callable[[Item, Any], Iterable[Holder]]  # (item, the user who looks)
_sources: list[Holders] = []


def contribute(source: Holders) -> None:
    """``source(item, user)`` gives the documents that hold the item, those that come first first. Safe to repeat."""
    if source not in _sources:
        _sources.append(source)


def holders_of(item: Item, user: Any) -> list[Holder]:
    return [holder for source in _sources for holder in source(item, user)]
