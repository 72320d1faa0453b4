"""The proof that order lines hold and shipped what the ledger says, that orders cost what their lines cost, and
that they went only where steps lead."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Lag

from inventory.models import Item, StockMovement
from orders import totals
from orders.models import LINE, Order, OrderLine
from orders.rules import TRANSITIONS

Kind = StockMovement.Kind


def wrong_lines(using: str) -> Iterator[str]:
    moved = StockMovement.objects.filter(source_kind=LINE, source_id=OuterRef("pk")).order_by().values("source_id")
    place = Coalesce(OuterRef("location"), OuterRef("order__location"))
    lines = OrderLine.objects.using(using).annotate(
        held=_sum(moved, "allocated_delta"),
        left=_sum(moved.filter(kind=Kind.SHIPMENT), "on_hand_delta"),
        back=_sum(moved.filter(kind=Kind.RETURN), "on_hand_delta"),
        there=_sum(moved.filter(level__item=OuterRef("item"), level__location=place), "allocated_delta"),
        wanted=Case(
            When(order__status__in=Order.HOLDING, item__is_stocked=True, then=F("quantity") - F("shipped")),
            default=Value(0),
        ),
    )
    may_wait = Q(backorder=True) | Q(item__oversell=Item.Oversell.BACKORDER)
    holds = Q(allocated=F("wanted")) | (may_wait & Q(allocated__lt=F("wanted")))
    moved_right = Q(shipped=-F("left"), returned=F("back")) | Q(item__is_stocked=False)
    right = Q(allocated=F("held"), there=F("held")) & moved_right & holds
    for line in lines.exclude(right).select_related("order", "item").iterator():
        yield (
            f"{line.order.number}, {line.item.sku}: {line.allocated} allocated and {line.shipped} shipped; the ledger"
            f" says {line.held} and {-line.left}, the order ({line.order.get_status_display()}) wants {line.wanted}."
        )


def _sum(movements, field: str) -> Coalesce:
    total = movements.annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def wrong_totals(using: str) -> Iterator[str]:
    """The stored total of each order is computed again from its lines, by the one place that computes totals."""
    columns = ["pk", "number", "total", "discount_percent", "tax_rate"]
    prices = [f"lines__{name}" for name in ("quantity", "unit_price", "discount_percent", "tax_rate")]
    rows = Order.objects.using(using).order_by("pk", "lines__pk").values_list(*columns, *prices).iterator()
    for (_pk, number, stored, discount, own_rate), group in groupby(rows, key=lambda row: row[:5]):
        lines = [_Priced(*row[5:]) for row in group if row[5] is not None]
        computed = totals.compute(lines, discount).total
        if computed != stored:
            yield f"{number}: its total is {stored}, but its lines add up to {computed}."
        if own_rate is not None and any(line.tax_rate != own_rate for line in lines):
            yield f"{number}: its tax rate is {own_rate} percent, but not that of all its lines."


class _Priced(NamedTuple):
    quantity: int
    unit_price: Decimal
    discount_percent: Decimal
    tax_rate: Decimal


def illegal_steps(using: str) -> Iterator[str]:
    """Each state follows from the one before it in the history of the order, and so happened once."""
    before = Window(Lag("status"), partition_by="id", order_by="history_id")
    legal = Q(before=F("status"))
    for status, following in TRANSITIONS.items():
        legal |= Q(before=status, status__in=following)
    steps = Order.history.using(using).annotate(before=before).filter(before__isnull=False).exclude(legal)
    for number, was, status in steps.order_by("history_id").values_list("number", "before", "status"):
        states = Order.Status(was).label, Order.Status(status).label
        yield f"{number} went from {states[0]} to {states[1]}, which no step does."
