"""Two people changed one order: what it was when the second opened it, what the first made of it, what was typed.

The three are compared field by field and line by line. What only one changed is taken from that one, what both changed
is asked; every choice can be turned. What comes out is the form as if it had been typed into the order of now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import localize
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.history import timeline
from backoffice.history.timeline import Entry
from inventory.models import Item
from orders.models import Order, OrderLine

CHOICE = "_take-"  # and the name of a difference: "mine" or "theirs"
SEEN_NOW = "_take_over"  # the version that the choices were made about
MINE, THEIRS = "mine", "theirs"
LINES = "lines"
MOST_LINES = 1000
MOST_DIGITS = 19  # of a key that the database can be asked for
COUNTS = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")

Values = dict[str, Any]


class OvertakenError(Exception):
    """Somebody changed the order since the form was opened, or while it waited for its locks."""


def is_key(typed: str) -> bool:
    """Whether what was sent, which may be anything, can be looked for as a primary key."""
    return typed.isdecimal() and len(typed) < MOST_DIGITS


def is_stale(order: Order, posted: Mapping[str, Any]) -> bool:
    seen = posted.get("seen_version")
    return bool(seen) and seen != str(order.version)


@dataclass(frozen=True)
class Difference:
    """What both versions say about one thing. ``chosen`` is blank where the person must say."""

    name: str
    label: str
    theirs: str
    mine: str
    chosen: str


@dataclass
class Typed:
    """A line as it stands in the posted form."""

    pk: str
    values: Values
    is_deleted: bool = False


@dataclass
class TakeOver:
    order: Order  # as it is now
    posted: QueryDict
    form: type[forms.ModelForm]
    line_form: type[forms.ModelForm]
    differences: list[Difference] = field(default_factory=list)

    def __post_init__(self):
        self.fields, self.line_fields = _fields(self.form), _fields(self.line_form)
        self.header: Values = {}
        self.lines: list[Typed] = []
        self._compare_header()
        self._compare_lines()

    @property
    def is_settled(self) -> bool:
        """Whether every choice was made, about the order as it is now."""
        is_about_now = self.posted.get(SEEN_NOW) == str(self.order.version)
        return is_about_now and all(difference.chosen for difference in self.differences)

    @cached_property
    def carried(self) -> list[tuple[str, str]]:
        """What the page sends again as it was typed; the choices stand beside it."""
        skipped = ("csrfmiddlewaretoken", SEEN_NOW)
        pairs = ((name, value) for name, values in self.posted.lists() for value in values)
        return [(name, str(value)) for name, value in pairs if name not in skipped and not name.startswith(CHOICE)]

    def merged(self) -> QueryDict:
        """The posted form with every choice carried out, on top of the order as it is now."""
        data = self.posted.copy()
        for name in list(data):
            if name.startswith((f"{LINES}-", CHOICE)) or name == SEEN_NOW:
                del data[name]
        pairs = {**self.header, "seen_version": str(self.order.version)}
        old, new = [line for line in self.lines if line.pk], [line for line in self.lines if not line.pk]
        counts = dict(zip(COUNTS, (len(self.lines), len(old), 0, MOST_LINES), strict=True))
        pairs |= {f"{LINES}-{name}": str(count) for name, count in counts.items()}
        for number, line in enumerate(old + new):
            pairs |= dict(_as_posted(f"{LINES}-{number}", line, self.order.pk))
        for name, value in pairs.items():
            data[name] = value
        return data

    def acts(self) -> list[Entry]:
        """What was done to the order since it was opened, by whom and when: newest first."""
        entries = timeline.merged(
            timeline.of_record(self.order), timeline.of_children(OrderLine, order_id=self.order.pk)
        )
        since = self._next.change_set_id if self._next else 0
        return [entry for entry in entries if entry.change_set.pk >= since]

    # The header

    def _compare_header(self) -> None:
        theirs = _initial(self.form, self.order)
        was = _initial(self.form, self._seen) if self._seen else None
        typed = {name: self.posted.get(name, "") for name in self.fields}
        self.header = self._choose("", "", self.fields, was, theirs, typed)

    def _choose(
        self, prefix: str, what: str, fields: dict, was: Values | None, theirs: Values, typed: Values
    ) -> Values:
        """The value of each field that the choices lead to."""
        chosen = dict(typed)
        for name, form_field in fields.items():
            if not form_field.has_changed(theirs[name], typed[name]):
                continue
            is_mine = was is None or form_field.has_changed(was[name], typed[name])
            is_theirs = was is None or _posted(was[name]) != _posted(theirs[name])
            label = " · ".join(filter(None, [what, str(capfirst(form_field.label or name))]))
            shown = self._shown(form_field, theirs[name]), self._shown(form_field, typed[name])
            if self._note(f"{prefix}{name}", label, *shown, is_theirs, is_mine) == THEIRS:
                chosen[name] = _posted(theirs[name])
        return chosen

    def _note(self, name: str, label: str, theirs: str, mine: str, is_theirs: bool, is_mine: bool) -> str:
        """Adds a difference and says what is chosen: what was clicked, or the only one that changed it."""
        default = "" if is_theirs and is_mine else MINE if is_mine else THEIRS
        clicked = self.posted.get(f"{CHOICE}{name}")
        chosen = clicked if clicked in (MINE, THEIRS) else default
        self.differences.append(Difference(name, label, theirs, mine, chosen))
        return chosen

    # The lines

    def _compare_lines(self) -> None:
        typed = {line.pk: line for line in self._typed if line.pk}
        for line in self._their_lines:
            self._compare_line(line, typed.pop(str(line.pk), None))
        for gone in typed.values():
            self._compare_gone(gone)
        for number, added in enumerate(self._typed):
            if not added.pk and added.values["item"]:
                self._compare_added(number, added)

    def _compare_line(self, line: OrderLine, typed: Typed | None) -> None:
        was, theirs = self._line_was(line.pk), _initial(self.line_form, line)
        name, theirs_posted = f"line-{line.pk}", {key: _posted(value) for key, value in theirs.items()}
        if typed is None or typed.is_deleted:
            is_theirs = was is None or {key: _posted(value) for key, value in was.items()} != theirs_posted
            is_mine = typed is not None
            chosen = self._note(name, str(line.item), self._line_text(theirs), "", is_theirs, is_mine)
            self.lines.append(Typed(str(line.pk), theirs_posted, is_deleted=chosen == MINE))
            return
        values = self._choose(f"{name}-", str(line.item), self.line_fields, was, theirs, typed.values)
        self.lines.append(Typed(typed.pk, values))

    def _compare_gone(self, typed: Typed) -> None:
        """They removed the line."""
        if typed.is_deleted:
            return
        was = self._line_was(int(typed.pk)) if is_key(typed.pk) else None
        fields = self.line_fields.items()
        is_mine = was is None or any(one.has_changed(was[name], typed.values[name]) for name, one in fields)
        text = self._line_text(typed.values)
        if self._note(f"line-{typed.pk}", text, "", text, True, is_mine) != THEIRS:
            self.lines.append(Typed("", typed.values))

    def _compare_added(self, number: int, typed: Typed) -> None:
        text = self._line_text(typed.values)
        if self._note(f"new-{number}", text, "", text, False, True) != THEIRS:
            self.lines.append(typed)

    @cached_property
    def _their_lines(self) -> list[OrderLine]:
        return list(self.order.lines.select_related("item"))

    @cached_property
    def _typed(self) -> list[Typed]:
        count = min(MOST_LINES, _whole(self.posted.get(f"{LINES}-TOTAL_FORMS")))
        return [self._line_typed(f"{LINES}-{number}") for number in range(count)]

    def _line_typed(self, prefix: str) -> Typed:
        values = {name: self.posted.get(f"{prefix}-{name}", "") for name in self.line_form.base_fields}
        return Typed(str(self.posted.get(f"{prefix}-id", "")), values, f"{prefix}-DELETE" in self.posted)

    # What it was when it was opened: the history as of that version

    @cached_property
    def _version(self) -> int:
        return _whole(self.posted.get("seen_version"))

    @cached_property
    def _seen(self) -> Order | None:
        row = self.order.history.filter(version__lte=self._version).order_by("-history_id").first()
        return _record(Order, row) if row else None

    @cached_property
    def _next(self) -> Any:
        """The first thing that happened to the order after that."""
        rows = self.order.history.filter(version__gt=self._version).select_related("change_set")
        return rows.order_by("history_id").first()

    def _line_was(self, pk: int) -> Values | None:
        return self._lines_were.get(pk)

    @cached_property
    def _lines_were(self) -> dict[int, Values]:
        """Orders and their lines change in the same acts, under the order's lock: earlier acts are earlier versions."""
        if not self._next:
            return {}
        rows = OrderLine.history.filter(order_id=self.order.pk, change_set_id__lt=self._next.change_set_id)
        newest = {row.id: row for row in rows.order_by("history_id")}
        kept = [row for row in newest.values() if row.history_type != "-"]
        items = Item.objects.in_bulk({row.item_id for row in kept})
        records = (_record(OrderLine, row, item=items[row.item_id]) for row in kept)
        return {record.pk: _initial(self.line_form, record) for record in records}

    # In words

    def _shown(self, form_field: forms.Field, value: Any) -> str:
        if value in (None, ""):
            return ""
        if isinstance(form_field, forms.ModelChoiceField):
            return self._name(form_field, str(value))
        return str(value if isinstance(value, str) else localize(value))

    def _line_text(self, values: Values) -> str:
        name = self._name(self.line_fields["item"], str(values["item"]))
        return _("%(quantity)s × %(item)s") % {"quantity": values["quantity"], "item": name}

    def _name(self, form_field: Any, key: str) -> str:
        if form_field.queryset.model is Item:
            return str(self._items.get(key, key))
        record = form_field.queryset.filter(pk=key).first() if is_key(key) else None
        return str(record or key)

    @cached_property
    def _items(self) -> dict[str, Item]:
        """Every item that either of them put on a line, read at once."""
        typed = {str(line.values["item"]) for line in self._typed}
        theirs = {str(line.item_id) for line in self._their_lines}
        found = Item.objects.in_bulk([key for key in typed | theirs if is_key(key)])
        return {str(pk): item for pk, item in found.items()}


def _fields(form: Any) -> dict[str, forms.Field]:
    """The fields of a form that are the record's own."""
    own = {one.name for one in form._meta.model._meta.fields}
    return {name: one for name, one in form.base_fields.items() if name in own}


def _initial(form: Any, record: Any) -> Values:
    initial = form(instance=record).initial
    return {name: initial.get(name) for name in _fields(form)}


def _record(model: Any, row: Any, **related: Any) -> Any:
    """The record that a history row kept."""
    return model(**{one.attname: getattr(row, one.attname) for one in row.tracked_fields}, **related)


def _posted(value: Any) -> str:
    return "" if value is None else str(value)


def _as_posted(prefix: str, line: Typed, order_id: int) -> Iterator[tuple[str, str]]:
    yield from ((f"{prefix}-{name}", _posted(value)) for name, value in line.values.items())
    if line.pk:
        yield f"{prefix}-id", line.pk
        yield f"{prefix}-order", str(order_id)
    if line.is_deleted:
        yield f"{prefix}-DELETE", "on"


def _whole(text: Any) -> int:
    return int(text) if str(text or "").isdigit() else 0
