"""What an order and its lines allow now. Every rule raises with a sentence for people and writes nothing."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from backoffice.money import money
from inventory.models import Item
from orders.models import Order, OrderLine

Status = Order.Status

TRANSITIONS = {
    Status.DRAFT: {Status.CONFIRMED, Status.CANCELLED},
    Status.CONFIRMED: {Status.PARTLY_SHIPPED, Status.SHIPPED, Status.CANCELLED},
    Status.PARTLY_SHIPPED: {Status.SHIPPED, Status.CANCELLED},
    Status.SHIPPED: set(),
    Status.CANCELLED: {Status.DRAFT},
}


MOST = Decimal("9999999999999.99")  # what the column of totals holds


class OrderRefused(ValidationError):
    """The order's state does not allow what was asked. ``line_id`` says of which line, where it is one."""

    def __init__(self, message, code: str, line_id: int | None = None):
        super().__init__(message, code=code)
        self.line_id = line_id


def check_transition(before: str, after: str, number: str) -> None:
    if after != before and after not in TRANSITIONS[Status(before)]:
        facts = {"number": number, "before": Status(before).label, "after": Status(after).label}
        raise OrderRefused(_("%(number)s is %(before)s and cannot become %(after)s.") % facts, code="transition")


def check_change(order: Order, before: Order) -> None:
    """``before`` is the locked row as it stands in the database."""
    check_transition(before.status, order.status, before.number)
    if order.location_id != before.location_id:
        check_location_kept(before)
    if order.status == Status.DRAFT != before.status:
        check_can_reopen(before)
    check_fresh(order, before, before, "version", "status", "location_id", "discount_percent", "tax_rate")


def check_total(order: Order, total: Decimal) -> None:
    if total > MOST:
        facts = {"number": order.number, "total": money(total), "most": money(MOST)}
        raise OrderRefused(_("The total of %(number)s would be %(total)s; %(most)s is the most.") % facts, code="total")


def check_fresh(record: Order | OrderLine, before: Order | OrderLine, order: Order, *names: str) -> None:
    """Refuses a record that was read before somebody else changed one of the named columns."""
    if any(_typed(record, name, record.loaded(name)) != getattr(before, name) for name in names):
        raise OrderRefused(changed_meanwhile_message(order), code="changed_meanwhile")


def check_seen(order: Order, version: int) -> None:
    """Refuses what was decided about another version of the order than it has now."""
    if order.version != version:
        raise OrderRefused(changed_meanwhile_message(order), code="changed_meanwhile")


def _typed(record: Order | OrderLine, name: str, value: Any) -> Any:
    """“12.50”, as a new record was given it, is 12.50."""
    field: Any = record._meta.get_field(name)
    return field.to_python(value)


def check_item_rule_kept(item: Item) -> None:
    """Whether an item is kept in stock, or may wait, cannot change under open orders that rely on it."""
    changed = item.changed_fields() & {"is_stocked", "oversell"}
    if not changed:
        return
    lines = OrderLine.objects.filter(item=item, order__status__in=Order.HOLDING, quantity__gt=F("shipped"))
    if "is_stocked" not in changed:
        lines = lines.filter(backorder=False, quantity__gt=F("shipped") + F("allocated"))
    if numbers := list(lines.values_list("order__number", flat=True)[:5]):
        message = _("Open orders rely on this rule of %(sku)s: %(numbers)s. Ship or cancel them first.")
        raise OrderRefused(message % {"sku": item.sku, "numbers": ", ".join(numbers)}, code="open_orders")


def check_new(order: Order) -> None:
    if order.status != Status.DRAFT:
        raise OrderRefused(_("An order begins as a draft."), code="transition")


def check_has_lines(order: Order, lines: Collection) -> None:
    if not lines:
        raise OrderRefused(_("%(number)s has no lines. Add one.") % {"number": order.number}, code="no_lines")


def check_deletable(order: Order) -> None:
    if order.was_confirmed:
        message = _("%(number)s was confirmed once. Cancel it instead: what happened stays on record.")
        raise OrderRefused(message % {"number": order.number}, code="confirmed_once")


def check_open(order: Order) -> None:
    if order.status in (Status.SHIPPED, Status.CANCELLED):
        facts = {"number": order.number, "status": order.get_status_display()}
        raise OrderRefused(_("%(number)s is %(status)s; its lines cannot change.") % facts, code="closed")


def check_line(line: OrderLine, before: OrderLine | None, order: Order) -> None:
    """``before`` is the line as it stands in the database, None for a new one."""
    check_open(order)
    if _typed(order, "tax_rate", line.order.tax_rate) != order.tax_rate:  # which the line was about to take over
        raise OrderRefused(changed_meanwhile_message(order), code="changed_meanwhile")
    if before:
        prices = "unit_price", "discount_percent", "tax_rate"
        check_fresh(line, before, order, "item_id", "location_id", "quantity", "backorder", *prices)
    if not before or not before.shipped:
        return
    if line.item_id != before.item_id or line.order_id != before.order_id:
        raise OrderRefused(_("Units of this line were shipped; its item cannot change."), code="line_shipped")
    if line.location_id != before.location_id:
        raise OrderRefused(_("Units of this line were shipped; its location cannot change."), code="line_shipped")
    check_shipped_kept(line.quantity, before.shipped)


def check_shipped_kept(quantity: int, shipped: int) -> None:
    if quantity < shipped:
        raise OrderRefused(shipped_kept_message(shipped), code="line_shipped")


def shipped_kept_message(shipped: int) -> str:
    return _("%(shipped)d were shipped already; the quantity cannot be less.") % {"shipped": shipped}


def check_location_kept(order: Order) -> None:
    if order.lines.filter(shipped__gt=0, location=None).exists():
        message = _("Lines of %(number)s were shipped; its location cannot change.")
        raise OrderRefused(message % {"number": order.number}, code="line_shipped")


def check_can_ship(order: Order) -> None:
    if not order.holds_stock:
        facts = {"number": order.number, "status": order.get_status_display()}
        raise OrderRefused(_("%(number)s is %(status)s; only a confirmed order is shipped.") % facts, code="transition")


def check_shippable(line: OrderLine, quantity: int, ready: int) -> None:
    if not 0 <= quantity <= ready:
        message = _("%(quantity)d of %(sku)s cannot be shipped: %(ready)d are ready.")
        facts = {"quantity": quantity, "sku": line.item.sku, "ready": ready}
        raise OrderRefused(message % facts, "ship_quantity", line.pk)


def check_something_ships(order: Order, quantities: Iterable[int]) -> None:
    if not any(quantities):
        message = _("Nothing of %(number)s can be shipped: its lines wait for stock.")
        raise OrderRefused(message % {"number": order.number}, code="nothing_to_ship")


def check_returnable(line: OrderLine, quantity: int) -> None:
    left = line.shipped - line.returned
    if not 1 <= quantity <= left:
        message = _("%(quantity)d of %(sku)s cannot come back: %(left)d were shipped and not returned yet.")
        facts = {"quantity": quantity, "sku": line.item.sku, "left": left}
        raise OrderRefused(message % facts, "return_quantity", line.pk)


def check_can_return(order: Order) -> None:
    if not order.lines.filter(shipped__gt=F("returned")).exists():
        message = _("Nothing of %(number)s is with the customer: nothing can come back.")
        raise OrderRefused(message % {"number": order.number}, code="nothing_shipped")


def check_something_returns(order: Order, quantities: Collection) -> None:
    if not quantities:
        raise OrderRefused(_("Say how many units of which line came back."), code="nothing_returns")


def check_can_cancel(order: Order) -> None:
    if order.status == Status.CANCELLED:
        raise OrderRefused(_("%(number)s is cancelled already.") % {"number": order.number}, code="transition")
    check_transition(order.status, Status.CANCELLED, order.number)


def check_can_cancel_units(order: Order) -> None:
    if not order.holds_stock:
        facts = {"number": order.number, "status": order.get_status_display()}
        message = _("%(number)s is %(status)s; units are taken off a confirmed order only.")
        raise OrderRefused(message % facts, code="transition")


def check_something_goes(order: Order, quantities: Mapping[OrderLine, int]) -> None:
    if not any(quantities.values()):
        raise OrderRefused(_("Say how many units of which line are given up."), code="nothing_goes")
    if all(quantity >= line.quantity for line, quantity in quantities.items()):
        message = _("Nothing would be left of %(number)s. Cancel the whole order instead.")
        raise OrderRefused(message % {"number": order.number}, code="nothing_left")


def check_cancellable(line: OrderLine, quantity: int) -> None:
    left = line.quantity - line.shipped
    if not 0 <= quantity <= left:
        message = _("%(quantity)d of %(sku)s cannot be given up: %(left)d are not shipped yet.")
        facts = {"quantity": quantity, "sku": line.item.sku, "left": left}
        raise OrderRefused(message % facts, "cancel_quantity", line.pk)


def check_can_reopen(order: Order) -> None:
    if order.status != Status.CANCELLED:
        facts = {"number": order.number, "status": order.get_status_display()}
        raise OrderRefused(_("%(number)s is %(status)s; only a cancelled order is reopened.") % facts, "transition")
    if order.lines.filter(shipped__gt=0).exists():
        message = _("Units of %(number)s were shipped before it was cancelled. Duplicate it for what is still wanted.")
        raise OrderRefused(message % {"number": order.number}, code="line_shipped")


def check_line_deletable(before: OrderLine | None, order: Order, is_order_going: bool) -> None:
    """``before`` and ``order`` are the line and its order as they stand in the database."""
    if before and before.shipped:
        raise OrderRefused(_("Units of this line were shipped; it cannot be removed."), code="line_shipped")
    if not is_order_going:
        check_open(order)


def changed_meanwhile_message(order: Order) -> str:
    last = order.history.select_related("change_set").order_by("-history_id").first()
    facts = {"number": order.number, "who": last.change_set.user_name, "when": localize(localtime(last.history_date))}
    return _("%(who)s changed %(number)s at %(when)s, while you were editing it. Nothing was saved.") % facts
