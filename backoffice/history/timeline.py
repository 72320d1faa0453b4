"""What happened to a record, newest first: its history rows with the fields that changed, and what apps contribute.

An app adds a stream for a model with ``contribute``: the lines of an order, the movements of an item, its messages.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history.models import ChangeSet, HistoryRow

KINDS = {"+": "created", "~": "changed", "-": "deleted"}
VERBS = {"created": gettext_lazy("created"), "changed": gettext_lazy("changed"), "deleted": gettext_lazy("deleted")}
MOST_ROWS = 500  # of one record or one change set; a page of more would not be read


@dataclass(frozen=True)
class Entry:
    kind: str  # created, changed, deleted, or a word of the app that contributes it; the stylesheet knows it
    at: datetime
    change_set: ChangeSet
    what: str = ""  # blank: the record itself
    changes: tuple[tuple[str, str, str], ...] = ()  # label, old, new
    url: str = ""
    order: int = 0  # breaks ties of the clock

    @property
    def who(self) -> str:
        return self.change_set.user_name

    @property
    def verb(self) -> str:
        return VERBS.get(self.kind, "")

    @property
    def source(self) -> str:
        return self.change_set.summary or self.change_set.get_source_display()

    @property
    def reason(self) -> str:
        return self.change_set.reason


Stream = Callable[[Any], Iterable[Entry]]
_streams: dict[type[models.Model], list[Stream]] = defaultdict(list)


def contribute(model: type[models.Model], stream: Stream) -> None:
    """``stream(record)`` gives further entries for the timeline of a record of ``model``. Safe to repeat."""
    if stream not in _streams[model]:
        _streams[model].append(stream)


def of(record: models.Model) -> list[Entry]:
    """Everything that happened to a record, newest first."""
    return merged(of_record(record), *(stream(record) for stream in _streams[type(record)]))


def merged(*streams: Iterable[Entry]) -> list[Entry]:
    entries = [entry for stream in streams for entry in stream]
    return sorted(entries, key=lambda entry: (entry.at, entry.order), reverse=True)


def of_record(record: models.Model) -> list[Entry]:
    return list(_entries(type(record).history.filter(pk_of(type(record), record.pk)), named=False))


def of_children(model: type[models.Model], **parent) -> list[Entry]:
    """Entries of the rows of ``model`` that belong, or once belonged, to ``parent``."""
    return list(_entries(model.history.filter(**parent), named=True))


def of_change_set(change_set: ChangeSet) -> list[Entry]:
    """Everything an act changed, in every tracked table, with what it was before."""
    streams = (_changed_in(model, change_set) for model in history_models())
    return merged(*streams)


def history_models() -> list[type[HistoryRow]]:
    return [model for model in apps.get_models() if issubclass(model, HistoryRow)]


def pk_of(model: type[models.Model], pk: Any) -> models.Q:
    return models.Q(**{model._meta.pk.name: pk})


def _changed_in(model: type[HistoryRow], change_set: ChangeSet) -> Iterator[Entry]:
    rows = list(model.objects.filter(change_set=change_set).order_by("history_id")[:MOST_ROWS])
    pk = model.instance_type._meta.pk.name
    earlier = model.objects.filter(**{f"{pk}__in": {getattr(row, pk) for row in rows}})
    for entry, row in _diffed(earlier.filter(history_id__lte=rows[-1].history_id) if rows else []):
        if row.change_set_id == change_set.pk:
            yield entry


def _entries(rows: models.QuerySet, named: bool) -> Iterator[Entry]:
    for entry, _row in _diffed(rows, named):
        yield entry


def _diffed(rows: Iterable, named: bool = True) -> Iterator[tuple[Entry, Any]]:
    """Pairs of entry and row; each row is compared with the one of the same record before it."""
    if isinstance(rows, models.QuerySet):
        rows = list(rows.select_related("change_set").order_by("-history_id")[:MOST_ROWS])[::-1]
    names = _names_of_related(rows)
    before: dict[Any, Any] = {}
    for row in rows:
        pk = getattr(row, row.instance_type._meta.pk.attname)
        yield _entry(row, before.get(pk), names, named), row
        before[pk] = row


def _entry(row, before, names, named: bool) -> Entry:
    return Entry(
        kind=KINDS[row.history_type],
        at=row.history_date,
        change_set=row.change_set,
        what=_describe(row, names) if named else "",
        changes=tuple(_changes(row, before, names)) if row.history_type == "~" else (),
        order=row.history_id,
    )


def _changes(row, before, names) -> Iterator[tuple[str, str, str]]:
    for field in row.tracked_fields:
        new = getattr(row, field.attname)
        old = getattr(before, field.attname) if before else None
        if old != new and field.editable | (field.name == "status"):
            yield capfirst(field.verbose_name), _shown(field, old, names), _shown(field, new, names)


def _describe(row, names) -> str:
    """The kind of record and what names it: its first related records, or else its own text."""
    related = [_shown(field, getattr(row, field.attname), names) for field in row.tracked_fields if field.is_relation]
    own = str(row.instance) if not related else ""
    label = row.instance_type._meta.verbose_name
    return f"{label} {own or ' · '.join(related[-1:])}"


def _shown(field: models.Field, value: Any, names: dict[tuple[type, Any], str]) -> str:
    if value is None:
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(localize(value))


def _names_of_related(rows: Iterable) -> dict[tuple[type, Any], str]:
    """The texts of all records that the rows point at: one query for each related model."""
    wanted: dict[type, set] = defaultdict(set)
    for row in rows:
        for field in row.tracked_fields:
            if field.is_relation and (key := getattr(row, field.attname)):
                wanted[field.related_model].add(key)
    found = {}
    for model, keys in wanted.items():
        found.update({(model, pk): str(record) for pk, record in model._base_manager.in_bulk(keys).items()})
    return found
