"""What packing slips, invoices and picking lists say. The order must come from ``orders_to_print``."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Max, Prefetch, QuerySet, Sum
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from backoffice.company import who
from backoffice.money import amount, money, percent
from backoffice.sheets import Column, Sheet
from inventory.models import StockMovement
from orders import totals
from orders.models import LINE, Order, OrderLine

NEXT = "next"  # the parcel of what is ready to go


def orders_to_print(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With all that their papers say, in a fixed number of queries."""
    lines = OrderLine.objects.select_related("item", "location").order_by("pk")
    return orders.select_related("customer", "location").prefetch_related(Prefetch("lines", lines))


# Packing slip ---------------------------------------------------------------------------------------------------------


def packing_slip(order: Order, parcel: str = "") -> Sheet:
    """Of the parcel that went last, or, before anything went or if asked for, of what is ready to go."""
    shipped, moment = last_shipment(order)
    is_next = parcel == NEXT or not shipped
    when = _("not shipped yet") if is_next else date_format(localtime(moment), "DATETIME_FORMAT")
    rows = [_packed(line, line.allocated if is_next else shipped[line.pk], is_next) for line in order.lines.all()]
    return Sheet(
        title=_("Packing slip"),
        reference=order.number,
        facts=[*_facts(order), (_("Parcel"), when)],
        parties=[(_("Ship to"), _ship_to(order))],
        columns=[
            Column(_("SKU"), 22),
            Column(_("Item"), 44),
            Column(_("Ordered"), 11, is_number=True),
            Column(_("In this parcel"), 12, is_number=True),
            Column(_("Left"), 11, is_number=True),
        ],
        rows=rows,
        notes=[_("Left is what is still to come in a later parcel.")],
    )


def last_shipment(order: Order) -> tuple[Counter[int], datetime | None]:
    """Units by line id that went together the last time that anything went, and when. Empty if nothing did."""
    moves = StockMovement.objects.of_source(LINE, [line.pk for line in order.lines.all()])
    moves = moves.filter(kind=StockMovement.Kind.SHIPMENT).order_by()
    last = moves.aggregate(act=Max("change_set"), at=Max("created_at"))
    sums = moves.filter(change_set=last["act"]).values_list("source_id").annotate(units=Sum("on_hand_delta"))
    return Counter({line: -units for line, units in sums}), last["at"]


def _packed(line: OrderLine, now: int, is_next: bool) -> list[str]:
    if not line.item.is_stocked:
        return [line.item.sku, line.item.name, _units(line.quantity), "—", "—"]
    left = line.quantity - line.shipped - (now if is_next else 0)
    return [line.item.sku, line.item.name, _units(line.quantity), _units(now), _units(left)]


# Invoice --------------------------------------------------------------------------------------------------------------


def invoice(order: Order) -> Sheet:
    lines = list(order.lines.all())
    sums = totals.compute(lines, order.discount_percent)
    return Sheet(
        title=_("Invoice") if order.was_confirmed else _("Pro forma invoice"),
        reference=order.number,
        facts=_facts(order),
        parties=[(_("Bill to"), _joined(order.customer.name, order.customer.address)), (_("Ship to"), _ship_to(order))],
        columns=[
            Column(_("SKU"), 20),
            Column(_("Item"), 36),
            Column(_("Quantity"), 11, is_number=True),
            Column(_("Price"), 13, is_number=True),
            Column(_("Discount"), 12, is_number=True),
            Column(_("Tax"), 10, is_number=True),
            Column(_("Amount"), 16, is_number=True),
        ],
        rows=[_charged(line) for line in lines],
        sums=list(_sums(sums)),
        notes=[_("All amounts are in %s.") % who.company().currency],
    )


def _charged(line: OrderLine) -> list[str]:
    return [
        line.item.sku,
        line.item.name,
        _units(line.quantity),
        amount(line.unit_price),
        percent(line.discount_percent) if line.discount_percent else "",
        percent(line.tax_rate),
        amount(line.amount),
    ]


def _sums(sums: totals.Totals) -> Iterable[tuple[str, str]]:
    yield _("Subtotal"), amount(sums.subtotal)
    if sums.discount:
        yield _("Discount %s") % percent(sums.discount_percent), f"−{amount(sums.discount)}"
    for tax in sums.taxes if sums.is_taxed else ():
        facts = {"percent": percent(tax.rate), "net": amount(tax.net)}
        yield _("Tax %(percent)s on %(net)s") % facts, amount(tax.tax)
    yield _("Total"), money(sums.total)


# Picking list ---------------------------------------------------------------------------------------------------------


def picking_list(order: Order) -> Sheet:
    """What to take from which shelf: the units that the order holds, by location and SKU."""
    lines = [line for line in order.lines.all() if line.item.is_stocked]
    lines.sort(key=lambda line: (line.served_from(order).name, line.item.sku_key))
    nothing = [] if any(line.allocated for line in lines) else [_("Nothing is ready to be picked.")]
    return Sheet(
        title=_("Picking list"),
        reference=order.number,
        facts=_facts(order),
        parties=[(_("For"), order.customer.name)],
        columns=[
            Column(_("Location"), 17),
            Column(_("SKU"), 20),
            Column(_("Item"), 34),
            Column(_("Pick"), 9, is_number=True),
            Column(_("Wait"), 9, is_number=True),
            Column(_("Ordered"), 11, is_number=True),
            Column(_("Done"), 9, is_number=True),
        ],
        rows=[_picked(line, order) for line in lines],
        notes=[*nothing, *([order.note] if order.note else [])],
    )


def _picked(line: OrderLine, order: Order) -> list[str]:
    waiting = line.waiting if order.holds_stock else 0
    where = line.served_from(order).name
    figures = [_units(line.allocated), _units(waiting) if waiting else "", _units(line.quantity)]
    return [where, line.item.sku, line.item.name, *figures, "[   ]"]


# Of all papers --------------------------------------------------------------------------------------------------------


def _facts(order: Order) -> list[tuple[str, str]]:
    moment: Any = order.confirmed_at or order.created_at
    facts = [(_("Order"), order.number), (_("Date"), date_format(localtime(moment), "DATE_FORMAT"))]
    if order.due_date:
        facts.append((_("Due"), date_format(order.due_date, "DATE_FORMAT")))
    return [*facts, (_("Status"), order.get_status_display())]


def _ship_to(order: Order) -> str:
    return _joined(order.customer.name, order.address or order.customer.address)


def _joined(*parts: str) -> str:
    return "\n".join(part.strip() for part in parts if part.strip())


def _units(count: int) -> str:
    return number_format(count, force_grouping=True)
