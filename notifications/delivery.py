"""From outbox row to provider: render from committed data, hand over, mark. Safe to repeat.

At least once, never lost: a row is marked accepted only after the provider took it, and a repeat carries the same
Message-ID, so a provider or mailbox can tell that it is the same message.
"""

from smtplib import SMTPRecipientsRefused

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from anymail.message import AnymailMessage
from django.conf import settings
from django.template.loader import render_to_string

from notifications.models import Notification
from orders import totals

PERMANENT = (
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
    SMTPRecipientsRefused,
)
TRANSIENT_STATUS = {408, 409, 425, 429}


class DeliveryDelayed(Exception):
    """A passing fault: the job will be tried again."""


def send(notification_id: int) -> None:
    """Sends one message unless that was done. Raises DeliveryDelayed when it should be tried again."""
    if not Notification.objects.claim(notification_id):
        return
    notification = Notification.objects.select_related("order__customer").get(pk=notification_id)
    try:
        render(notification)
        compose(notification).send()
    except Exception as fault:
        if is_permanent(fault):
            notification.mark_failed(str(fault))
        else:
            notification.mark_waiting(str(fault))
            raise DeliveryDelayed(str(fault)) from fault
    else:
        notification.mark_accepted()


def is_permanent(fault: BaseException) -> bool:
    status = getattr(fault, "status_code", None)
    if isinstance(fault, AnymailAPIError) and status:
        return 400 <= status < 500 and status not in TRANSIENT_STATUS
    return isinstance(fault, PERMANENT)


def render(notification: Notification) -> None:
    """Fills in subject and bodies from what is committed now; they are kept as the record of what was sent."""
    order, lines = notification.order, notification.order.lines.select_related("item")
    sums = totals.compute(lines, order.discount_percent)
    context = {"order": order, "lines": lines, "totals": sums, "company": settings.COMPANY_NAME}
    base = f"notifications/{notification.event}"
    notification.subject = " ".join(render_to_string(f"{base}_subject.txt", context).split())
    notification.text = render_to_string(f"{base}.txt", context)
    notification.html = render_to_string(f"{base}.html", context)
    notification.message_id = f"<notification-{notification.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"
    notification.save()


def compose(notification: Notification) -> AnymailMessage:
    message = AnymailMessage(
        notification.subject,
        notification.text,
        to=[notification.recipient],
        headers={"Message-ID": notification.message_id},
    )
    message.attach_alternative(notification.html, "text/html")
    message.metadata = {"notification": str(notification.pk)}
    return message
