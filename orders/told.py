"""Who hears of what happens to an order. How people are told orders do not know: apps that tell them contribute."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.models import Order


@dataclass(frozen=True)
class Told:
    """One person and the way they are told, in words: "Katherine Johnson", "by email", "kath@example.com"."""

    who: str
    how: str
    where: str

    def __str__(self):
        return _("%(who)s %(how)s (%(where)s)") % {"who": self.who, "how": self.how, "where": self.where}


Source = Callable[[Order, str], Iterable[Told]]
_sources: list[Source] = []
_is_wanted: ContextVar[bool] = ContextVar("is_wanted", default=True)


def contribute(source: Source) -> None:
    """``source(order, status)`` gives those who hear of it when the order, saved or not, goes into that state.

    A blank status asks for a change that leaves the state alone. A source answers by what it tells people by. Safe to
    repeat.
    """
    if source not in _sources:
        _sources.append(source)


def who(order: Order, status: str) -> list[Told]:
    return [told for source in _sources for told in source(order, status)]


@contextmanager
def choosing(is_wanted: bool) -> Iterator[None]:
    """Whether people are to be told of what is done inside. Who tells them asks, and records what was decided."""
    token = _is_wanted.set(is_wanted)
    try:
        yield
    finally:
        _is_wanted.reset(token)


def is_wanted() -> bool:
    return _is_wanted.get()
