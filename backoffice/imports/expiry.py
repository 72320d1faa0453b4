"""Uploads that nobody applied do not stay: after ``IMPORT_KEEP_DAYS`` the file and its staged rows are deleted."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.imports import kinds
from backoffice.imports.models import ImportRun

State = ImportRun.State


def expire(now: datetime | None = None) -> int:
    """How many. What was applied keeps its file: it is the proof of what its change set did."""
    over = (now or timezone.now()) - timedelta(days=settings.IMPORT_KEEP_DAYS)
    stale = ImportRun.objects.filter(created_at__lte=over).exclude(state__in=[State.APPLIED, State.APPLYING])
    runs = list(stale.exclude(file=""))
    for run in runs:
        _forget(run)
    return len(runs)


def _forget(run: ImportRun) -> None:
    name, told = str(run.file), _("The file was deleted after %(days)d days.") % {"days": settings.IMPORT_KEEP_DAYS}
    unapplied = [state for state in State.values if state not in {State.APPLIED, State.APPLYING}]
    if not run.move(*unapplied, to=State.CANCELLED, file="", error=run.error or told):
        return  # somebody applies it after all
    kinds.get(run.kind).staged.objects.filter(run=run)._raw_delete("default")
    run.file.storage.delete(name)
