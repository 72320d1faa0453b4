"""Entering the orders of a checked import one by one: saved and placed as by hand, so that all receivers have a say."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from datetime import time as clock
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.imports import staged
from backoffice.imports.kinds import Chunk
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from inventory.models import StockLevel
from orders import figures, order_check, told, workflow
from orders.models import Customer, Order, OrderLine, StagedLine
from orders.order_records import Records, said

SECONDS = 1.0  # after which a chunk ends: SQLite's write lock is held meanwhile
CHUNK = 100  # orders, at most


def apply_chunk(run: ImportRun) -> Chunk:
    """The next orders of the file. Raises Conflict when one is refused and the import is all or nothing."""
    is_whole, began = order_check.is_whole(run), time.monotonic()
    position, applied, refused = int(run.position or 0), 0, 0
    orders = order_check.next_orders(waiting(run), position, order_check.WHOLE if is_whole else CHUNK)
    lock_levels(run, orders)
    with told.choosing(run.options["tell"]):
        for lines in orders:
            if not is_whole and time.monotonic() - began > SECONDS:
                break
            is_entered = enter_or_refuse(run, lines)
            applied, refused = applied + len(lines) * is_entered, refused + len(lines) * (not is_entered)
            position = lines[0].first_row
    return Chunk(applied, refused, str(position), rows_left=waiting(run).filter(first_row__gt=position).exists())


def waiting(run: ImportRun) -> QuerySet[StagedLine]:
    return StagedLine.objects.filter(run=run, action=StagedLine.Action.NEW, applied=False)


def lock_levels(run: ImportRun, orders: Iterable[list[StagedLine]]) -> None:
    """All that the chunk may touch, in primary key order: order by order they would be taken crosswise."""
    items = {line.item_id for lines in orders for line in lines if line.item_id}
    if run.options["status"] == "placed":
        list(StockLevel.objects.filter(location_id=run.options["location"], item_id__in=items).locked())


def enter_or_refuse(run: ImportRun, lines: list[StagedLine]) -> bool:
    """Enters the order; or leaves it out, with the sentence on its rows, and says False."""
    try:
        with transaction.atomic():
            order = enter(run, lines)
    except ValidationError as refusal:
        figures.count_refused(getattr(refusal, "shortages", ()))
        problem = Problem(" ".join(refusal.messages), "conflict", "number", value=lines[0].number)
        if not run.only_good:
            raise staged.conflict(run, [problem]) from None
        staged.refuse(StagedLine, ((line.pk, problem, line.problems) for line in lines))
        return False
    mine = StagedLine.objects.filter(pk__in=[line.pk for line in lines])
    mine.update(applied=True, order=order.pk, customer=order.customer_id)
    return True


def enter(run: ImportRun, lines: list[StagedLine]) -> Order:
    """Saves header and lines as the form does, then places the order. Raises ValidationError."""
    records = Records(run, [lines])
    check_still(lines, records)
    order = Order(
        number=lines[0].number,
        customer=customer_of(run, lines, records),
        location_id=run.options["location"],
        entered_by=run.user,
        created_at=moment(said(lines, "date")),
        **{name: value for name in ("due_date", "address", "note") if (value := said(lines, name)) is not None},
        discount_percent=said(lines, "order_discount") or 0,
        tax_rate=said(lines, "tax_rate"),
    )
    with workflow.editing(order):
        order.save()
        for line in lines:
            save_line(order, line, records)
    if run.options["status"] == "placed":
        workflow.place(order)
    return order


def save_line(order: Order, line: Any, records: Records) -> None:
    discount = line.discount_percent or 0
    item = records.items[line.item_id]
    OrderLine(
        order=order, item=item, quantity=line.quantity, unit_price=line.unit_price, discount_percent=discount
    ).save()


def check_still(lines: list[StagedLine], records: Records) -> None:
    """What was found at the check is looked at again, now that the order is entered."""
    number = lines[0].number
    if number in records.orders:
        raise ValidationError(_("%(number)s was entered since the check.") % {"number": number}, code="conflict")
    for line in lines:
        item = records.items.get(line.item_id)
        if item is None or not item.is_active or records.item_id(line) != line.item_id:
            message = _("%(sku)s was changed or taken out since the check.")
            raise ValidationError(message % {"sku": line.sku or line.barcode}, code="conflict")


def customer_of(run: ImportRun, lines: list[StagedLine], records: Records) -> Customer:
    """Who is there; or, where that was chosen, somebody new, who is there for the next order of the file."""
    found, email, name = records.customer_ids(lines), said(lines, "email"), said(lines, "customer_name")
    if len(found) == 1:
        return Customer.objects.get(pk=found[0])
    if found:
        message = _("%(count)d customers are found by %(who)s.")
        raise ValidationError(message % {"count": len(found), "who": email or name}, code="conflict")
    if run.options["customers"] == "refuse":
        raise ValidationError(_("There is no customer %(who)s any more.") % {"who": email or name}, code="conflict")
    address = said(lines, "address") or ""
    return Customer.objects.create(name=name or email, email=email or "", address=address)


def moment(day: date | None) -> Any:
    """When an order of that day was entered: at noon, or now if it is today's or the file does not say."""
    if day is None or day >= timezone.localdate():
        return None
    return timezone.make_aware(datetime.combine(day, clock(12)))
