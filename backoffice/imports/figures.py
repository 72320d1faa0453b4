"""What imports tell Prometheus."""

from django.db.models import QuerySet

from backoffice import metrics
from backoffice.imports.models import ImportRun

State = ImportRun.State


def contribute():
    metrics.contribute(*metrics.of_queue("imports_at_work", "Imports that are being checked or applied", at_work))


def at_work() -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(state__in=[State.CHECKING, State.APPLYING])
