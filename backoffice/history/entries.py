"""What one row of history says: who did what to which record, with the fields that changed, in words for people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history.models import ChangeSet, HistoryRow

KINDS = {"+": "created", "~": "changed", "-": "deleted"}
VERBS = {"created": gettext_lazy("created"), "changed": gettext_lazy("changed"), "deleted": gettext_lazy("deleted")}

Names = dict[tuple[Any, Any], str]  # (model, primary key) of a record → its text


@dataclass(frozen=True)
class Entry:
    kind: str  # created, changed, deleted, or a word of the app that contributes it; the stylesheet knows it
    at: datetime
    change_set: ChangeSet
    what: str = ""  # kind and text of the record
    changes: tuple[tuple[str, str, str], ...] = ()  # label, old, new
    url: str = ""
    order: int = 0  # breaks ties of the clock
    name: str = ""  # the record's text alone
    model: Any = None  # with ``pk``: the record on whose page it is told, which may be looked at or not
    pk: Any = None
    stream: str = ""  # where a timeline shows it
    row: Any = field(default=None, repr=False, compare=False)  # the history row itself, where it is one

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

    @property
    def is_silent(self) -> bool:
        """Whether nothing that people are told changed: only figures that follow from others."""
        return self.kind == "changed" and not self.changes


def merged(*streams: Iterable[Entry]) -> list[Entry]:
    entries = [entry for stream in streams for entry in stream]
    return sorted(entries, key=lambda entry: (entry.at, entry.order), reverse=True)


def history_models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, HistoryRow)]


# Rows and the ones before them ----------------------------------------------------------------------------------------


def of_rows(rows: Iterable[Any], but: Collection[str] = ()) -> list[Entry]:
    """Entries of rows of one historical model, in their order. Fields in ``but`` are not repeated in descriptions.

    Two queries, and one for each related model whose names are needed.
    """
    rows = list(rows)
    before = _before(rows)
    pairs = [(row, before.get(row.history_id)) for row in rows]
    names = names_of_related([row for pair in pairs for row in pair if row])
    return [_entry(row, old, names, but) for row, old in pairs]


def _before(rows: Sequence[Any]) -> dict[int, Any]:
    """By history id: the version of the same record before each row that says that it changed."""
    changed = [row.history_id for row in rows if row.history_type == "~"]
    if not changed:
        return {}
    model = type(rows[0])
    pk = model.instance_type._meta.pk.attname
    versions = model.objects.filter(**{pk: OuterRef(pk)}, history_id__lt=OuterRef("history_id"))
    newest = Subquery(versions.order_by("-history_id").values("history_id")[:1])
    pairs = dict(model.objects.filter(pk__in=changed).order_by().values_list("history_id", newest))
    found = model.objects.in_bulk([key for key in pairs.values() if key])
    return {key: found[earlier] for key, earlier in pairs.items() if earlier}


def _entry(row, before, names: Names, but: Collection[str]) -> Entry:
    model = row.instance_type
    name = describe(row, names, but)
    about, pk = told_with(row)
    return Entry(
        kind=KINDS[row.history_type],
        at=row.history_date,
        change_set=row.change_set,
        what=f"{model._meta.verbose_name} {name}",
        changes=tuple(changes(before, row, names)) if row.history_type == "~" else (),
        order=row.history_id,
        name=name,
        model=about,
        pk=pk,
        row=row,
    )


def told_with(row: Any) -> tuple[Any, Any]:
    """The record, as model and primary key, on whose page a row is told: its own, or its parent's."""
    model = row.instance_type
    if not row.parent:
        return model, getattr(row, model._meta.pk.attname)
    parent = model._meta.get_field(row.parent)
    return parent.related_model, getattr(row, parent.attname)


def changes(old: Any, new: Any, names: Names) -> Iterator[tuple[str, str, str]]:
    """Label, old and new value of each field that people are told of."""
    for each in told_fields(type(new)):
        was, now = getattr(old, each.attname) if old else None, getattr(new, each.attname)
        if was != now:
            yield capfirst(str(each.verbose_name)), shown(each, was, names), shown(each, now, names)


def told_fields(model: Any) -> list[models.Field]:
    pk = model.instance_type._meta.pk.name
    return [each for each in model.tracked_fields if each.name != pk and each.name not in model.quiet]


# Words ----------------------------------------------------------------------------------------------------------------


def describe(row: Any, names: Names, but: Collection[str] = ()) -> str:
    """The record's own text, or, where that is but a number, the texts of the records that it stands for."""
    model, fields = row.instance_type, row.tracked_fields
    own = str(model(**{each.attname: getattr(row, each.attname) for each in fields}))
    if not own.startswith("#"):
        return own
    related = (each for each in fields if each.is_relation and not {each.name, each.attname} & set(but))
    return " · ".join(text for each in related if (text := shown(each, getattr(row, each.attname), names)))


def shown(each: models.Field, value: Any, names: Names) -> str:
    """A field's value as people say it."""
    if value is None:
        return ""
    if each.is_relation:
        return names.get((each.related_model, value), f"#{value}")
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(localize(localtime(value) if isinstance(value, datetime) else value))


def names_of_related(rows: Iterable[Any]) -> Names:
    """The texts of all records that rows of one historical model point at: a query for each related model."""
    wanted: dict[Any, set] = defaultdict(set)
    for row in rows:
        for each in row.tracked_fields:
            if each.is_relation and (key := getattr(row, each.attname)):
                wanted[each.related_model].add(key)
    found: Names = {}
    for model, keys in wanted.items():
        found |= names_of(model, keys)
    return found


def names_of(model: Any, keys: Collection[Any]) -> Names:
    """The texts of records, of those that are gone from the last that history knows of them."""
    live = {pk: str(record) for pk, record in model._base_manager.in_bulk(keys).items()}
    gone = set(keys) - set(live)
    if gone and hasattr(model, "history"):
        pk = model._meta.pk.attname
        last = model.history.model.objects.filter(history_type="-", **{f"{pk}__in": gone})
        live |= {getattr(row, pk): describe(row, {}) for row in last}
    return {(model, pk): text for pk, text in live.items()}


def under(stream: str, entries: Iterable[Entry]) -> list[Entry]:
    return [replace(entry, stream=stream) for entry in entries]
