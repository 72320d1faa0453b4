"""Writing many rows at once: staging by COPY or ``executemany``, and ``INSERT … SELECT`` that forgets no column."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import connection, models, transaction

BATCH = 5_000  # rows a transaction: well under the two seconds SQLite's write lock may be held


def execute(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """Runs one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def rows(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def stage(model: type[models.Model], columns: Sequence[str], values: Iterable[tuple]) -> int:
    """Adds rows to a staged table, each batch in a transaction of its own; returns how many."""
    count = 0
    for batch in batched(values, BATCH):
        with transaction.atomic():
            write(model, table(model), columns, batch)
        count += len(batch)
    refresh_statistics(model)
    return count


INCOMING = "incoming"  # a temporary table, which only its own connection sees


def stage_through(model: type[models.Model], columns: Sequence[str], values: Iterable[tuple], statement: str, **params):
    """Stages rows by way of the temporary table ``incoming``: ``statement`` selects from it what it inserts.

    What has to be looked up is looked up on the way in, because to write a row is cheaper than to rewrite it.
    """
    at_once = connection.vendor == "postgresql"  # it plans one statement for all rows best, and lets others write
    _create_incoming(model, columns)
    for batch in batched(values, BATCH):
        with transaction.atomic():
            write(model, INCOMING, columns, batch)
            if not at_once:
                execute(statement, params)
                execute(f"DELETE FROM {INCOMING}")
    if at_once:
        execute(statement, params)
    execute(f"DROP TABLE {INCOMING}")
    refresh_statistics(model)


def _create_incoming(model: type[models.Model], columns: Sequence[str]) -> None:
    execute(f"DROP TABLE IF EXISTS {INCOMING}")
    execute(f"CREATE TEMPORARY TABLE {INCOMING} AS SELECT {_names(model, columns)} FROM {table(model)} WHERE 1 = 0")


def _names(model: type[models.Model], columns: Sequence[str]) -> str:
    return ", ".join(_quoted(model._meta.get_field(name)) for name in columns)


def refresh_statistics(*changed: type[models.Model]) -> None:
    """Lets PostgreSQL plan the next joins for what has just come in, before it looks by itself."""
    if connection.vendor == "postgresql":
        execute(f"ANALYZE {', '.join(f'{table(model)} ({_looked_up(model)})' for model in changed)}")


def _looked_up(model: type[models.Model]) -> str:
    """The columns that rows are found by. To know the others would cost more than it helps a plan."""
    ruled = [*model._meta.indexes, *model._meta.constraints]
    names = {name.removeprefix("-") for rule in ruled for name in getattr(rule, "fields", ())}
    fields: Sequence[Any] = model._meta.concrete_fields
    return ", ".join(_quoted(f) for f in fields if f.name in names or f.unique or f.db_index or f.is_relation)


def write(model: type[models.Model], into: str, columns: Sequence[str], batch: Sequence[tuple]) -> None:
    names = _names(model, columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
                for row in batch:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {into} ({names}) VALUES ({places})", batch)


def insert(model: type[models.Model], expressions: Mapping[str, str], source: str, params: Mapping[str, Any]) -> int:
    """``INSERT … SELECT``: ``expressions`` by attname, every other column from the field's own default."""
    fields = [
        field for field in model._meta.concrete_fields if not (field.primary_key or getattr(field, "generated", False))
    ]
    defaults = {f"default_{field.attname}": _default(field) for field in fields if field.attname not in expressions}
    values = [expressions.get(field.attname) or f"%(default_{field.attname})s" for field in fields]
    names = ", ".join(_quoted(field) for field in fields)
    return execute(f"INSERT INTO {table(model)} ({names}) SELECT {', '.join(values)} {source}", {**params, **defaults})


def _quoted(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _default(field: models.Field) -> Any:
    if not field.has_default() and not field.null and not field.empty_strings_allowed:
        raise LookupError(f"{field} has no default: an import has to say what it is.")
    return field.get_db_prep_save(field.get_default(), connection)


def table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
