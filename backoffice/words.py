"""Finding by what is indexed: texts that begin so (``begins``), and texts that have words beginning so (``words``).

Each database's own search does it, without an extension. A model names the field whose words are indexed in
``words_of``; the index is put there after each migrate, because SQLite drops a table's triggers when it rebuilds it.
"""

import re
import string
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.lookups import Lookup, StartsWith
from django.utils.functional import cached_property

LONGEST = 100  # characters of a question that are looked at
MOST_WORDS = 8
LAST = "\U0010ffff"  # sorts after whatever a text goes on with
EVERY = 10**9  # limits nothing, but has PostgreSQL find first and sort then, not walk a list in its order and look
FEW = 200  # rows that are looked at where a handful is offered while somebody types
MARKS = string.punctuation.replace("%", "")  # PostgreSQL would see paths, hosts and decimal numbers in them


def asked(text: str) -> str:
    """What a question comes down to: its first characters, without what no database takes, single spaces."""
    return " ".join(text[:LONGEST].replace("\0", "").split())


def offered(request: Any, rows: Any, question: str) -> Any:
    """What ``rows.search`` finds: all of it for a list, some of it for a field that completes what is typed."""
    words = asked(question)
    return rows.search(words, FEW if "term" in request.GET else None) if words else rows


def some(rows: Any, found: models.Q, exactly: models.Q, most: int | None) -> Any:
    """Those of the rows that are found. With ``most``, no more than so many, and what was named exactly."""
    if most is None:
        return rows.filter(pk__in=_keys(rows, exactly | found)[:EVERY])
    return rows.filter(pk__in={*_keys(rows, exactly)[:most], *_keys(rows, found)[:most]})


def _keys(rows: Any, condition: models.Q) -> Any:
    return rows.filter(condition).order_by().values_list("pk", flat=True)


@models.CharField.register_lookup
class Begins(Lookup):
    """As ``startswith``, and told apart by case on SQLite, too, so that an ordinary index finds it."""

    lookup_name = "begins"

    def as_sql(self, compiler, connection):
        return StartsWith(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_sqlite(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        return f"({lhs} >= %s AND {lhs} < %s)", [*params, self.rhs, *params, self.rhs + LAST]


@models.CharField.register_lookup
class Words(Lookup):
    """Each word of the question begins a word of the text. A question without words finds nothing."""

    lookup_name = "words"

    @cached_property
    def wanted(self) -> list[str]:
        return re.findall(r"[^\W_]+", self.rhs.lower())[:MOST_WORDS]

    def as_sql(self, compiler, connection):
        if not self.wanted:
            raise EmptyResultSet
        lhs, params = self.process_lhs(compiler, connection)
        return f"{_document(lhs)} @@ to_tsquery('simple', %s)", [*params, " & ".join(f"{w}:*" for w in self.wanted)]

    def as_sqlite(self, compiler, connection):
        if not self.wanted:
            raise EmptyResultSet
        model, name = self.lhs.target.model, compiler.quote_name
        index = _index_of(model)
        rows = f'SELECT rowid FROM "{index}" WHERE "{index}" MATCH %s'
        pk = f"{name(self.lhs.alias)}.{name(model._meta.pk.column)}"
        return f"{pk} IN ({rows})", [" ".join(f'"{word}"*' for word in self.wanted)]


# The index ------------------------------------------------------------------------------------------------------------


def install(using: str, found: list[type[models.Model]]) -> None:
    """Puts the index of words on those of the models that have one; safe to repeat."""
    connection = connections[using]
    wanted = [model for model in found if hasattr(model, "words_of")]
    if not wanted:
        return
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for model in wanted:
            if model._meta.db_table in tables:
                (_on_postgresql if connection.vendor == "postgresql" else _on_sqlite)(cursor, model)


def _index_of(model: Any) -> str:
    return f"{model._meta.db_table}_words"


def _document(column: str) -> str:
    marks = MARKS.replace("'", "''")
    return f"to_tsvector('simple', translate({column}, '{marks}', '{' ' * len(MARKS)}'))"


def _on_postgresql(cursor: Any, model: Any) -> None:
    document = _document(f'"{model.words_of}"')
    index, table = _index_of(model), model._meta.db_table
    cursor.execute(f'CREATE INDEX IF NOT EXISTS "{index}" ON "{table}" USING gin ({document})')


def _on_sqlite(cursor: Any, model: Any) -> None:
    """A table of words beside the model's, kept in step by triggers, and filled where they were not there."""
    table, index, column = model._meta.db_table, _index_of(model), model.words_of
    cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{index}%"])
    if cursor.fetchone()[0] == len(TRIGGERS):
        return
    options = f"content='{table}', content_rowid='id', detail=none, tokenize='unicode61 remove_diacritics 0'"
    cursor.execute(f'CREATE VIRTUAL TABLE IF NOT EXISTS "{index}" USING fts5({column}, {options})')
    take = f"""INSERT INTO "{index}"("{index}", rowid, {column}) VALUES ('delete', OLD.id, OLD.{column})"""
    put = f'INSERT INTO "{index}"(rowid, {column}) VALUES (NEW.id, NEW.{column})'
    for name, (event, steps) in TRIGGERS.items():
        body = "".join(f"{step}; " for step in steps.format(take=take, put=put).split("|"))
        when = event.format(column=column)
        cursor.execute(f'CREATE TRIGGER IF NOT EXISTS "{index}_{name}" AFTER {when} ON "{table}" BEGIN {body}END')
    cursor.execute(f"""INSERT INTO "{index}"("{index}") VALUES ('rebuild')""")


TRIGGERS = {
    "put": ("INSERT", "{put}"),
    "changed": ("UPDATE OF {column}", "{take}|{put}"),
    "taken": ("DELETE", "{take}"),
}
