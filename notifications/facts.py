"""The plain facts that a wording is filled with: texts and numbers, never records."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from backoffice.company import who
from backoffice.money import amount, money, percent
from notifications.choices import Event
from notifications.models import Notification
from orders import totals
from orders.models import Order, OrderLine
from orders.totals import Totals

Facts = dict[str, Any]


def of(notification: Notification) -> Facts:
    """Read now, from what is committed; what only the moment of the event knew was kept with the message."""
    shared = {"company": who.name(), "name": notification.who}
    return shared | SOURCES[Event(notification.event)](notification)


def site_link(name: str, *args: Any) -> str:
    return settings.SITE_URL + reverse(f"admin:{name}", args=args)


def of_order(notification: Notification) -> Facts:
    order = notification.order
    assert order
    lines = list(order.lines.select_related("item"))
    return {
        "number": order.number,
        "address": order.address or order.customer.address,
        "due": date_format(order.due_date) if order.due_date else "",
        "lines": [of_line(line) for line in lines],
        "left": sum(line.quantity - line.shipped for line in lines),
        **sums_of(totals.compute(lines, order.discount_percent)),
        **notification.facts,
    }


def of_line(line: OrderLine) -> Facts:
    return {
        "quantity": line.quantity,
        "name": line.item.name,
        "sku": line.item.sku,
        "discount": percent(line.discount_percent) if line.discount_percent else "",
        "amount": money(line.amount),
    }


def sums_of(sums: Totals) -> Facts:
    taxes = [{"rate": percent(tax.rate), "net": amount(tax.net), "tax": money(tax.tax)} for tax in sums.taxes]
    discount = {"percent": percent(sums.discount_percent), "amount": money(sums.discount)} if sums.discount else None
    return {"discount": discount, "taxes": taxes if sums.is_taxed else [], "total": money(sums.total)}


def of_stock(notification: Notification) -> Facts:
    items = notification.facts["items"]
    link = site_link("inventory_stocklevel_changelist")
    return {"items": items, "more": len(items) - 1, "link": link}


def of_import(notification: Notification) -> Facts:
    run = notification.run
    assert run
    counts = {"new": run.new, "changed": run.changed, "unchanged": run.unchanged, "refused": run.refused}
    link = site_link("imports_importrun_change", run.pk)
    return {"file": run.original_name, "error": run.error, "link": link, **counts}


def of_failure(notification: Notification) -> Facts:
    failed = notification.about
    assert failed
    return {
        "what": failed.get_event_display(),
        "number": failed.order.number if failed.order else "",
        "recipient": failed.recipient,
        "why": failed.error or failed.get_state_display(),
        "link": site_link("notifications_notification_change", failed.pk),
    }


def of_digest(notification: Notification) -> Facts:
    from notifications.rendering import parts_of  # a digest is made of messages, each with facts of its own

    gathered = notification.gathered.order_by("pk").select_related("order__customer", "run", "about__order")
    messages = []
    for each in gathered:
        parts = parts_of(each)
        at = date_format(localtime(each.created_at), "SHORT_DATETIME_FORMAT")
        messages.append({"at": at, "subject": parts.subject, "text": parts.text})
    return {"messages": messages, "count": len(messages)}


SOURCES: dict[Event, Callable[[Notification], Facts]] = {
    Event.ORDER_CONFIRMED: of_order,
    Event.ORDER_CHANGED: of_order,
    Event.ORDER_SHIPPED: of_order,
    Event.ORDER_CANCELLED: of_order,
    Event.BACKORDER_ARRIVED: of_order,
    Event.STOCK_RAN_LOW: of_stock,
    Event.IMPORT_FINISHED: of_import,
    Event.IMPORT_FAILED: of_import,
    Event.DELIVERY_FAILED: of_failure,
    Event.DIGEST: of_digest,
}


def kept_lines(order: Order, quantities: dict[int, int]) -> list[Facts]:
    """Units by line id, as a message tells them and keeps them: the lines may be others when it is sent."""
    lines: models.QuerySet = order.lines.filter(pk__in=quantities).select_related("item")
    return [{"quantity": quantities[line.pk], "name": line.item.name, "sku": line.item.sku} for line in lines]
