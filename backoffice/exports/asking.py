"""Asking for an export: a small one is answered with its file, a larger one with a page that shows when it is ready."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.files import File
from django.db import transaction
from django.http import FileResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.exports import sources, tasks, writing
from backoffice.exports.formats import FORMATS
from backoffice.exports.models import Export
from backoffice.exports.signals import handed_over


def ask(
    request: Any,
    source: str,
    *,
    query: str = "",
    selected: list | None = None,
    format: str = "xlsx",
    resource: int = 0,
    columns: Sequence[str] = (),
) -> HttpResponseBase:
    """Exports what ``source`` gives this user for ``query``. Raises PermissionDenied, LookupError."""
    asked = Export(user=request.user, source=source, label=sources.get(source).label(), format=format, query=query)
    asked.selected, asked.resource, asked.columns = selected, resource, list(columns)
    if writing.is_large(writing.records(asked)):
        with transaction.atomic():
            asked.save()
            tasks.write_export.enqueue(asked.pk)
        return _to_page(asked)
    asked.save()
    writing.write(asked)
    if asked.is_ready:
        return download(request, asked)
    messages.error(request, asked.error)
    return _to_page(asked)


def _to_page(export: Export) -> HttpResponseBase:
    return HttpResponseRedirect(reverse("admin:exports_export_change", args=[export.pk]))


def download(request: Any, export: Export) -> HttpResponseBase:
    kind = FORMATS[export.format]().get_content_type()
    return hand_over(request, export.file, export.file_name, kind)


def hand_over(request: Any, file: File, name: str, content_type: str) -> HttpResponseBase:
    """Sends a file with records as a download, which is told to whoever keeps account of that."""
    handed_over.send(None, request=request, name=name)
    return FileResponse(file.open(), as_attachment=True, filename=name, content_type=content_type)
