"""History of many rows at once, by ``INSERT … SELECT`` from the live table: what saving each of them would record."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models

from backoffice.history import change_sets
from backoffice.history.models import Tracked

CREATED, EDITED, DELETED = "+", "~", "-"


def record(model: type[Tracked], history_type: str, where: str, params: Mapping[str, Any]) -> int:
    """Records the rows of ``model`` as they are now under the current act; ``where`` may name the table's columns.

    Columns come from the models' own fields, so a new field is recorded without a change here.
    """
    columns, values, constants = _columns(model, history_type)
    table, history = (connection.ops.quote_name(m._meta.db_table) for m in (model, _history_of(model)))
    pk = _quoted(model._meta.pk)
    sql = f"INSERT INTO {history} ({columns}) SELECT {values} FROM {table} WHERE {where} ORDER BY {pk}"
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, **constants})
        return cursor.rowcount


def _history_of(model: Any) -> type[models.Model]:
    return model.history.model


def _columns(model: type[Tracked], history_type: str) -> tuple[str, str, dict[str, Any]]:
    """The historical columns, what each is filled from, and the values of those that are the same in every row."""
    live = {field.attname: _quoted(field) for field in model._meta.concrete_fields}
    act = change_sets.acting()
    same = {
        "history_date": connection.ops.adapt_datetimefield_value(change_sets.now()),
        "history_type": history_type,
        "history_change_reason": None,
        "history_user_id": act.user_id,
        "change_set_id": act.row().pk,
    }
    fields = [field for field in _history_of(model)._meta.concrete_fields if not field.primary_key]
    columns = [_quoted(field) for field in fields]
    values = [live.get(field.attname) or _typed(field) for field in fields]
    return ", ".join(columns), ", ".join(values), same


def _quoted(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _typed(field: Any) -> str:
    """A placeholder with its type, which PostgreSQL cannot tell from a SELECT list."""
    kind = field.target_field.rel_db_type(connection) if field.is_relation else field.cast_db_type(connection)
    return f"CAST(%({field.attname})s AS {kind})"
