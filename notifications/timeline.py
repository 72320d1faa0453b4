"""What notifications add to a timeline: every message about an order, and what became of it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.history import timeline
from backoffice.history.models import ChangeSet
from backoffice.history.timeline import MOST_ROWS, Entry
from notifications.models import Notification
from orders.models import Order


def contribute():
    timeline.contribute(Order, message_entries)
    timeline.contribute(ChangeSet, message_entries)


def message_entries(record: Order | ChangeSet) -> Iterator[Entry]:
    for notification in record.notifications.select_related("change_set")[:MOST_ROWS]:
        yield Entry(
            kind="told",
            at=notification.created_at,
            change_set=notification.change_set,
            what=_sentence(notification),
            url=reverse("admin:notifications_notification_change", args=[notification.pk]),
            order=notification.pk,
        )


def _sentence(notification: Notification) -> str:
    facts = {
        "event": notification.get_event_display(),
        "recipient": notification.recipient,
        "state": notification.get_state_display(),
    }
    return _("email “%(event)s” to %(recipient)s: %(state)s") % facts
