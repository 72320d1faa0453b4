"""What happened to a record, newest first: its history rows with the fields that changed, and what apps contribute.

An app adds a stream for a model with ``contribute``: the lines of an order, the movements of an item, its messages.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Min
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
        return str(VERBS.get(self.kind, ""))

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


def of_record(record: Any) -> list[Entry]:
    rows = type(record).history.filter(**{type(record)._meta.pk.name: record.pk})
    return [replace(entry, what="") for entry, _row in _diffed(rows)]


def of_children(model: Any, **parent) -> list[Entry]:
    """Entries of the rows of ``model`` that belong, or once belonged, to ``parent``."""
    return [entry for entry, _row in _diffed(model.history.filter(**parent), but=set(parent))]


def of_change_set(change_set: ChangeSet) -> list[Entry]:
    """Everything an act changed, in every tracked table, with what it was before, and what apps contribute."""
    changed = (_changed_in(model, change_set) for model in history_models())
    return merged(*changed, *(stream(change_set) for stream in _streams[ChangeSet]))


def summarise(change_sets: Iterable[ChangeSet]) -> dict[int, str]:
    """What each act did, in a few words: "changed order SO-1299 and 3 more". A fixed number of queries."""
    keys = [change_set.pk for change_set in change_sets if not change_set.summary]
    first: dict[int, str] = {}
    count: Counter[int] = Counter()
    for model in history_models():
        for change_set_id, text, rows in _firsts(model, keys):
            first.setdefault(change_set_id, text)
            count[change_set_id] += rows
    return {key: _and_more(text, count[key] - 1) for key, text in first.items()}


def _firsts(model: Any, change_set_ids: list[int]) -> Iterator[tuple[int, str, int]]:
    """(change set, what happened to its first row of this table, number of its rows)"""
    found = model.objects.filter(change_set__in=change_set_ids).order_by().values("change_set")
    counted = {row["first"]: row["rows"] for row in found.annotate(first=Min("history_id"), rows=Count("history_id"))}
    rows = model.objects.in_bulk(counted)
    names = _names_of_related(rows.values())
    for key, row in rows.items():
        yield row.change_set_id, f"{VERBS[KINDS[row.history_type]]} {_describe(row, names, ())}", counted[key]


def _and_more(text: str, more: int) -> str:
    return _("%(text)s and %(more)d more") % {"text": text, "more": more} if more else text


def history_models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, HistoryRow)]


def _changed_in(model: Any, change_set: ChangeSet) -> Iterator[Entry]:
    rows = list(model.objects.filter(change_set=change_set).order_by("history_id")[:MOST_ROWS])
    pk = model.instance_type._meta.pk.name
    earlier = model.objects.filter(**{f"{pk}__in": {getattr(row, pk) for row in rows}})
    for entry, row in _diffed(earlier.filter(history_id__lte=rows[-1].history_id) if rows else model.objects.none()):
        if row.change_set_id == change_set.pk:
            yield entry


def _diffed(queryset: models.QuerySet, but: Collection[str] = ()) -> Iterator[tuple[Entry, Any]]:
    """Pairs of entry and row; each row is compared with the one of the same record before it."""
    rows = list(queryset.select_related("change_set").order_by("-history_id")[:MOST_ROWS])[::-1]
    names = _names_of_related(rows)
    before: dict[Any, Any] = {}
    for row in rows:
        pk = getattr(row, row.instance_type._meta.pk.attname)
        yield _entry(row, before.get(pk), names, but), row
        before[pk] = row


def _entry(row, before, names, but: Collection[str]) -> Entry:
    return Entry(
        kind=KINDS[row.history_type],
        at=row.history_date,
        change_set=row.change_set,
        what=_describe(row, names, but),
        changes=tuple(_changes(row, before, names)) if row.history_type == "~" else (),
        order=row.history_id,
    )


def _changes(row, before, names) -> Iterator[tuple[str, str, str]]:
    for field in row.tracked_fields:
        new = getattr(row, field.attname)
        old = getattr(before, field.attname) if before else None
        if old != new and field.editable | (field.name == "status"):
            yield capfirst(field.verbose_name), _shown(field, old, names), _shown(field, new, names)


def _describe(row, names, but: Collection[str]) -> str:
    """The kind of record and its own text, or, where it is but a number, the records it stands for."""
    model, fields = row.instance_type, row.tracked_fields
    own = str(model(**{field.attname: getattr(row, field.attname) for field in fields}))
    if own.startswith("#"):
        related = [field for field in fields if field.is_relation and not {field.name, field.attname} & set(but)]
        own = " · ".join(_shown(field, getattr(row, field.attname), names) for field in related)
    return f"{model._meta.verbose_name} {own}"


def _shown(field: models.Field, value: Any, names: dict[tuple[Any, Any], str]) -> str:
    if value is None:
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(localize(value))


def _names_of_related(rows: Iterable) -> dict[tuple[Any, Any], str]:
    """The texts of all records that the rows point at: one query for each related model."""
    wanted: dict[Any, set] = defaultdict(set)
    for row in rows:
        for field in row.tracked_fields:
            if field.is_relation and (key := getattr(row, field.attname)):
                wanted[field.related_model].add(key)
    found = {}
    for model, keys in wanted.items():
        found.update({(model, pk): str(record) for pk, record in model._base_manager.in_bulk(keys).items()})
    return found
