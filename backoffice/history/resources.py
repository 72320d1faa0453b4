"""Activity as a spreadsheet: a row for each changed field, so that it can be filtered, counted and kept."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import capfirst
from import_export.fields import Field

from backoffice.exports import sources
from backoffice.exports.resources import ExportResource
from backoffice.exports.sources import Source
from backoffice.history import activity
from backoffice.history.activity_page import ActivityPage
from backoffice.history.entries import Entry
from backoffice.history.kinds import Kind
from backoffice.history.models import ChangeSet

ACTS, ROWS = 200, 500  # read at once


@dataclass(frozen=True)
class Line:
    act: ChangeSet
    entry: Entry
    field: str = ""
    old: str = ""
    new: str = ""

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def what(self) -> str:
        return capfirst(self.entry.what)

    @property
    def verb(self) -> str:
        return self.entry.verb or self.entry.kind


class ActivityResource(ExportResource):
    act = Field(attribute="act__pk", column_name="act")
    at = Field(attribute="at", column_name="at")
    user_name = Field(attribute="act__user_name", column_name="who")
    source = Field(attribute="act__source", column_name="source")
    summary = Field(attribute="act__summary", column_name="summary")
    reason = Field(attribute="act__reason", column_name="reason")
    verb = Field(attribute="verb", column_name="did")
    what = Field(attribute="what", column_name="what")
    field = Field(attribute="field", column_name="field")
    old = Field(attribute="old", column_name="old")
    new = Field(attribute="new", column_name="new")

    class Meta:
        model = ChangeSet
        fields = ("act", "at", "user_name", "source", "summary", "reason", "verb", "what", "field", "old", "new")
        export_order = fields


class ActivitySource(Source):
    """What the feed shows to somebody under its filters."""

    name = ChangeSet._meta.label_lower
    resources = (ActivityResource,)

    def label(self):
        return str(ChangeSet._meta.verbose_name_plural)

    def may_export(self, user):
        return user.has_perms(["history.view_changeset", "history.export_changeset"])

    def records(self, user, query, selected):
        page = ActivityPage(sources.request_of(user, query))
        acts = activity.every(page.wanted, page.sight)
        if selected is not None:
            acts = acts.filter(pk__in=selected)
        return Lines(acts, activity.shown_kinds(page.wanted, page.sight), page.sight)


class Lines(Sequence):
    """The lines of acts. Its length is a bound that tells few from many."""

    def __init__(self, acts: QuerySet, kinds: list[Kind], sight: Any):
        self.acts, self.kinds, self.sight = acts, kinds, sight

    def __len__(self) -> int:
        most = settings.EXPORT_ROWS_AT_ONCE + 1
        keys = list(self.acts.values_list("pk", flat=True)[:most])
        return most if len(keys) == most else sum(n for _keys, n in activity.heads_of(keys, self.kinds).values())

    def __getitem__(self, index):
        return list(self)[index]

    def __iter__(self) -> Iterator[Line]:
        for acts in batched(self.acts.iterator(chunk_size=ACTS), ACTS):
            heads = activity.heads_of([act.pk for act in acts], self.kinds)
            few = {
                act.pk for act in acts if not any(heads[kind.name, act.pk][1] > activity.MANY for kind in self.kinds)
            }
            told: dict[int, list[Line]] = defaultdict(list)
            for line in self._lines(few):
                told[line.act.pk].append(line)
            for act in acts:
                yield from told[act.pk] if act.pk in few else self._lines({act.pk})

    def _lines(self, acts: set[int]) -> Iterator[Line]:
        for kind in self.kinds:
            rows = kind.rows(change_set__in=acts).order_by("pk").iterator(chunk_size=ROWS)
            for batch in batched(rows, ROWS):
                for entry in self.sight.filtered(kind.tell(batch)):
                    yield from lines_of(entry)


def lines_of(entry: Entry) -> Iterable[Line]:
    """One for each changed field; one where a record came, went or was written about."""
    if entry.is_silent:
        return []
    if not entry.changes:
        return [Line(entry.change_set, entry)]
    return [Line(entry.change_set, entry, *change) for change in entry.changes]
