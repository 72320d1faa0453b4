"""How an order moves on, and what it costs. Each verb is one transaction, locks stock levels, then the order, then its
lines, and leaves the settling of stock to the receivers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext

from backoffice.history import change_sets
from inventory import claims as planning
from inventory import stock
from inventory.claims import Claim
from inventory.models import Item, StockLevel, StockMovement
from orders import edits, rules, signals, totals
from orders.edits import Edit
from orders.models import LINE, Order, OrderLine
from orders.querysets import served_from

Status = Order.Status


@contextmanager
def editing(order: Order, claims: Iterable[Claim] = (), *, keeps_rates: bool = False) -> Iterator[None]:
    """A change of several lines: stock is settled once, at the end, so that units can move from line to line, and so
    is the total. Inside another edit of the order it is part of that. The levels of ``claims`` are locked together at
    once: of what the lines are going to want, before the order is. ``keeps_rates``: lines of an order that has no rate
    of tax any more keep those that they have.
    """
    if edit := edits.of(order):
        edit.lock(list(claims))
        yield
        return
    with transaction.atomic(savepoint=False), edits.begun(order) as edit:
        edit.lock(list(claims))
        rate = order.loaded("tax_rate")
        yield
        if order.loaded("tax_rate") != rate and not (keeps_rates and order.tax_rate is None):
            freeze_rates(order)
        _settle_edit(order, edit)


def as_one(order: Order) -> AbstractContextManager[None]:
    """A transaction or a savepoint around a verb; none inside an edit of the order, which a refusal ends as a whole."""
    return transaction.atomic(savepoint=edits.of(order) is None)


def _settle_edit(order: Order, edit: Edit) -> None:
    lines = list(order.lines.with_claims())  # as they are under the locks
    stock.settle([line.claim(order) for line in lines] + edit.released)
    record_total(order, lines)


def settle(order: Order) -> None:
    """Brings the allocation of every line to what the order now wants. Raises StockRefused."""
    stock.settle(claims(order))


def claims(order: Order) -> list[Claim]:
    return [line.claim(order) for line in order.lines.with_claims()]


def reprice(order: Order) -> None:
    """For a save that changes the order's discount or rate of tax."""
    with editing(order):
        if "tax_rate" in order.changed_fields():
            freeze_rates(order)


def freeze_rates(order: Order) -> None:
    """Every line takes the rate of the order, or where it says none, that of its item today."""
    if edit := edits.of(order):
        edit.forget_lines()  # some of them were saved since it read them
    for line in order.lines.select_related("item"):
        line.order = order
        line.freeze(is_rate_new=True)
        line.save()


def retotal(order_id: int) -> None:
    order = Order.objects.get(pk=order_id)
    record_total(order, order.lines.all())


def record_total(order: Order, lines: Iterable[OrderLine]) -> None:
    """Raises OrderRefused where the amount is beyond what can be kept."""
    total = totals.compute(lines, order.discount_percent).total
    rules.check_total(order, total)
    if not (edit := edits.of(order)) or edit.total != total:
        Order.objects.filter(pk=order.pk).record_total(total)
    order.total = total


@transaction.atomic
def duplicate(order: Order, user: Any) -> tuple[Order, list[Item]]:
    """A draft of the same customer with the same lines at today's prices, without discounts; and the items that are not
    sold any more, which it leaves out."""
    copy = Order(customer=order.customer, location=order.location, address=order.address, entered_by=user)
    left_out = []
    with editing(copy):
        copy.save()
        for line in order.lines.select_related("item"):
            if line.item.is_active:
                OrderLine.objects.create(order=copy, item=line.item, quantity=line.quantity, location=line.location)
            else:
                left_out.append(line.item)
    return copy, left_out


def place(order: Order) -> None:
    """Draft becomes confirmed and every line is allocated. Placing a confirmed order again does nothing."""
    with as_one(order), editing(order):
        claims = lock(order)
        if order.holds_stock:
            return
        rules.check_has_lines(order, claims)
        order.confirmed_at = order.confirmed_at or change_sets.now()
        _become(order, Status.CONFIRMED)


def cancel(order: Order) -> None:
    """Releases what is not shipped. Cancelling twice is cancelling once."""
    with as_one(order), editing(order):
        lock(order)
        if order.status != Status.CANCELLED:
            _become(order, Status.CANCELLED)


@transaction.atomic
def reopen(order: Order) -> None:
    """A cancelled order becomes a draft again, unless units of it were shipped."""
    lock(order)
    if order.status != Status.DRAFT:
        rules.check_can_reopen(order)
        _become(order, Status.DRAFT)


@transaction.atomic
def ship(order: Order, quantities: dict[int, int] | None = None) -> None:
    """Ships units by line id, or everything that is left. Raises OrderRefused and StockRefused."""
    lock(order)
    rules.check_can_ship(order)
    with editing(order):
        lines = list(order.lines.with_claims().locked())
        going = {line: _to_ship(line, quantities) for line in lines}
        rules.check_something_ships(order, going.values())
        _ship_lines(order, going)
        order.status = Status.SHIPPED if _is_all_shipped(order) else Status.PARTLY_SHIPPED
        order.version += 1
        order.save()
    gone = {line.pk: quantity for line, quantity in going.items() if quantity}
    signals.order_shipped.send(Order, order=order, quantities=gone)


def _to_ship(line: OrderLine, quantities: dict[int, int] | None) -> int:
    """What was asked for, or everything that can go: what is allocated, and all of what is not kept in stock."""
    ready = line.allocated if line.item.is_stocked else line.quantity - line.shipped
    quantity = ready if quantities is None else quantities.get(line.pk, 0)
    rules.check_shippable(line, quantity, ready)
    return quantity


def _ship_lines(order: Order, quantities: dict[OrderLine, int]) -> None:
    going = [(line, quantity) for line, quantity in quantities.items() if quantity]
    stocked = [(line, quantity) for line, quantity in going if line.item.is_stocked]
    stock.ship(line.claim_of(quantity, order) for line, quantity in stocked)
    OrderLine.objects.record(shipped={line.pk: quantity for line, quantity in going if not line.item.is_stocked})


@transaction.atomic
def take_back(order: Order, quantities: dict[int, int], reason: str, written_off: Collection[int] = ()) -> None:
    """Shipped units, by line id, come back to the shelf they left; those of the lines in ``written_off`` leave it again
    at once, as a loss. Raises OrderRefused and StockRefused."""
    came_from = [line.claim_of(line.shipped, order) for line in order.lines.with_claims()]
    planning.lock(came_from + edits.full_claims(order))  # `lock` leaves out lines that are shipped: what comes back
    lock(order)
    lines = list(order.lines.with_claims().locked())
    back = {line: quantities[line.pk] for line in lines if quantities.get(line.pk)}
    rules.check_something_returns(order, back)
    for line, quantity in back.items():
        rules.check_returnable(line, quantity)
    _take_lines_back(order, back, reason, written_off)
    order.version += 1
    order.save()


def _take_lines_back(order: Order, back: dict[OrderLine, int], reason: str, written_off: Collection[int]) -> None:
    claims = [line.claim_of(quantity, order) for line, quantity in back.items() if line.item.is_stocked]
    lost = [claim for claim in claims if claim.source.id in written_off]
    stock.take_back(claims, reason, lost)
    OrderLine.objects.record(returned={line.pk: units for line, units in back.items() if not line.item.is_stocked})


@transaction.atomic
def cancel_units(order: Order, quantities: dict[int, int]) -> None:
    """Units, by line id, that will not be shipped any more leave the order. A line with nothing left is removed, and an
    order with nothing left to ship is shipped. Raises OrderRefused."""
    lock(order)
    rules.check_can_cancel_units(order)
    with editing(order):
        gone = {line: quantities.get(line.pk, 0) for line in order.lines.with_claims().locked()}
        rules.check_something_goes(order, gone)
        for line, quantity in gone.items():
            rules.check_cancellable(line, quantity)
            _shorten(line, quantity)
        order.status = Status.SHIPPED if _is_all_shipped(order) else order.status
        order.version += 1
        order.save()


def _shorten(line: OrderLine, quantity: int) -> None:
    if quantity == line.quantity:
        line.delete()
    elif quantity:
        line.quantity -= quantity
        line.save()


def complete(order: Order) -> None:
    """An order whose last units were taken off it, when others were shipped before, is shipped."""
    if order.status == Status.PARTLY_SHIPPED and _is_all_shipped(order):
        with transaction.atomic():
            lock(order)
            _become(order, Status.SHIPPED)


def record_movements(movements: Iterable[StockMovement]) -> None:
    """What the lines hold, have shipped and got back moves with the ledger."""
    allocated, shipped, returned = Counter[int](), Counter[int](), Counter[int]()
    for line, movement in ((movement.source_id, movement) for movement in movements if movement.source_id):
        edits.forget_line(line)
        allocated[line] += movement.allocated_delta
        shipped[line] += max(0, -movement.on_hand_delta)
        returned[line] += max(0, movement.on_hand_delta)
    OrderLine.objects.record(allocated=allocated, shipped=shipped, returned=returned)


def _is_all_shipped(order: Order) -> bool:
    return all(line.shipped == line.quantity for line in order.lines.all())


def lock(order: Order) -> list[Claim]:
    """Locks the order's stock levels, then its row, and re-reads it. Returns what its lines would hold if confirmed."""
    edit = edits.of(order) or Edit(order)
    claims = edit.claims(order)
    edit.refresh(order)
    return claims


def lock_lines(order: Order) -> None:
    """Locks the stock levels of all lines."""
    (edits.of(order) or Edit(order)).lock_lines(order)


def release(line: OrderLine) -> None:
    """A line that is removed gives back what it holds: at once, or in an edit together with what others take."""
    claim = line.no_claim(line.order)
    if edit := edits.of(line.order):
        edit.released.append(claim)
    else:
        stock.settle([claim])


def lock_all(orders: Iterable[Order]) -> None:
    """Locks the stock levels of many orders before the first of them is locked itself."""
    lines = OrderLine.objects.filter(order__in=list(orders)).select_related("item", "location", "order__location")
    planning.lock([line.full_claim(line.order) for line in lines])


def _become(order: Order, status: str) -> None:
    order.status = status
    order.version += 1
    order.save()


# When stock arrives, or turns out to be less than was promised


def waiting_orders(levels: Iterable[StockLevel]) -> list[int]:
    """The orders with lines that wait for units at these levels, oldest first."""
    waits = Q()
    for location_id, item_ids in _items_by_location(levels).items():
        waits |= Q(item_id__in=item_ids) & served_from(location_id)
    lines = OrderLine.objects.filter(waits, order__status__in=Order.HOLDING, quantity__gt=F("allocated") + F("shipped"))
    orders = lines.filter(item__is_stocked=True).order_by("order__confirmed_at", "order_id")
    return list(dict.fromkeys(orders.values_list("order_id", flat=True)))


def _items_by_location(levels: Iterable[StockLevel]) -> Mapping[int, Any]:
    if isinstance(levels, QuerySet):  # there may be thousands, and the database knows them
        places = levels.order_by().values_list("location_id", flat=True).distinct()
        return {place: levels.filter(location=place).values("item_id") for place in places}
    items: dict[int, set[int]] = defaultdict(set)
    for level in levels:
        items[level.location_id].add(level.item_id)
    return items


@transaction.atomic
def settle_waiting(order_id: int) -> None:
    order = Order.objects.get(pk=order_id)
    lock(order)
    before = dict(order.lines.values_list("pk", "allocated"))
    settle(order)
    now = dict(order.lines.values_list("pk", "allocated"))
    if arrived := {pk: now[pk] - before[pk] for pk in now if now[pk] > before[pk]}:
        signals.backorder_arrived.send(Order, order=order, quantities=arrived)


def give_up_newest(level: StockLevel, quantity: int) -> None:
    """Newest orders first, lines give up allocations at this level until ``quantity`` units are free, and wait."""
    held = StockMovement.objects.filter(level=level, source_kind=LINE).held()
    holding = {source_id: units for source_id, _level_id, units in held}
    newest_first = OrderLine.objects.filter(pk__in=holding).order_by("-order__confirmed_at", "-order_id", "-pk")
    for line in newest_first.select_related("order__location", "item", "location"):
        if quantity <= 0:
            return
        given = min(quantity, holding[line.pk])
        _let_wait(line)
        stock.give_up(line.source(line.order), level, given)
        quantity -= given


def _let_wait(line: OrderLine) -> None:
    with edits.begun(line.order):  # the line must not be settled now: it would take the units back
        line.backorder, line.backorder_reason = True, gettext("Less was on the shelf than promised")
        line.save()
