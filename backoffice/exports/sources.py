"""What can be exported, by name, so that a worker finds it again.

The list of every admin that is an ``ExportAdmin`` is a source under its model's label (``inventory.item``). Anything
else registers a ``Source`` of its own when its app is ready: a report, figures as of a date.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from backoffice.exports.resources import ExportResource

_sources: dict[str, "Source"] = {}


class Source(ABC):
    """Something with rows. ``query`` is a query string; ``selected`` are primary keys, None for all that it finds."""

    name: str
    resources: ClassVar[Sequence[type[ExportResource]]]

    @abstractmethod
    def label(self) -> str:
        """What it is called for people."""

    @abstractmethod
    def may_export(self, user: Any) -> bool: ...

    @abstractmethod
    def records(self, user: Any, query: str, selected: list | None) -> QuerySet | Sequence[Any]:
        """What this user sees of it, to be read on any database alias."""


class ListSource(Source):
    """What an admin's list shows to somebody under its filters and search."""

    def __init__(self, model_admin: Any):
        self.admin = model_admin
        self.name = model_admin.opts.label_lower

    @property
    def resources(self):
        return self.admin.get_export_resource_classes(None)

    def label(self):
        return str(self.admin.opts.verbose_name_plural)

    def may_export(self, user):
        return self.admin.has_export_permission(request_of(user))

    def records(self, user, query, selected):
        found = self.admin.get_export_queryset(request_of(user, query))
        return found if selected is None else found.filter(pk__in=selected)


def request_of(user: Any, query: str = "") -> HttpRequest:
    """A request as the list would get it; the worker has none of its own."""
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", user, QueryDict(query)
    return request


def register(source: type[Source]) -> None:
    _sources[source.name] = source()


def get(name: str) -> Source:
    """Raises LookupError."""
    if name in _sources:
        return _sources[name]
    for model, model_admin in admin.site._registry.items():
        if model._meta.label_lower == name and hasattr(model_admin, "get_export_queryset"):
            return ListSource(model_admin)
    raise LookupError(name)


def every() -> Iterable[Source]:
    lists = [each for each in admin.site._registry.values() if hasattr(each, "get_export_queryset")]
    return [*_sources.values(), *(ListSource(each) for each in lists)]
