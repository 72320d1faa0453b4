"""Who is acting, why, and since when: the change set that history rows and stock movements hang on.

A change set is opened lazily, at the first tracked write of a request, a command or a task. Where nobody said who is
acting, every transaction is an act of the system.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from backoffice import logs
from backoffice.history.models import ChangeSet

Source = ChangeSet.Source
Reason = str | Callable[[], str]


class _Marker:
    """Stands in ``connection.run_on_commit`` while its transaction is open, and remembers the commit."""

    committed = False

    def __call__(self) -> None:
        self.committed = True

    def stands(self) -> bool:
        waiting = reversed(transaction.get_connection().run_on_commit)  # the newest is the likeliest
        return self.committed or any(entry[1] is self for entry in waiting)


class Act:
    """A change set that becomes a row when something is written for the first time. ``reason`` is asked for then."""

    def __init__(
        self, source: str, user: Any = None, reason: Reason = "", summary: str = "", at: datetime | None = None
    ):
        if at and source != Source.DEMO:
            raise ValueError("Only the demo may say when something happened.")
        self.source, self.user, self.reason, self.summary, self.at = source, user, reason, summary, at
        self._row: ChangeSet | None = None
        self._marker = _Marker()

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None  # anonymous has no pk

    @property
    def user_name(self) -> str:
        if not self.user_id:
            return self.source
        return (self.user.get_full_name() or self.user.get_username())[:150]

    @property
    def why(self) -> str:
        return self.reason() if callable(self.reason) else self.reason

    def row(self) -> ChangeSet:
        """The row, inserted now if it is not there yet, or was rolled back with a savepoint."""
        if self._row is None or not self._marker.stands():
            self._row = ChangeSet.objects.create(
                user_id=self.user_id,
                user_name=self.user_name,
                source=self.source,
                summary=self.summary,
                reason=self.why,
                at=self.at or timezone.now(),
            )
            self._marker = _Marker()
            transaction.on_commit(self._marker)
            logs.note(change_set=self._row.pk)
        return self._row

    @property
    def has_written(self) -> bool:
        """Whether anything hangs on it that was not rolled back."""
        return self._row is not None and self._marker.stands()

    @classmethod
    def going_on(cls, row: ChangeSet) -> "Act":
        """The same act in another transaction: the next chunk of an import."""
        act = cls(row.source, row.user, row.reason, row.summary)
        act._row = row
        act._marker.committed = True
        return act

    def is_over(self) -> bool:
        return self._row is not None and (self._marker.committed or not self._marker.stands())


_acting: ContextVar[Act | None] = ContextVar("acting", default=None)
_system: ContextVar[Act | None] = ContextVar("system", default=None)


@contextmanager
def change_set(
    source: str, user: Any = None, reason: Reason = "", summary: str = "", at: datetime | None = None
) -> Iterator[Act]:
    """Everything written inside belongs to one act. ``at`` dates it, for the demo only."""
    with _as(Act(source, user, reason, summary, at)) as act:
        yield act


@contextmanager
def going_on(row: ChangeSet) -> Iterator[Act]:
    with _as(Act.going_on(row)) as act:
        yield act


@contextmanager
def _as(act: Act) -> Iterator[Act]:
    token = _acting.set(act)
    try:
        yield act
    finally:
        _acting.reset(token)


def acting() -> Act:
    """The act that is on. Outside any ``change_set`` it is the system's, a new one for each transaction."""
    if act := _acting.get():
        return act
    system = _system.get()
    if system is None or system.is_over():
        system = Act(Source.SYSTEM)
        _system.set(system)
    return system


def because(reason: str) -> None:
    """Why the act happens, unless whoever acts has said so already. Only before its first write."""
    act = acting()
    act.reason = act.why or reason


def current() -> ChangeSet:
    return acting().row()


def now() -> datetime:
    """The moment the act happens: the clock, except in the demo."""
    return acting().at or timezone.now()


def newest() -> int:
    """The id of the last act that is committed, as far as this transaction sees; 0 before the first."""
    return ChangeSet.objects.aggregate(newest=Max("pk"))["newest"] or 0
