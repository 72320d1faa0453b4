"""Senders as they are often written: the negative controls."""

from notifications import channels, delivery, faults
from notifications.choices import State
from notifications.models import Notification


def send_marked_first(notification_id: int) -> None:
    """Marks it sent, then sends: whatever goes wrong in between is lost."""
    notification = Notification.objects.select_related("order__customer").get(pk=notification_id)
    Notification.objects.filter(pk=notification_id).update(state=State.ACCEPTED, next_try_at=None)
    delivery.prepare(notification)
    try:
        channels.hand_over(notification)
    except Exception as error:
        Notification.objects.filter(pk=notification_id).update(error=faults.judge(error).words)


def send_unclaimed(notification_id: int) -> None:
    """Looks whether it was sent, then sends: two workers look at the same moment."""
    notification = Notification.objects.select_related("order__customer").get(pk=notification_id)
    if notification.state != State.QUEUED:
        return
    delivery.prepare(notification)
    channels.hand_over(notification)
    Notification.objects.filter(pk=notification_id).update(state=State.ACCEPTED, next_try_at=None)
