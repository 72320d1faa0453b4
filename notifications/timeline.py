"""What notifications add to a timeline: every message about an order, a customer or an item, and what became of it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import kinds, timeline
from backoffice.history.timeline import Entry, Stream
from inventory.models import Item
from notifications.models import Notification
from orders.models import Customer, Order


def contribute():
    told = kinds.register(Notification, tell)
    rows = {Order: messages_of_order, Customer: messages_of_customer, Item: messages_of_item}
    for model, messages in rows.items():
        timeline.contribute(model, Stream("messages", gettext_lazy("Messages"), told, messages))


def messages_of_order(pk: Any) -> QuerySet:
    return Notification.objects.filter(order=pk)


def messages_of_customer(pk: Any) -> QuerySet:
    return Notification.objects.filter(order__customer=pk)


def messages_of_item(pk: Any) -> QuerySet:
    return Notification.objects.filter(items=pk)


def tell(notifications: Iterable[Notification]) -> list[Entry]:
    return [_entry(notification) for notification in notifications]


def _entry(notification: Notification) -> Entry:
    """Who sees the order sees what was told of it; what has no order is seen by who sees messages."""
    about = (Order, notification.order_id) if notification.order_id else (Notification, notification.pk)
    return Entry(
        kind="told",
        at=notification.created_at,
        change_set=notification.change_set,
        what=sentence(notification),
        url=reverse("admin:notifications_notification_change", args=[notification.pk]),
        order=notification.pk,
        model=about[0],
        pk=about[1],
        row=notification,
    )


def sentence(notification: Notification) -> str:
    facts = {
        "channel": notification.get_channel_display(),
        "event": notification.get_event_display(),
        "recipient": notification.recipient,
        "state": notification.get_state_display(),
    }
    return _("%(channel)s “%(event)s” to %(recipient)s: %(state)s") % facts
