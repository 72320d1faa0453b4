"""How an order moves on. Each verb is one transaction, locks stock levels, then the order, then its lines, and
leaves the settling of stock to the receivers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from backoffice.history import change_sets
from inventory import stock
from inventory.stock import Claim
from orders import rules
from orders.models import Order, OrderLine

Status = Order.Status

_editing: ContextVar[Order | None] = ContextVar("editing", default=None)


@contextmanager
def editing(order: Order) -> Iterator[None]:
    """A change of several lines: stock is settled once, at the end, so that units can move from line to line."""
    with transaction.atomic(savepoint=False):
        token = _editing.set(order)
        try:
            yield
        finally:
            _editing.reset(token)
        settle(order)


def is_being_edited(order_id: int) -> bool:
    order = _editing.get()
    return order is not None and order.pk == order_id


def settle(order: Order) -> None:
    """Brings the allocation of every line to what the order now wants. Raises StockRefused."""
    stock.settle(claims(order))


def claims(order: Order) -> list[Claim]:
    return [line.claim(order) for line in order.lines.select_related("item")]


@transaction.atomic
def place(order: Order) -> None:
    """Draft becomes confirmed and every line is allocated. Placing a confirmed order again does nothing."""
    lock(order)
    if order.holds_stock:
        return
    rules.check_has_lines(order)
    order.confirmed_at = order.confirmed_at or change_sets.now()
    _become(order, Status.CONFIRMED)


@transaction.atomic
def cancel(order: Order) -> None:
    """Releases what is not shipped. Cancelling twice is cancelling once."""
    lock(order)
    if order.status != Status.CANCELLED:
        _become(order, Status.CANCELLED)


@transaction.atomic
def reopen(order: Order) -> None:
    """A cancelled order becomes a draft again."""
    lock(order)
    if order.status != Status.DRAFT:
        _become(order, Status.DRAFT)


@transaction.atomic
def ship(order: Order, quantities: dict[int, int] | None = None) -> None:
    """Ships units by line id, or everything that is left. Raises OrderRefused and StockRefused."""
    lock(order)
    rules.check_can_ship(order)
    with editing(order):
        lines = list(order.lines.select_related("item").locked())
        _ship_lines(order, {line: _to_ship(line, quantities) for line in lines})
        order.status = Status.SHIPPED if _is_all_shipped(order) else Status.PARTLY_SHIPPED
        order.version += 1
        order.save()


def _to_ship(line: OrderLine, quantities: dict[int, int] | None) -> int:
    left = line.quantity - line.shipped
    quantity = left if quantities is None else quantities.get(line.pk, 0)
    rules.check_shippable(line, quantity)
    return quantity


def _ship_lines(order: Order, quantities: dict[OrderLine, int]) -> None:
    going = [(line, quantity) for line, quantity in quantities.items() if quantity]
    stocked = [(line, quantity) for line, quantity in going if line.item.is_stocked]
    stock.ship(Claim(line.source(order), line.item, order.location, quantity) for line, quantity in stocked)
    for line, quantity in going:
        if not line.item.is_stocked:
            OrderLine.objects.filter(pk=line.pk).record(allocated=0, shipped=quantity)


def _is_all_shipped(order: Order) -> bool:
    return all(line.shipped == line.quantity for line in order.lines.all())


def lock(order: Order) -> None:
    """Locks the order's stock levels, then its row, and re-reads it."""
    stock.lock(full_claims(order))
    order.refresh_from_db(from_queryset=Order.objects.locked())


def full_claims(order: Order) -> list[Claim]:
    """What the lines would hold if the order were confirmed: the levels to lock before its state is decided."""
    return [line.full_claim(order) for line in order.lines.select_related("item")]


def _become(order: Order, status: str) -> None:
    order.status = status
    order.version += 1
    order.save()
