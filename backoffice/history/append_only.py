"""Triggers that refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on every ``AppendOnly`` table.

They are put back after each migrate, because SQLite drops a table's triggers when it rebuilds the table.

There is one door, for retention: history rows, and nothing else, may be deleted while it is open. On PostgreSQL it is a
setting local to the transaction; on SQLite a row that points at nothing, which the foreign key lets nobody commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connections, transaction

from backoffice.history.models import AppendOnly, Door, HistoryRow

NOBODY = 0  # a key that no row has
FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'DELETE' AND TG_NARGS > 0 AND current_setting('backoffice.door', true) = 'open' THEN RETURN NULL; END IF;
RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation'; END $$
"""


def models() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def install(using: str, app_label: str) -> None:
    """Guards the tables of one app; safe to repeat."""
    connection = connections[using]
    wanted = {model._meta.db_table for model in models() if model._meta.app_label == app_label}
    if not wanted:
        return
    forgetting = {model._meta.db_table for model in models() if issubclass(model, HistoryRow)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table in sorted(wanted & set(connection.introspection.table_names(cursor))):
            for statement in _statements(connection.vendor, table, table in forgetting):
                cursor.execute(statement)


def remove(using: str) -> None:
    """For test databases, which are emptied between tests."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table, name in installed(using):
            on_table = f'ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "{name}" {on_table}')


def missing(using: str) -> list[str]:
    """Tables that should be guarded and are not."""
    guarded: dict[str, int] = {}
    for table, _name in installed(using):
        guarded[table] = guarded.get(table, 0) + 1
    wanted = 1 if connections[using].vendor == "postgresql" else 2
    return [table for table in (model._meta.db_table for model in models()) if guarded.get(table, 0) < wanted]


def installed(using: str) -> list[tuple[str, str]]:
    """(table, trigger) of the triggers that stand and are enabled."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        query = (
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgname LIKE 'append\\_only%%' AND tgenabled = 'O'"
        )
    else:
        query = (
            "SELECT tbl_name, name FROM sqlite_master"
            " WHERE type = 'trigger' AND name LIKE 'append\\_only%%' ESCAPE '\\'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query, [])
        return cursor.fetchall()


@contextmanager
def open_door(using: str = "default") -> Iterator[None]:
    """Inside, history rows can be deleted, in the transaction that this is. Whatever happens, it is shut afterwards."""
    with transaction.atomic(using=using):
        _set_door(using, is_open=True)
        yield
        _set_door(using, is_open=False)


def _set_door(using: str, is_open: bool) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT set_config('backoffice.door', %s, true)", ["open" if is_open else "shut"])
    else:
        Door.objects.using(using).get_or_create(pk=1)
        Door.objects.using(using).update(held_open_by=NOBODY if is_open else None)


def _statements(vendor: str, table: str, may_forget: bool) -> list[str]:
    if vendor == "postgresql":
        name, argument = f"append_only_{table}"[:63], "'history'" if may_forget else ""
        return [
            f'CREATE OR REPLACE TRIGGER "{name}" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change({argument})"
        ]
    shut = f"WHEN NOT EXISTS (SELECT 1 FROM {Door._meta.db_table} WHERE held_open_by_id = {NOBODY})"
    refusing = f'CREATE TRIGGER IF NOT EXISTS "append_only_{table}_%(name)s" BEFORE %(verb)s ON "{table}" %(when)s'
    return [
        refusing % {"name": verb.lower(), "verb": verb, "when": shut if may_forget and verb == "DELETE" else ""}
        + f" BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"
        for verb in ("UPDATE", "DELETE")
    ]
