"""What happened to a record, newest first: its own changes, those of what belongs to it, and what people noted.

An app adds a stream with ``contribute``: the lines of an order, the movements of an item, its messages. A page is a
number of acts; everything that an act did to the record stands together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.history import entries, kinds
from backoffice.history.entries import Entry, merged, under
from backoffice.history.kinds import Kind
from backoffice.history.models import ChangeSet, Note
from backoffice.history.sight import Sight

__all__ = ["Entry", "Stream", "contribute", "merged", "of", "of_change_set", "of_children", "of_record", "page"]

MOST_ROWS = 500  # of one record or one change set; a page of more would not be read
ACTS = 25  # on a page


@dataclass(frozen=True)
class Stream:
    """One kind of rows of a record: ``rows(pk)`` finds them, also when the record itself is gone."""

    name: str  # in the address
    label: str | Promise
    kind: Kind
    rows: Callable[[Any], models.QuerySet]
    but: tuple[str, ...] = ()  # what need not be said again: the record itself
    is_version: bool = False  # its rows say what the record was: its own versions, or those of a part of it

    def tell(self, rows: Iterable[Any]) -> list[Entry]:
        is_history = self.kind.model is not self.kind.record
        told = entries.of_rows(rows, self.but) if is_history else self.kind.tell(rows)
        return under(self.name, told)


@dataclass(frozen=True)
class Act:
    """What one change set did to the record, in the order in which it happened."""

    change_set: ChangeSet
    entries: list[Entry]


@dataclass(frozen=True)
class Page:
    acts: list[Act]
    streams: list[Stream]
    older: int | None  # the change set to go on before


_streams: dict[type[models.Model], list[Stream]] = defaultdict(list)


def contribute(model: type[models.Model], stream: Stream) -> None:
    """Adds a stream to the timelines of ``model``. Safe to repeat."""
    if stream.name not in {each.name for each in _streams[model]}:
        _streams[model].append(stream)


def children(name: str, label: str | Promise, model: Any, parent: str) -> Stream:
    """The stream of the rows of ``model`` that belong, or once belonged, to a record; ``parent`` is the foreign key."""
    history = model.history.model
    attname = model._meta.get_field(parent).attname
    return Stream(name, label, kinds.of_history(history), _where(history, attname), (parent,), is_version=True)


def streams_of(model: Any) -> list[Stream]:
    return [_own(model), *_streams[model], _notes(model)]


def _own(model: Any) -> Stream:
    history = model.history.model
    rows = _where(history, model._meta.pk.attname)
    return Stream("changes", _("Changes"), kinds.of_history(history), rows, is_version=True)


def _where(history: Any, attname: str) -> Callable[[Any], models.QuerySet]:
    return lambda key: history.objects.filter(**{attname: key})


def _notes(model: Any) -> Stream:
    rows = lambda pk: Note.objects.filter(kind=model._meta.label_lower, object_id=pk)  # noqa: E731  (one line says it)
    return Stream("notes", _("Notes"), NOTES, rows)


def tell_notes(notes: Iterable[Note]) -> list[Entry]:
    notes = list(notes)
    pks: dict[Any, set] = defaultdict(set)
    for note in notes:
        pks[note.record[0]].add(note.object_id)
    names = {key: text for model in pks for key, text in entries.names_of(model, pks[model]).items()}
    return [_note(note, names.get(note.record, f"#{note.object_id}")) for note in notes]


def _note(note: Note, name: str) -> Entry:
    model, pk = note.record
    at, act = note.change_set.at, note.change_set
    return Entry("noted", at, act, what=note.text, order=note.pk, name=name, model=model, pk=pk)


NOTES = kinds.register(Note, tell_notes)

# Pages ----------------------------------------------------------------------------------------------------------------


def page(model: Any, pk: Any, sight: Sight | None = None, show: str = "", before: int | None = None) -> Page:
    """The newest acts on a record before a change set; ``show`` names the one stream that is wanted."""
    allowed = [stream for stream in streams_of(model) if sight is None or sight.sees(stream.kind)]
    wanted = [stream for stream in allowed if show in ("", stream.name)]
    newest = sorted({act for stream in wanted for act in _acts(stream, pk, before)}, reverse=True)
    told = [entry for stream in wanted for entry in _told(stream, pk, newest[:ACTS])]
    visible = sight.filtered(told) if sight else told
    return Page(_grouped(visible), allowed, newest[ACTS - 1] if len(newest) > ACTS else None)


def _acts(stream: Stream, pk: Any, before: int | None) -> Iterable[int]:
    rows = stream.rows(pk).filter(change_set__lt=before) if before else stream.rows(pk)
    return rows.order_by("-change_set_id").values_list("change_set_id", flat=True).distinct()[: ACTS + 1]


def _told(stream: Stream, pk: Any, acts: list[int]) -> list[Entry]:
    rows = stream.rows(pk).filter(change_set__in=acts).select_related(*stream.kind.related)
    return stream.tell(rows.order_by("-pk")[:MOST_ROWS])


def _grouped(told: Iterable[Entry]) -> list[Act]:
    """Acts, newest first; what only follows from other changes is left out."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in merged(told):
        if not entry.is_silent:
            found[entry.change_set.pk].append(entry)
    return [Act(found[pk][0].change_set, found[pk][::-1]) for pk in sorted(found, reverse=True)]


def acts_of(model: Any, pk: Any, most: int) -> list[ChangeSet]:
    """The newest acts that changed a record or what belongs to it."""
    versions = (stream for stream in streams_of(model) if stream.is_version)
    rows = [stream.rows(pk).order_by().values_list("change_set_id") for stream in versions]
    return list(ChangeSet.objects.filter(pk__in=rows[0].union(*rows[1:])).order_by("-pk")[:most])


# Without pages --------------------------------------------------------------------------------------------------------


def of(record: models.Model) -> list[Entry]:
    """What happened to a record in its newest acts, newest first."""
    return merged(*(act.entries for act in page(type(record), record.pk).acts))


def of_record(record: Any) -> list[Entry]:
    """The record's own changes."""
    return _own(type(record)).tell(_own(type(record)).rows(record.pk).select_related("change_set")[:MOST_ROWS])


def of_children(model: Any, **parent) -> list[Entry]:
    """Entries of the rows of ``model`` that belong, or once belonged, to ``parent``."""
    rows = model.history.filter(**parent).select_related("change_set").order_by("-history_id")
    return entries.of_rows(rows[:MOST_ROWS], set(parent))


def of_change_set(change_set: ChangeSet) -> list[Entry]:
    """Everything an act changed, in every tracked table, with what it was before, and what apps contribute."""
    told = (kind.tell(kind.rows(change_set=change_set).order_by("pk")[:MOST_ROWS]) for kind in kinds.all_kinds())
    return merged(*told)
