"""What notifications add to a timeline: every message about an order, and what became of it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import kinds, timeline
from backoffice.history.timeline import Entry, Stream
from notifications.models import Notification
from orders.models import Order


def contribute():
    told = kinds.register(Notification, tell)
    timeline.contribute(Order, Stream("messages", gettext_lazy("Messages"), told, messages_of_order))


def messages_of_order(pk: Any) -> QuerySet:
    return Notification.objects.filter(order=pk)


def tell(notifications: Iterable[Notification]) -> list[Entry]:
    return [
        Entry(
            kind="told",
            at=notification.created_at,
            change_set=notification.change_set,
            what=_sentence(notification),
            url=reverse("admin:notifications_notification_change", args=[notification.pk]),
            order=notification.pk,
            model=Order,
            pk=notification.order_id,
            row=notification,
        )
        for notification in notifications
    ]


def _sentence(notification: Notification) -> str:
    facts = {
        "event": notification.get_event_display(),
        "recipient": notification.recipient,
        "state": notification.get_state_display(),
    }
    return _("email “%(event)s” to %(recipient)s: %(state)s") % facts
