"""Records as they were: the newest version that had been written by then, and what belonged to it.

Versions are told apart by their history id, because clocks are set back now and then; the clock only says which of them
had been written. Figures of stock come from the ledger: apps contribute them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.text import capfirst

from backoffice.history import entries
from backoffice.history.moments import Moment
from backoffice.history.sight import Sight

Text = str | Promise


@dataclass(frozen=True)
class Table:
    """What belonged to a record: a row for each, by its key, so that two moments can be compared."""

    title: str
    columns: list[str]
    rows: dict[Any, list[str]]
    sums: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Face:
    """A record at a moment; without values where it was not there."""

    name: str
    values: dict[str, str]  # by label
    tables: list[Table]

    @property
    def was_there(self) -> bool:
        return bool(self.values)


Part = Callable[[Any, Moment], Table]
Columns = Callable[[list[Any], Moment], dict[Any, list[str]]]

_parts: dict[Any, list[tuple[Any, Part]]] = defaultdict(list)
_columns: dict[Any, tuple[list[Text], Columns]] = {}


def contribute(model: Any, part_of: Any, part: Part) -> None:
    """``part(pk, moment)`` is shown with records of ``model`` to who may see ``part_of``. Safe to repeat."""
    if part_of not in {each for each, _part in _parts[model]}:
        _parts[model].append((part_of, part))


def contribute_columns(model: Any, labels: list[Text], columns: Columns) -> None:
    """``columns(pks, moment)`` gives further values for each record in a list of ``model``."""
    _columns[model] = labels, columns


# Versions -------------------------------------------------------------------------------------------------------------


def versions(model: Any, moment: Moment, **filters: Any) -> QuerySet:
    """The rows of history that say what each record was, of those that were there."""
    history, pk = model.history.model, model._meta.pk.attname
    earlier = moment.past(history.objects.filter(**{pk: OuterRef(pk)}))
    newest = Subquery(earlier.order_by("-history_id").values("history_id")[:1])
    rows = history.objects.filter(history_id=newest, **filters).exclude(history_type="-")
    return rows.order_by(pk)


def version(model: Any, pk: Any, moment: Moment) -> Any | None:
    rows = moment.past(model.history.model.objects.filter(**{model._meta.pk.attname: pk}))
    newest = rows.order_by("-history_id").first()
    return newest if newest and newest.history_type != "-" else None


def face(model: Any, pk: Any, moment: Moment, sight: Sight) -> Face:
    row = version(model, pk, moment)
    if row is None:
        return Face("", {}, [])
    names = entries.names_of_related([row])
    return Face(entries.describe(row, names), values_of(row, names), _tables(model, pk, moment, sight))


def values_of(row: Any, names: entries.Names) -> dict[str, str]:
    return {
        capfirst(str(each.verbose_name)): entries.shown(each, getattr(row, each.attname), names)
        for each in entries.told_fields(type(row))
    }


def _tables(model: Any, pk: Any, moment: Moment, sight: Sight) -> list[Table]:
    seen = (part for part_of, part in _parts[model] if sight.sees_model(part_of))
    return [part(pk, moment) for part in seen]


def children(
    title: Text, model: Any, parent: str, sums: Callable[[list[Any], Any, Moment], list] | None = None
) -> Part:
    """The part that lists the rows of ``model`` that belonged to a record by the foreign key ``parent``."""
    shown = [each for each in entries.told_fields(model.history.model) if each.name != parent]

    def part(pk: Any, moment: Moment) -> Table:
        attname = model._meta.get_field(parent).attname
        rows = list(versions(model, moment, **{attname: pk}))
        names = entries.names_of_related(rows)
        cells = {row.id: [entries.shown(each, getattr(row, each.attname), names) for each in shown] for row in rows}
        found = sums(rows, pk, moment) if sums and rows else []
        return Table(str(title), [capfirst(str(each.verbose_name)) for each in shown], cells, found)

    return part


# Lists ----------------------------------------------------------------------------------------------------------------


def listed(model: Any, rows: Iterable[Any], moment: Moment, names: list[str]) -> Table:
    """Rows of history as a table of the fields ``names`` and of what apps contribute."""
    rows = list(rows)
    shown = [model._meta.get_field(name) for name in names]
    related, pk = entries.names_of_related(rows), model._meta.pk.attname
    labels, columns = _columns.get(model, ([], lambda pks, moment: {}))
    further = columns([getattr(row, pk) for row in rows], moment)
    cells = {
        getattr(row, pk): [
            *(entries.shown(each, getattr(row, each.attname), related) for each in shown),
            *further.get(getattr(row, pk), [""] * len(labels)),
        ]
        for row in rows
    }
    return Table("", [capfirst(str(label)) for label in [*(each.verbose_name for each in shown), *labels]], cells)
