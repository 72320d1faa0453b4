"""Applying a checked import of customers: a handful of statements for each chunk, in the caller's transaction."""

from typing import Any

from django.db import connection

from backoffice.history import bulk
from backoffice.imports import staged
from backoffice.imports.kinds import Chunk
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import execute, insert, rows
from orders import customer_clashes
from orders.customer_check import refuse, ways
from orders.import_sql import ATTRIBUTES, sql
from orders.models import Customer

CHUNK = 5_000
WHOLE = 20_000  # an all-or-nothing import up to this size is one transaction
WAITING = "s.run_id = %(run)s AND s.action IN ('new', 'changed') AND NOT s.applied"
IN_CHUNK = f"{WAITING} AND s.row > %(first)s AND s.row <= %(last)s"


def apply_chunk(run: ImportRun) -> Chunk:
    """The next rows of the file. Raises Conflict, with nothing written, when it is all or nothing."""
    first = int(run.position or 0)
    last = _last_row(run, first)
    if last is None:
        return Chunk(0, 0, run.position, rows_left=False)
    chunk = {"run": run.pk, "first": first, "last": last}
    lock(chunk)
    refused = settle_conflicts(run, chunk)
    insert_customers(run, chunk)
    edit_customers(chunk)
    applied = execute(sql(f"UPDATE {{s}} AS s SET applied = TRUE WHERE {IN_CHUNK}"), chunk)
    return Chunk(applied, refused, str(last), rows_left=_last_row(run, last) is not None)


def _last_row(run: ImportRun, first: int) -> int | None:
    """The row that ends the chunk after ``first``; None when no rows are left."""
    size = WHOLE if not run.only_good and run.ready <= WHOLE else CHUNK
    waiting = sql(f"FROM {{s}} s WHERE {WAITING} AND s.row > %(first)s")
    params = {"run": run.pk, "first": first, "offset": size - 1}
    found = rows(f"SELECT s.row {waiting} ORDER BY s.row LIMIT 1 OFFSET %(offset)s", params)
    return found[0][0] if found else rows(f"SELECT MAX(s.row) {waiting}", params)[0][0]


def lock(chunk: dict[str, Any]) -> None:
    if connection.vendor == "postgresql":  # SQLite's transaction holds the one write lock already
        ids = f"SELECT s.customer_id FROM {{s}} s WHERE {IN_CHUNK}"
        rows(sql(f"SELECT id FROM {{c}} WHERE id IN ({ids}) ORDER BY id FOR NO KEY UPDATE"), chunk)


def settle_conflicts(run: ImportRun, chunk: dict[str, Any]) -> int:
    """Refuses the rows whose customers changed since the check; all or nothing: raises Conflict for the whole run."""
    scope = chunk if run.only_good or run.rows_done else {**chunk, "last": 2**31 - 1}
    found = customer_clashes.find(run, IN_CHUNK, scope)
    problems = [(pk, Problem(told, "conflict", run.options["key"])) for pk, told in found]
    if problems and not run.only_good:
        raise staged.conflict(run, [problem for _pk, problem in problems])
    return refuse((pk, problem, "[]") for pk, problem in problems)


def insert_customers(run: ImportRun, chunk: dict[str, Any]) -> None:
    """What a blank cell leaves open in a new customer is the field's own default."""
    chunk = {**chunk, "newest": rows(sql("SELECT COALESCE(MAX(id), 0) FROM {c}"))[0][0]}
    expressions = {"name_key": "s.name_key", "email_key": "s.email_key"}
    for name in ATTRIBUTES:
        field: Any = Customer._meta.get_field(name)
        chunk[f"blank_{name}"] = field.get_db_prep_save(field.get_default(), connection)
        expressions[name] = f"COALESCE(s.{name}, %(blank_{name})s)"
    new = f"{IN_CHUNK} AND s.action = 'new'"
    insert(Customer, expressions, sql(f"FROM {{s}} s WHERE {new} ORDER BY s.row"), chunk)
    for way in ways(run):
        found = f"UPDATE {{s}} AS s SET customer_id = c.id FROM {{c}} c WHERE {new} AND c.id > %(newest)s AND {way}"
        execute(sql(found), chunk)
    bulk.record(Customer, bulk.CREATED, sql(f"id IN (SELECT s.customer_id FROM {{s}} s WHERE {new})"), chunk)


def edit_customers(chunk: dict[str, Any]) -> None:
    """A blank cell leaves alone what is there; the keys follow what they are of."""
    changed = f"{IN_CHUNK} AND s.action = 'changed'"
    sets = [f"{name} = COALESCE(s.{name}, c.{name})" for name in ATTRIBUTES]
    sets += [f"{n}_key = CASE WHEN s.{n} IS NULL THEN c.{n}_key ELSE s.{n}_key END" for n in ("name", "email")]
    execute(
        sql(f"UPDATE {{c}} AS c SET {', '.join(sets)} FROM {{s}} s WHERE s.customer_id = c.id AND {changed}"), chunk
    )
    bulk.record(Customer, bulk.EDITED, sql(f"id IN (SELECT s.customer_id FROM {{s}} s WHERE {changed})"), chunk)
