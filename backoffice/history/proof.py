"""The proof that the past is whole: the newest history row of every tracked record says what the record says now."""

from collections.abc import Iterator
from typing import Any

from django.db import connections

from backoffice.history import append_only, entries
from backoffice.history.models import ChangeSet


def find_gaps(using: str) -> Iterator[str]:
    """A sentence for every record that differs from its newest history row, or has none, or is gone without a trace."""
    for model in entries.history_models():
        yield from _differing(model, using)
        yield from _vanished(model, using)


def find_doubles(using: str) -> Iterator[str]:
    """A sentence for every history row that repeats the one before it, or does not follow from it, or has no act."""
    for model in entries.history_models():
        yield from _doubled(model, using)
        yield from _without_act(model, using)


def find_unguarded(using: str) -> Iterator[str]:
    for table in append_only.missing(using):
        yield f"The table {table} can be rewritten: its append-only trigger is missing. Run `manage.py migrate`."


def _differing(model: Any, using: str) -> Iterator[str]:
    names = _names(model, using)
    differs = " OR ".join(f"h.{column} {names['differs']} r.{column}" for column in names["columns"])
    rows = _rows(
        using,
        f"SELECT r.{names['pk']}, h.history_id FROM {names['live']} r LEFT JOIN {names['history']} h ON h.history_id ="
        f" (SELECT MAX(n.history_id) FROM {names['history']} n WHERE n.{names['pk']} = r.{names['pk']})"
        f" WHERE h.history_id IS NULL OR h.history_type = '-' OR {differs}",
    )
    for pk, history_id in rows:
        what = "differs from its newest history row" if history_id else "has no history"
        yield f"{model.instance_type._meta.verbose_name} {pk} {what}: it was changed past the receivers."


def _vanished(model: Any, using: str) -> Iterator[str]:
    names = _names(model, using)
    rows = _rows(
        using,
        f"SELECT h.{names['pk']} FROM {names['history']} h"
        f" JOIN (SELECT MAX(history_id) AS newest FROM {names['history']} GROUP BY {names['pk']}) n"
        f" ON n.newest = h.history_id LEFT JOIN {names['live']} r ON r.{names['pk']} = h.{names['pk']}"
        f" WHERE r.{names['pk']} IS NULL AND h.history_type <> '-'",
    )
    for (pk,) in rows:
        yield f"{model.instance_type._meta.verbose_name} {pk} is gone, and its history does not say who removed it."


def _doubled(model: Any, using: str) -> Iterator[str]:
    names = _names(model, using)
    same = " AND ".join(f"NOT (h.{column} {names['differs']} p.{column})" for column in names["columns"])
    rows = _rows(
        using,
        f"SELECT h.{names['pk']}, h.history_id FROM {names['history']} h JOIN {names['history']} p ON p.history_id ="
        f" (SELECT MAX(n.history_id) FROM {names['history']} n WHERE n.{names['pk']} = h.{names['pk']}"
        f" AND n.history_id < h.history_id) WHERE (h.history_type = '~' AND {same})"
        " OR (h.history_type = '+') <> (p.history_type = '-') ORDER BY h.history_id",
    )
    for pk, history_id in rows:
        record = f"{model.instance_type._meta.verbose_name} {pk}"
        yield f"{record}: history row {history_id} repeats the one before it, or does not follow from it."


def _without_act(model: Any, using: str) -> Iterator[str]:
    names, acts = _names(model, using), ChangeSet._meta.db_table
    rows = _rows(
        using,
        f"SELECT h.{names['pk']}, h.history_id FROM {names['history']} h LEFT JOIN {acts} c ON c.id = h.change_set_id"
        " WHERE c.id IS NULL ORDER BY h.history_id",
    )
    for pk, history_id in rows:
        yield f"{model.instance_type._meta.verbose_name} {pk}: history row {history_id} belongs to no act."


def _names(model: Any, using: str) -> dict[str, Any]:
    quote = connections[using].ops.quote_name
    return {
        "live": quote(model.instance_type._meta.db_table),
        "history": quote(model._meta.db_table),
        "pk": quote(model.instance_type._meta.pk.column),
        "columns": [quote(field.column) for field in model.tracked_fields],
        "differs": "IS DISTINCT FROM" if connections[using].vendor == "postgresql" else "IS NOT",
    }


def _rows(using: str, query: str) -> list[tuple]:
    with connections[using].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
