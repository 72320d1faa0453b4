"""Triggers that refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on every ``AppendOnly`` table.

They are put back after each migrate, because SQLite drops a table's triggers when it rebuilds the table.
"""

from django.apps import apps
from django.db import connections

from backoffice.history.models import AppendOnly

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation'; END $$
"""


def models() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def install(using: str, app_label: str) -> None:
    """Guards the tables of one app; safe to repeat."""
    connection = connections[using]
    wanted = {model._meta.db_table for model in models() if model._meta.app_label == app_label}
    if not wanted:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table in sorted(wanted & set(connection.introspection.table_names(cursor))):
            for statement in _statements(connection.vendor, table):
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


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        name = f"append_only_{table}"[:63]
        return [
            f'CREATE OR REPLACE TRIGGER "{name}" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ]
    return [
        f'CREATE TRIGGER IF NOT EXISTS "append_only_{table}_{verb.lower()}" BEFORE {verb} ON "{table}"'
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"
        for verb in ("UPDATE", "DELETE")
    ]
