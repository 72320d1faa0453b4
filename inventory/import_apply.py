"""Applying a checked import: the rules of stock as SQL over one chunk of staged rows, in the caller's transaction.

The end state is that of saving each row through the receivers; a test compares the two. Locks are taken as
everywhere: stock levels first, in primary key order.
"""

from itertools import batched
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from backoffice.history import bulk, change_sets
from backoffice.imports import staged
from backoffice.imports.kinds import Chunk
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import execute, insert, refresh_statistics, rows
from inventory import signals
from inventory.import_refusals import refuse
from inventory.import_sql import ATTRIBUTES, sql
from inventory.models import MAX_QUANTITY, Item, StockLevel, StockMovement

CHUNK = 5_000
WHOLE = 20_000  # an all-or-nothing import up to this size is one transaction
ARRIVALS = 500  # levels in one signal
KINDS = {
    "set": StockMovement.Kind.COUNT,
    "add": StockMovement.Kind.RECEIPT,
    "subtract": StockMovement.Kind.ADJUSTMENT,
}
# kinds of movement that a count carries along instead of being contradicted by
CARRIED = "('shipment', 'return', 'allocation', 'release')"
IN_CHUNK = (
    "s.run_id = %(run)s AND s.sku_key > %(first)s AND s.sku_key <= %(last)s"
    " AND s.action IN ('new', 'changed') AND NOT s.applied"
)


def apply_chunk(run: ImportRun) -> Chunk:
    """The next rows, all rows of an item together. Raises Conflict, with nothing written, when it is all or nothing."""
    last = _last_key(run, run.position)
    if last is None:
        return Chunk(0, 0, run.position, rows_left=False)
    chunk = {"run": run.pk, "first": run.position, "last": last, "most": MAX_QUANTITY, "mode": run.options["mode"]}
    lock(chunk)
    refused = settle_conflicts(run, chunk)
    write_items(chunk)
    write_levels(chunk)
    move_stock(run, chunk)
    announce(chunk)
    applied = execute(sql(f"UPDATE {{s}} AS s SET applied = TRUE WHERE {IN_CHUNK}"), chunk)
    rows_left = _last_key(run, last) is not None
    if run.applied + applied > CHUNK and not rows_left:
        refresh_statistics(Item, Item.history.model, StockLevel, StockLevel.history.model, StockMovement)
    return Chunk(applied, refused, last, rows_left)


def _last_key(run: ImportRun, position: str) -> str | None:
    """The SKU key that ends the chunk after ``position``; None when no rows are left."""
    size = WHOLE if not run.only_good and run.ready <= WHOLE else CHUNK
    waiting = "FROM {s} WHERE run_id = %s AND sku_key > %s AND action IN ('new', 'changed')"
    found = rows(sql(f"SELECT sku_key {waiting} ORDER BY sku_key LIMIT 1 OFFSET %s"), [run.pk, position, size - 1])
    return found[0][0] if found else rows(sql(f"SELECT MAX(sku_key) {waiting}"), [run.pk, position])[0][0]


def lock(chunk: dict[str, Any]) -> None:
    """Locks the chunk's levels, then its items; levels and items made since the check are found first."""
    execute(
        sql(
            "UPDATE {s} AS s SET level_id = l.id FROM {l} l"
            f" WHERE {IN_CHUNK} AND s.level_id IS NULL AND l.item_id = s.item_id AND l.location_id = s.location_id"
        ),
        chunk,
    )
    if connection.vendor == "sqlite":
        return  # the transaction holds the one write lock already
    for name, column in (("{l}", "level_id"), ("{i}", "item_id")):
        statement = f"SELECT id FROM {name} WHERE id IN (SELECT s.{column} FROM {{s}} s WHERE {IN_CHUNK})"
        rows(sql(statement + " ORDER BY id FOR NO KEY UPDATE"), chunk)


# Conflicts --------------------------------------------------------------------------------------------------------

CONFLICTS = (
    (
        "edited",
        "JOIN {i} i ON i.id = s.item_id",
        "COALESCE(s.checked_history_id, 0) <> COALESCE((SELECT MAX(h.history_id) FROM {ih} h WHERE h.id = i.id), 0)",
    ),
    (
        "edited",
        "JOIN {l} l ON l.id = s.level_id",
        "s.reorder_level IS NOT NULL AND COALESCE(s.checked_level_history_id, 0) <>"
        " COALESCE((SELECT MAX(h.history_id) FROM {lh} h WHERE h.id = l.id), 0)",
    ),
    ("deleted", "", "s.item_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {i} i WHERE i.id = s.item_id)"),
    ("created", "JOIN {i} i ON i.sku_key = s.sku_key", "s.item_id IS NULL"),
    (
        "barcode",
        "JOIN {i} i ON i.barcode = s.barcode AND NOT (i.barcode = '')",
        "s.item_id IS NULL OR i.id <> s.item_id",
    ),
    (
        "moved",
        "",
        "%(mode)s = 'set' AND s.quantity IS NOT NULL AND EXISTS (SELECT 1 FROM {m} m WHERE m.level_id = s.level_id"
        f" AND m.id > s.checked_movement_id AND m.kind NOT IN {CARRIED})",
    ),
    (
        "stock",
        "JOIN {l} l ON l.id = s.level_id",
        "s.delta <> 0 AND (l.on_hand + s.delta < l.allocated OR l.on_hand + s.delta > %(most)s)",
    ),
)


def _sentence(code: str, sku: str) -> str:
    return {
        "edited": _("%(sku)s was edited since the check."),
        "deleted": _("%(sku)s was deleted since the check."),
        "created": _("%(sku)s was created since the check."),
        "barcode": _("The barcode of %(sku)s was given to another item since the check."),
        "moved": _("The stock of %(sku)s was counted or adjusted since the check."),
        "stock": _("Stock of %(sku)s was promised or taken since the check and no longer bears the change."),
    }[code] % {"sku": sku}


def settle_conflicts(run: ImportRun, chunk: dict[str, Any]) -> int:
    """Refuses the rows whose live records changed since the check; all or nothing: raises Conflict with the first."""
    scope = chunk if run.only_good or run.rows_done else {**chunk, "last": _very_last_key(run)}
    found: dict[int, Problem] = {}
    for code, join, condition in CONFLICTS:
        for pk, sku in rows(sql(f"SELECT s.id, s.sku FROM {{s}} s {join} WHERE {IN_CHUNK} AND ({condition})"), scope):
            found.setdefault(pk, Problem(_sentence(code, sku), "conflict", "sku", value=sku))
    if found and not run.only_good:
        raise staged.conflict(run, list(found.values()))
    return refuse((pk, problem, "[]") for pk, problem in found.items())


def _very_last_key(run: ImportRun) -> str:
    return rows(sql("SELECT MAX(sku_key) FROM {s} WHERE run_id = %s"), [run.pk])[0][0]


# Items ------------------------------------------------------------------------------------------------------------


def write_items(chunk: dict[str, Any]) -> None:
    insert_items(chunk)
    edit_items(chunk)


def insert_items(chunk: dict[str, Any]) -> None:
    """What a blank cell leaves open in a new item is the field's own default."""
    expressions = {"sku": "MIN(s.sku)", "sku_key": "s.sku_key"}
    params = dict(chunk)
    for name in ATTRIBUTES:
        field: Any = Item._meta.get_field(name)
        params[f"blank_{name}"] = field.get_db_prep_save(field.get_default(), connection)
        expressions[name] = f"COALESCE(MAX(s.{name}), %(blank_{name})s)"
    new = f"FROM {{s}} s WHERE {IN_CHUNK} AND s.action = 'new'"
    insert(Item, expressions, sql(f"{new} GROUP BY s.sku_key ORDER BY MIN(s.row)"), params)
    execute(
        sql(
            "UPDATE {s} AS s SET item_id = i.id FROM {i} i"
            f" WHERE {IN_CHUNK} AND s.action = 'new' AND i.sku_key = s.sku_key"
        ),
        chunk,
    )
    bulk.record(Item, bulk.CREATED, sql(f"id IN (SELECT s.item_id {new})"), chunk)


def edit_items(chunk: dict[str, Any]) -> None:
    """A blank cell leaves alone what is there; an item that was put away comes back."""
    edited = f"FROM {{s}} s WHERE {IN_CHUNK} AND s.action = 'changed' AND s.item_differs"
    values = ", ".join(f"MAX(s.{name}) AS {name}" for name in ATTRIBUTES)
    sets = ", ".join(f"{name} = COALESCE(n.{name}, i.{name})" for name in ATTRIBUTES)
    execute(
        sql(
            f"UPDATE {{i}} AS i SET {sets}, is_active = TRUE"
            f" FROM (SELECT s.item_id, {values} {edited} GROUP BY s.item_id) n WHERE n.item_id = i.id"
        ),
        chunk,
    )
    bulk.record(Item, bulk.EDITED, sql(f"id IN (SELECT s.item_id {edited})"), chunk)


# Stock ------------------------------------------------------------------------------------------------------------


def write_levels(chunk: dict[str, Any]) -> None:
    newest = rows(sql("SELECT COALESCE(MAX(id), 0) FROM {l}"))[0][0]
    insert_levels({**chunk, "newest": newest})
    edit_levels({**chunk, "newest": newest})


def insert_levels(chunk: dict[str, Any]) -> None:
    expressions = {
        "item_id": "s.item_id",
        "location_id": "s.location_id",
        "reorder_level": "COALESCE(s.reorder_level, 0)",
    }
    says_something = "(s.quantity IS NOT NULL OR s.reorder_level IS NOT NULL)"
    source = f"FROM {{s}} s WHERE {IN_CHUNK} AND s.level_id IS NULL AND {says_something} ORDER BY s.row"
    insert(StockLevel, expressions, sql(source), chunk)
    execute(
        sql(
            "UPDATE {s} AS s SET level_id = l.id FROM {l} l WHERE"
            f" {IN_CHUNK} AND s.level_id IS NULL AND l.item_id = s.item_id AND l.location_id = s.location_id"
        ),
        chunk,
    )
    made = f"id > %(newest)s AND id IN (SELECT s.level_id FROM {{s}} s WHERE {IN_CHUNK})"
    bulk.record(StockLevel, bulk.CREATED, sql(made), chunk)


def edit_levels(chunk: dict[str, Any]) -> None:
    edited = f"{IN_CHUNK} AND s.level_differs AND s.level_id <= %(newest)s"
    execute(
        sql(f"UPDATE {{l}} AS l SET reorder_level = s.reorder_level FROM {{s}} s WHERE s.level_id = l.id AND {edited}"),
        chunk,
    )
    bulk.record(StockLevel, bulk.EDITED, sql(f"id IN (SELECT s.level_id FROM {{s}} s WHERE {edited})"), chunk)


def move_stock(run: ImportRun, chunk: dict[str, Any]) -> None:
    """One line in the ledger for each difference, and the balances with it; both or the transaction fails."""
    params = {
        **chunk,
        "kind": KINDS[run.options["mode"]].value,
        "reason": _("Import of %(file)s") % {"file": run.original_name},
        "reference": run.original_name[: StockMovement._meta.get_field("reference").max_length],
        "change_set": change_sets.current().pk,
        "now": connection.ops.adapt_datetimefield_value(change_sets.now()),
    }
    expressions = {
        "level_id": "l.id",
        "kind": "%(kind)s",
        "on_hand_delta": "s.delta",
        "allocated_delta": "0",
        "on_hand_after": "l.on_hand + s.delta",
        "allocated_after": "l.allocated",
        "reason": "%(reason)s",
        "reference": "%(reference)s",
        "source_id": "NULL",
        "change_set_id": "%(change_set)s",
        "created_at": "%(now)s",
    }
    moves = f"s.level_id = l.id AND {IN_CHUNK} AND s.delta <> 0"
    lines = insert(
        StockMovement,
        expressions,
        sql(f"FROM {{s}} s JOIN {{l}} l ON l.id = s.level_id WHERE {moves} ORDER BY s.row"),
        params,
    )
    legal = "l.on_hand + s.delta >= l.allocated AND l.on_hand + s.delta <= %(most)s"
    moved = execute(
        sql(f"UPDATE {{l}} AS l SET on_hand = l.on_hand + s.delta FROM {{s}} s WHERE {moves} AND {legal}"), chunk
    )
    if moved != lines:
        raise RuntimeError(f"{lines} movements, but {moved} balances: the import is rolled back.")


def announce(chunk: dict[str, Any]) -> None:
    """Says once which levels ran low, and in groups, because receivers ask for each, where units arrived."""
    fell = "s.delta < 0 AND l.available <= l.reorder_level AND l.available - s.delta > l.reorder_level"
    if low := _moved_levels(chunk, f"l.reorder_level > 0 AND {fell}"):
        signals.stock_ran_low.send(StockLevel, levels=set(low))
    for arrived in batched(_moved_levels(chunk, "s.delta > 0"), ARRIVALS):
        signals.stock_arrived.send(StockLevel, levels=set(arrived))


def _moved_levels(chunk: dict[str, Any], condition: str) -> list[StockLevel]:
    moved = f"SELECT l.id FROM {{l}} l JOIN {{s}} s ON s.level_id = l.id WHERE {IN_CHUNK} AND {condition}"
    ids = [pk for (pk,) in rows(sql(moved), chunk)]
    return list(StockLevel.objects.select_related("item", "location").in_bulk(ids).values())
