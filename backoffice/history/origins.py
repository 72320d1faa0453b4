"""What an act came from, told on its page: an app that keeps records about acts, such as imports, adds them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backoffice.history.models import ChangeSet


@dataclass(frozen=True)
class Origin:
    text: str
    url: str


Finder = Callable[[ChangeSet], Iterable[Origin]]
_finders: list[Finder] = []


def contribute(finder: Finder) -> None:
    """``finder(change_set)`` gives the origins that an app knows of. Safe to repeat."""
    if finder not in _finders:
        _finders.append(finder)


def of(change_set: ChangeSet) -> list[Origin]:
    return [origin for finder in _finders for origin in finder(change_set)]
