"""What messages tell Prometheus."""

from backoffice import metrics
from backoffice.metrics import Gauge
from notifications.models import Notification


def contribute():
    waits = "Messages that are queued or uncertain and will be tried"
    metrics.contribute(
        *metrics.of_queue("messages_waiting", waits, Notification.objects.waiting),
        Gauge("messages_that_need_somebody", "Messages that did not arrive", need_somebody),
    )


def need_somebody() -> int:
    return Notification.objects.need_you().count()
