"""Who may see what of the past: a kind of record by its view permission, a single record by its admin's queryset."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db.models import Exists, OuterRef
from django.urls import reverse

from backoffice.history.entries import Entry
from backoffice.history.kinds import Kind


class Sight:
    """What the person who sent a request may look at."""

    def __init__(self, request: Any):
        self.request = request

    def sees(self, kind: Kind) -> bool:
        return self.request.user.has_perm(kind.permission)

    def sees_model(self, model: Any) -> bool:
        return self.request.user.has_perm(f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}")

    def of(self, kinds: Iterable[Kind]) -> list[Kind]:
        return [kind for kind in kinds if self.sees(kind)]

    def filtered(self, entries: Iterable[Entry]) -> list[Entry]:
        """Without those of records that may not be seen; the others know where they lead. A query for each model."""
        entries = list(entries)
        wanted: dict[Any, set] = defaultdict(set)
        for entry in entries:
            if entry.model:
                wanted[entry.model].add(entry.pk)
        seen = {model: self._live(model, pks) for model, pks in wanted.items()}
        return [self._linked(entry, seen.get(entry.model, {})) for entry in entries if self._may(entry, seen)]

    def hidden(self, model: Any, pks: set) -> set:
        """Those that exist and that this person may not see."""
        return {pk for pk, is_seen in self._live(model, pks).items() if not is_seen}

    def _live(self, model: Any, pks: set) -> dict[Any, bool]:
        """By primary key of those that still exist: whether this person may see them."""
        live = model._base_manager.filter(pk__in=pks).order_by()
        if not admin.site.is_registered(model):
            return dict.fromkeys(live.values_list("pk", flat=True), True)
        mine = admin.site.get_model_admin(model).get_queryset(self.request).filter(pk=OuterRef("pk"))
        return dict(live.values_list("pk", Exists(mine)))

    @staticmethod
    def _may(entry: Entry, seen: dict[Any, dict[Any, bool]]) -> bool:
        return seen.get(entry.model, {}).get(entry.pk, True)

    @staticmethod
    def _linked(entry: Entry, live: dict[Any, bool]) -> Entry:
        return entry if entry.url or not entry.model else replace(entry, url=url_of(entry.model, entry.pk, live))


class Everything(Sight):
    """For what is not shown to anybody in particular."""

    def __init__(self):
        super().__init__(None)

    def sees(self, kind: Kind) -> bool:
        return True

    def sees_model(self, model: Any) -> bool:
        return True

    def filtered(self, entries: Iterable[Entry]) -> list[Entry]:
        return list(entries)


def url_of(model: Any, pk: Any, live: Iterable[Any]) -> str:
    """The page of a record, or of its history when it is gone; blank where there is none."""
    if not admin.site.is_registered(model):
        return ""
    page = "change" if pk in live else "history"
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=[pk])
