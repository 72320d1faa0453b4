"""What exports tell Prometheus."""

from django.db.models import QuerySet

from backoffice import metrics
from backoffice.exports.models import Export

State = Export.State


def contribute():
    metrics.contribute(
        *metrics.of_queue("exports_at_work", "Exports that wait for the worker or are being written", at_work)
    )


def at_work() -> QuerySet[Export]:
    return Export.objects.filter(state__in=[State.WAITING, State.WRITING])
