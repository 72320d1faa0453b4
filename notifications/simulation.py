"""In the demo no provider reports anything, so that a bounce can be made up to see what it does."""

from anymail.signals import AnymailTrackingEvent, EventType
from django.utils import timezone

from notifications import reports
from notifications.models import Notification


def bounce(notification: Notification) -> None:
    """Exactly what a provider's report of a hard bounce would do."""
    event = AnymailTrackingEvent(
        event_type=EventType.BOUNCED,
        event_id=f"demo-{notification.pk}",
        timestamp=timezone.now(),
        recipient=notification.recipient,
        metadata={"notification": str(notification.pk)},
        mta_response="550 5.1.1 no such mailbox (made up)",
    )
    reports.keep(event, "Demo")
