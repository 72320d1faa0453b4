"""Writing an export: rows from one snapshot of the replica, streamed into a private file."""

import time
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice import replica
from backoffice.exports import sources
from backoffice.exports.formats import FORMATS, CannotWrite
from backoffice.exports.models import Export
from backoffice.snapshot import snapshot

State = Export.State
TOLD_EVERY = 1.0  # seconds between notes of how far it got


def records(export: Export) -> QuerySet | Sequence[Any]:
    """What is to be written, as the person who asked sees it now. Raises PermissionDenied."""
    source = sources.get(export.source)
    if not (export.user.is_active and source.may_export(export.user)):
        raise PermissionDenied
    found = source.records(export.user, export.query, export.selected)
    return resource(export).filter_export(found)


def resource(export: Export) -> Any:
    return sources.get(export.source).resources[export.resource]()


def is_large(found: QuerySet | Sequence[Any]) -> bool:
    """More than a browser should wait for."""
    most = settings.EXPORT_ROWS_AT_ONCE
    if isinstance(found, QuerySet):
        return found.order_by()[: most + 1].count() > most
    return len(found) > most


def write(export: Export) -> None:
    """Writes the file. Safe to repeat: a second run finds it ready, or writes it anew."""
    if not export.move(State.WAITING, State.WRITING, to=State.WRITING, rows=0):
        return
    try:
        with TemporaryFile() as target:
            _write_rows(export, target)
            size = _keep(export, target)
    except (CannotWrite, PermissionDenied, IncorrectLookupParameters) as refusal:
        export.move(State.WRITING, to=State.FAILED, error=_why(refusal), finished_at=timezone.now())
        return
    except Exception:
        error = _("Something went wrong while writing. It has been logged.")
        export.move(State.WRITING, to=State.FAILED, error=error, finished_at=timezone.now())
        raise
    export.move(State.WRITING, to=State.READY, rows=export.rows, size=size, finished_at=timezone.now())


def _why(refusal: Exception) -> str:
    if isinstance(refusal, PermissionDenied):
        return _("You may no longer export this.")
    return str(refusal) if isinstance(refusal, CannotWrite) else _("The filters of the list cannot be read.")


def _write_rows(export: Export, target: IO[bytes]) -> None:
    with snapshot(replica.where_to_read(settings.EXPORT_READS_FROM)):
        rows = resource(export).rows(records(export), export.columns)
        FORMATS[export.format]().write(target, _noting_progress(export, rows))


def _noting_progress(export: Export, rows: Iterable[list]) -> Iterator[list]:
    """The rows themselves, counted; now and then the count is saved for the page that waits."""
    told = time.monotonic()
    for number, row in enumerate(rows):
        yield row
        export.rows = number  # the headings are none
        if not number % 1_000 and time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            Export.objects.filter(pk=export.pk).update(rows=number)


def _keep(export: Export, target: IO[bytes]) -> int:
    size = target.seek(0, 2)
    target.seek(0)
    storage, name = export.file.storage, str(export.file)
    storage.delete(name)  # of a run that did not live to say so
    if storage.save(name, File(target)) != name:
        raise OSError(f"{name} is taken.")
    return size


def expire(now=None) -> int:
    """Deletes the files of exports whose time is over; the record of who exported what stays."""
    over = Export.objects.filter(expires_at__lte=now or timezone.now()).exclude(state=State.EXPIRED)
    for export in over:
        export.file.storage.delete(str(export.file))
        export.move(*State.values, to=State.EXPIRED)
    return len(over)
