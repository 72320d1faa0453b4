"""What an act did, read for many records at once: the same number of queries for one record as for five hundred."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse

from backoffice.history import entries
from backoffice.history.models import ChangeSet, Tracked
from backoffice.history.undo import DELETED, Change, Group, Way, history_of


def groups(way: Way, change_set: ChangeSet, ids: Collection[Any], scope: str = "") -> list[Group]:
    """What the act did to the records with these keys. ``scope`` narrows it to one record or one field."""
    found = {pk: Group(way, pk) for pk in ids}
    for model, column in way.tables().items():
        for root, change in _changes(model, column, change_set, ids):
            found[root].changes.append(change)
    way.complete(change_set, found.values())
    shown = _words(found.values())
    for group in found.values():
        group.parts = [part for part in way.parts(group, shown) if is_within(part.key, group, scope)]
        group.text, group.url = _text(group), _url(group)
    return [group for group in found.values() if group.parts]


def touched(way: Way, change_set: ChangeSet) -> int:
    """The roots of which, or of a part of which, there are versions newer than the act's."""
    queries = []
    for model, column in way.tables().items():
        pk = model._meta.pk.attname
        newer = history_of(model).objects.filter(**{pk: OuterRef(pk)}, history_id__gt=OuterRef("history_id"))
        newer = newer.exclude(change_set=change_set)
        queries.append(_rows(model, change_set, column).filter(Exists(newer)).values_list("root"))
    return queries[0].union(*queries[1:]).count()


def is_within(key: str, group: Group, scope: str) -> bool:
    whole = f"{group.way.model._meta.label_lower}:{group.pk}"
    return scope in ("", whole, key) or key.startswith(f"{scope}:")


def ids(way: Way, change_set: ChangeSet, *, gone: bool, after: Any = None, but: ChangeSet | None = None) -> QuerySet:
    """The keys of the roots that the act touched, in their order: those that it deleted, or all others.

    ``but`` leaves out those that another act touched: what an undo has done already.
    """
    deleted = _rows(way.model, change_set, history_type=DELETED).values_list("root")
    queries = [deleted] if gone else _touched(way, change_set)
    left_out = ([] if gone else [deleted]) + ([*_touched(way, but)] if but else [])
    queries = [_without(query, left_out, after) for query in queries]
    return queries[0].union(*queries[1:]).order_by("root")


def _touched(way: Way, change_set: ChangeSet) -> list[QuerySet]:
    rows = [_rows(model, change_set, column).values_list("root") for model, column in way.tables().items()]
    return [*rows, *way.more_ids(change_set)]


def _rows(model: Any, change_set: ChangeSet, column: str = "", **filters) -> QuerySet:
    root = F(column or model._meta.pk.attname)
    return history_of(model).objects.filter(change_set=change_set, **filters).order_by().annotate(root=root)


def _without(query: QuerySet, left_out: list[QuerySet], after: Any) -> QuerySet:
    for others in left_out:
        query = query.exclude(root__in=others)
    return query if after is None else query.filter(root__gt=after)


def _changes(model: Any, column: str, change_set: ChangeSet, roots: Collection[Any]) -> Iterator[tuple[Any, Change]]:
    history, pk = history_of(model), model._meta.pk.attname
    first: dict[Any, Any] = {}
    last: dict[Any, Any] = {}
    for row in history.objects.filter(change_set=change_set, **{f"{column}__in": roots}).order_by("history_id"):
        first.setdefault(getattr(row, pk), row)
        last[getattr(row, pk)] = row
    before, later = _before(history, pk, first.values()), _later(history, pk, last)
    live = model._base_manager.in_bulk(list(last))
    for key, row in last.items():
        change = Change(model, key, before.get(key), first[key], row, later.get(key, []), live.get(key))
        yield getattr(row, column), change


def _before(history: Any, pk: str, first: Iterable[Any]) -> dict[Any, Any]:
    older = history.objects.filter(**{pk: OuterRef(pk), "history_id__lt": OuterRef("history_id")})
    previous = Subquery(older.order_by("-history_id").values("history_id")[:1])
    rows = history.objects.filter(history_id__in=[row.history_id for row in first]).order_by()
    keys = rows.annotate(previous=previous).values_list("previous", flat=True)
    return {getattr(row, pk): row for row in history.objects.in_bulk([key for key in keys if key]).values()}


def _later(history: Any, pk: str, last: dict[Any, Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    oldest = min((row.history_id for row in last.values()), default=0)
    rows = history.objects.filter(**{f"{pk}__in": list(last)}, history_id__gt=oldest)
    for row in rows.select_related("change_set").order_by("history_id"):
        key = getattr(row, pk)
        if row.history_id > last[key].history_id:
            found.setdefault(key, []).append(row)
    return found


def _words(found: Iterable[Group]) -> Callable[[Any, Any], str]:
    """How values are shown, with the names of the records that they point at."""
    changes = [change for group in found for change in group.changes]
    rows = [row for change in changes for row in (change.before, change.after, *change.later) if row is not None]
    names = entries.names_of_related(rows)
    return partial(_shown, names)


def _shown(names: dict, field: Any, value: Any) -> str:
    return entries.shown(field, value, names)


def _text(group: Group) -> str:
    model: Any = group.way.model
    record = (group.root and group.root.now) or model._base_manager.filter(pk=group.pk).first()
    if record is None and group.root:
        return entries.describe(group.root.before or group.root.after, {})
    return f"{model._meta.verbose_name} {record}"


def _url(group: Group) -> str:
    model: type[Tracked] = group.way.model
    if group.root and group.root.now is None:
        return ""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[group.pk])
    except NoReverseMatch:
        return ""
