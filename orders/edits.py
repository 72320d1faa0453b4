"""One edit of an order: what it has locked, and what it has read under its locks, so that fifty lines ask for it once.

A lock lasts as long as the savepoint that it was taken in, and so does what was read under it. An edit therefore keeps
only what it learns where it began; inside a savepoint of its own it asks the database each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from decimal import Decimal

from django.db import connection

from inventory import claims as planning
from inventory.claims import Claim, Place
from orders.models import Order, OrderLine


class Edit:
    def __init__(self, order: Order):
        self.order = order
        self.released: list[Claim] = []  # of the lines that were removed: settled with the others, at the end
        self.total: Decimal | None = None  # what the database has, once it is known
        self._began = _savepoints()
        self._places: set[Place] = set()
        self._sources: set[int] = set()
        self._locked_at: set[int | None] = set()  # locations of the order for which every line is locked
        self._row: Order | None = None
        self._lines: dict[int, OrderLine] | None = None
        self._done: set[str] = set()

    @property
    def _keeps(self) -> bool:
        return _savepoints() == self._began

    def is_first(self, act: str) -> bool:
        """Whether the act, which each of many lines asks for, is yet to be done in this edit."""
        is_first = act not in self._done
        if self._keeps:
            self._done.add(act)
        return is_first

    # Stock levels

    def lock(self, claims: list[Claim]) -> None:
        """Locks the levels that the claims want and those where they hold something, unless it has them already."""
        if all(map(self._is_locked, claims)):
            return
        planning.lock(claims)
        if self._keeps:
            self._places |= {claim.place for claim in claims if claim.quantity > 0}
            self._sources |= {claim.source.id for claim in claims if claim.source.id}

    def _is_locked(self, claim: Claim) -> bool:
        is_place_locked = claim.quantity <= 0 or claim.place in self._places
        return is_place_locked and (claim.source.id is None or claim.source.id in self._sources)

    def lock_lines(self, order: Order) -> None:
        """Locks the levels of all lines. ``order`` says where it is to be served from."""
        if order.location_id not in self._locked_at:
            self.claims(order)

    def claims(self, order: Order) -> list[Claim]:
        """What all lines would hold if the order were confirmed, with their levels locked."""
        claims = full_claims(order)
        self.lock(claims)
        if self._keeps:
            self._locked_at.add(order.location_id)
        return claims

    # Rows

    def row(self) -> Order:
        """The order as it stands in the database, locked."""
        if self._row:
            return self._row
        row = Order.objects.locked().get(pk=self.order.pk)
        self._note(row)
        return row

    def refresh(self, order: Order) -> None:
        """Makes ``order`` what stands in the database, locked."""
        if self._row:
            order.become(self._row)
        else:
            order.refresh_from_db(from_queryset=Order.objects.locked().select_related("customer", "location"))
            self._note(order)

    def _note(self, row: Order) -> None:
        """What ``row`` says was just read under its lock."""
        if self._keeps:
            self._row, self.total = copy(row), row.total

    def forget_row(self) -> None:
        self._row = None

    def note_new(self, line: OrderLine) -> None:
        """A line that was just entered holds nothing anywhere: no level of its past has to be locked."""
        if self._keeps:
            self._sources.add(line.pk)

    def line(self, pk: int) -> OrderLine:
        """The line as it stands in the database. It is about to change, so it is told once."""
        if self._lines is None and self._keeps:
            self._lines = OrderLine.objects.filter(order=self.order.pk).in_bulk()
        return (self._lines or {}).pop(pk, None) or OrderLine.objects.get(pk=pk)

    def forget_line(self, pk: int) -> None:
        if self._lines:
            self._lines.pop(pk, None)

    def forget_lines(self) -> None:
        self._lines = None


_current: ContextVar[Edit | None] = ContextVar("edit", default=None)


def _savepoints() -> list[str]:
    return [savepoint for savepoint in connection.savepoint_ids if savepoint]


@contextmanager
def begun(order: Order) -> Iterator[Edit]:
    edit = Edit(order)
    token = _current.set(edit)
    try:
        yield edit
    finally:
        _current.reset(token)


def of(order: Order) -> Edit | None:
    """The edit of this order that is on, whichever copy of it is at hand."""
    edit = _current.get()
    return edit if edit and (edit.order is order or edit.order.pk == order.pk is not None) else None


def put_off(line: OrderLine, is_new: bool) -> bool:
    """Whether the edit that is on settles the saved line together with the others."""
    edit = of(line.order)
    if edit and is_new:
        edit.note_new(line)
    return edit is not None


def is_first(order: Order, act: str) -> bool:
    """Whether the act is to be done: outside an edit each time, in an edit once."""
    edit = of(order)
    return edit is None or edit.is_first(act)


def forget_line(pk: int) -> None:
    """What the edit that is on read of the line is not so any more."""
    if edit := _current.get():
        edit.forget_line(pk)


def full_claims(order: Order) -> list[Claim]:
    """What the lines would hold if the order were confirmed: the levels to lock before its state is decided."""
    return [line.full_claim(order) for line in order.lines.with_claims()]


def locked_order(order: Order) -> Order:
    """The order as it stands in the database, locked; before it the levels of its lines, if the save moves stock."""
    edit = of(order) or Edit(order)
    if order.moves_stock() or order.moves_prices():
        edit.lock_lines(order)
    row = edit.row()
    edit.forget_row()  # it is about to change
    return row


def locked_line(line: OrderLine) -> tuple[OrderLine | None, Order]:
    """A line, None if it is new, and its order as they stand in the database, with stock levels and order locked."""
    edit = of(line.order)
    (edit or Edit(line.order)).lock([line.full_claim(line.order)])
    row = edit.row() if edit else Order.objects.locked().get(pk=line.order_id)
    if line._state.adding:
        return None, row
    return edit.line(line.pk) if edit else OrderLine.objects.get(pk=line.pk), row
