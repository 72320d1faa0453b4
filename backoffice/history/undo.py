"""How records go back to what they were before an act: the parts of what it did to each, and the three ways of a part.

What nobody touched since goes back. What somebody touched is kept unless it is ticked. What cannot go back says why.
An app contributes a ``Way`` for each kind of record that stands on its own; one that its fields alone describe needs no
code of its own.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib.auth import get_permission_codename
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history.models import ChangeSet, HistoryRow, Tracked, Undo

CREATED, DELETED = "+", "-"  # parts that are the whole record


class Outcome(models.TextChoices):
    BACK = "back", gettext_lazy("goes back")
    TOUCHED = "touched", gettext_lazy("changed since")
    STUCK = "stuck", gettext_lazy("stays")
    SAME = "same", gettext_lazy("is so already")


@dataclass
class Part:
    """One thing that an act did to a record: a field it set, a record it made or removed, units it moved."""

    key: str  # “inventory.item:12:name”
    label: str
    now: str
    back: str
    outcome: str
    why: str = ""  # who touched it since, or why it stays
    name: str = ""  # the field, or CREATED or DELETED
    value: Any = None  # what the field goes back to
    change: "Change | None" = None

    def stick(self, why: str) -> None:
        self.outcome, self.why = Outcome.STUCK, why


def history_of(model: Any) -> Any:
    """The model of its history rows."""
    return model.history.model


@dataclass
class Change:
    """One tracked row as the act found it, as it left it, what happened to it since, and as it is now."""

    model: type[Tracked]
    pk: Any
    before: Any  # history rows; None where the record was not there
    first: Any
    after: Any
    later: list[Any]
    now: Any  # the record

    @property
    def was_there(self) -> bool:
        return self.before is not None and self.before.history_type != DELETED

    @property
    def is_forgotten(self) -> bool:
        """Whether what the record was before has been removed from history."""
        return self.before is None and self.first.history_type != CREATED

    @property
    def is_left_there(self) -> bool:
        return self.after.history_type != DELETED

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}:{self.pk}"

    def is_touched(self, names: Collection[str]) -> bool:
        """Whether the record says something else now than the act left it saying."""
        return self.now is None or any(getattr(self.now, name) != getattr(self.after, name) for name in names)

    def last_to_touch(self, names: Collection[str]) -> Any:
        """The newest history row since the act that changed one of these columns; None where none did."""
        found, previous = None, self.after
        for row in self.later:
            if row.history_type == DELETED or any(getattr(row, name) != getattr(previous, name) for name in names):
                found = row
            previous = row
        return found


@dataclass
class Group:
    """A record that stands on its own, with what belongs to it: they go back together."""

    way: "Way"
    pk: Any
    text: str = ""
    url: str = ""
    is_hidden: bool = False  # from somebody who may not look at it
    changes: list[Change] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)  # what the way read for it
    tried: list[Part] = field(default_factory=list)

    @property
    def root(self) -> Change | None:
        return next((change for change in self.changes if change.model is self.way.model), None)

    def hide(self) -> None:
        self.text, self.url, self.is_hidden = str(self.way.model._meta.verbose_name), "", True
        for part in self.parts:
            part.now = part.back = "…"

    def going(self, ticked: Collection[str] = ()) -> list[Part]:
        """The parts that go back; “*” ticks all."""
        return [
            part
            for part in self.parts
            if part.outcome == Outcome.BACK
            or (part.outcome == Outcome.TOUCHED and ("*" in ticked or part.key in ticked))
        ]

    def left(self) -> list[Part]:
        """What did not go back, though the act did it: refused, or somebody else's since."""
        tried = [part.key for part in self.tried]
        return [
            part
            for part in self.parts
            if part.outcome == Outcome.STUCK or (part.outcome == Outcome.TOUCHED and part.key not in tried)
        ]


class Way:
    """How records of one model, and of those that are a part of them, go back."""

    model: ClassVar[type[Tracked]]
    children: ClassVar[dict[type[Tracked], str]] = {}  # model -> the column that names its root
    kept: ClassVar[frozenset[str]] = frozenset()  # fields that never go back: counters, and what follows from others
    BULK = 0  # records that ``go_back_in_bulk`` takes at once; 0: they go one by one

    # What there is

    def tables(self) -> dict[type[Tracked], str]:
        return {self.model: self.model._meta.pk.attname, **self.children}

    def more_ids(self, change_set: ChangeSet) -> list[QuerySet]:
        """Further roots that the act touched, as querysets of one column named ``root``."""
        return []

    def scope_of(self, row: Any) -> str:
        """What an undo of a row that a timeline tells is an undo of; blank where it is none of these records."""
        if not isinstance(row, HistoryRow):
            return ""
        told: Any = row
        model = told.instance_type
        pk = getattr(row, model._meta.pk.attname)
        return f"{model._meta.label_lower}:{pk}" if model in self.tables() else ""

    def fields(self, model: type[Tracked]) -> list[models.Field]:
        return [f for f in history_of(model).tracked_fields if not f.primary_key and f.name not in self.kept]

    def complete(self, change_set: ChangeSet, groups: Iterable[Group]) -> None:
        """Reads what the parts need beside history, for all groups at once."""

    def lock(self, ids: Collection[Any]) -> None:
        """Locks what the receivers would lock one by one, in the order that is used everywhere, then the records."""
        records = (
            self.model._base_manager.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, of=("self",))
        )
        list(records.values_list("pk"))

    def permissions(self, parts: Iterable[Part]) -> set[str]:
        return {self.permission_of(part) for part in parts}

    def permission_of(self, part: Part) -> str:
        verbs = {CREATED: "delete", DELETED: "add"}
        model = part.change.model if part.change else self.model
        verb = verbs.get(part.name, "change") if model is self.model else "change"
        return f"{model._meta.app_label}.{get_permission_codename(verb, model._meta)}"

    # What goes back

    def parts(self, group: Group, shown) -> Iterator[Part]:
        for change in group.changes:
            yield from self.parts_of(group, change, shown)

    def parts_of(self, group: Group, change: Change, shown) -> Iterator[Part]:
        if change.is_forgotten:
            yield self.forgotten_part(change)
        elif change.was_there and change.is_left_there:
            yield from self.field_parts(change, shown)
        elif change.is_left_there:
            yield self.creation_part(group, change)
        elif change.was_there:
            yield self.deletion_part(change)

    def forgotten_part(self, change: Change) -> Part:
        part = Part(f"{change.label}:?", _("All fields"), "", "", Outcome.STUCK, change=change)
        part.why = _("What it was before has been removed from history.")
        return part

    def field_parts(self, change: Change, shown) -> Iterator[Part]:
        for f in self.fields(change.model):
            before, after = getattr(change.before, f.attname), getattr(change.after, f.attname)
            if before == after:
                continue
            now = getattr(change.now, f.attname) if change.now else None
            part = Part(
                key=f"{change.label}:{f.name}",
                label=str(capfirst(f.verbose_name)),
                now=shown(f, now),
                back=shown(f, before),
                outcome=Outcome.BACK,
                name=f.name,
                value=before,
                change=change,
            )
            self.weigh(part, change, before, after, now, f.attname)
            yield part

    def weigh(self, part: Part, change: Change, before: Any, after: Any, now: Any, column: str) -> None:
        if change.now is None:
            part.stick(_("It is not there any more."))
        elif now == before:
            part.outcome = Outcome.SAME
        elif now != after:
            part.outcome, part.why = Outcome.TOUCHED, whose(change.last_to_touch([column]))

    def creation_part(self, group: Group, change: Change) -> Part:
        part = Part(f"{change.label}:{CREATED}", _("Created"), _("is there"), _("removed"), Outcome.BACK)
        part.name, part.change = CREATED, change
        if change.now is None:
            part.outcome = Outcome.SAME
        elif change.is_touched(columns := [f.attname for f in self.fields(change.model)]):
            part.outcome, part.why = Outcome.TOUCHED, whose(change.last_to_touch(columns))
        return part

    def deletion_part(self, change: Change) -> Part:
        part = Part(f"{change.label}:{DELETED}", _("Deleted"), _("is gone"), _("comes back"), Outcome.BACK)
        part.name, part.change = DELETED, change
        if change.now is not None:
            part.outcome = Outcome.SAME
        return part

    def go_back(self, group: Group, parts: list[Part], reason: str) -> None:
        """Root before children where they come back, children before the root where they go. Receivers have their say:
        a part that is refused sticks, with the sentence."""
        with attempt(deleted := [part for part in parts if part.name == DELETED]):
            recreate(deleted)
        for mine in by_record(part for part in parts if part.name not in (CREATED, DELETED)):
            put_fields_back(mine)
        for part in reversed([part for part in parts if part.name == CREATED]):
            with attempt([part]):
                remove(part)

    def go_back_in_bulk(self, undo: Undo, ids: list[Any], *, gone: bool) -> int:
        """Takes back, by a handful of statements, those of the records that nobody touched since and no receiver would
        refuse; leaves the others, which then go one by one. Returns how many went."""
        raise NotImplementedError


@contextmanager
def attempt(parts: Iterable[Part]) -> Iterator[None]:
    """A refusal takes back what was done inside, and sticks to the parts that were tried."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as refusal:
        for part in parts:
            part.stick(" ".join(refusal.messages))


def whose(row: Any) -> str:
    if row is None:
        return ""
    return touched_by(row.change_set)


def touched_by(change_set: ChangeSet) -> str:
    facts = {"who": change_set.user_name, "when": date_format(localtime(change_set.at), "DATETIME_FORMAT")}
    return _("changed by %(who)s, %(when)s") % facts


# Writing, through the receivers ---------------------------------------------------------------------------------------


def by_record(parts: Iterable[Part]) -> list[list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        assert part.change
        found.setdefault(part.change.label, []).append(part)
    return list(found.values())


def put_fields_back(parts: list[Part]) -> None:
    """Fields of one record by one save. Where that is refused, each that can goes alone."""
    with attempt(parts):
        save_fields(parts)
    if parts[0].outcome == Outcome.STUCK and len(parts) > 1:
        for part in parts:
            part.outcome, part.why = Outcome.BACK, ""
            with attempt([part]):
                save_fields([part])


def save_fields(parts: list[Part]) -> None:
    assert parts[0].change
    record = parts[0].change.now
    record.refresh_from_db()
    for part in parts:
        set_back(record, part)
    save(record)


def set_back(record: Any, part: Part) -> None:
    setattr(record, record._meta.get_field(part.name).attname, part.value)


def recreate(parts: Iterable[Part]) -> list[Any]:
    """The records as they were when they were deleted, under the keys that they had."""
    made = []
    for part in parts:
        assert part.change
        record = as_it_was(part.change)
        save(record, force_insert=True)
        made.append(record)
    return made


def as_it_was(change: Change) -> Any:
    columns = [f.attname for f in history_of(change.model).tracked_fields]
    return change.model(**{name: getattr(change.before, name) for name in columns})


def save(record: Any, **how) -> None:
    """Raises ValidationError where what it says is taken, or what it points at is gone."""
    check_targets(record)
    record.clean()
    record.validate_unique()
    record.validate_constraints()
    record.save(**how)


def check_targets(record: Any) -> None:
    for f in record._meta.concrete_fields:
        key = getattr(record, f.attname)
        if f.is_relation and key is not None and not f.related_model._base_manager.filter(pk=key).exists():
            message = _("%(what)s #%(key)s, which it belongs to, is not there any more.")
            facts = {"what": capfirst(f.related_model._meta.verbose_name), "key": key}
            raise ValidationError({NON_FIELD_ERRORS: [message % facts]}, code="target_gone")


def remove(part: Part) -> None:
    assert part.change
    try:
        part.change.now.delete()
    except ProtectedError as refusal:
        others = ", ".join(str(other) for other in list(refusal.protected_objects)[:3])
        raise ValidationError(_("It is in use: %(others)s.") % {"others": others}, code="in_use") from None


# The ways there are ---------------------------------------------------------------------------------------------------

_ways: dict[type[Tracked], Way] = {}


def contribute(way: type[Way]) -> None:
    """Records that others point at come before those that point at them. Safe to repeat."""
    _ways.setdefault(way.model, way())


def ways() -> list[Way]:
    return list(_ways.values())


def scope_of(row: Any) -> str:
    return next((scope for way in ways() if (scope := way.scope_of(row))), "")


def way_of(label: str) -> tuple[Way, type[Tracked]] | None:
    """The way that a model, root or child, goes back by; None where it has none."""
    for way in ways():
        for model in way.tables():
            if model._meta.label_lower == label:
                return way, model
    return None
