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
IN_CHUNK = "s.run_id = %(run)s AND s.sku_key > %(first)s AND s.sku_key <= %(last)s AND s.action IN ('new', 'changed')"
SAYS_SOMETHING = "(s.quantity IS NOT NULL OR s.reorder_level IS NOT NULL)"  # of stock
# a row with its item and its level, both as they are now: of either it may be the chunk that made them
ITEM = "{s} s JOIN {i} i ON i.sku_key = s.sku_key"
LEVEL = ITEM + " JOIN {l} l ON l.item_id = i.id AND l.location_id = s.location_id"
# a level has history from its first moment, so one without was made by this chunk, and its history is yet to be written
MADE_NOW = "s.level_id IS NULL AND NOT EXISTS (SELECT 1 FROM {lh} h WHERE h.id = l.id)"


def apply_chunk(run: ImportRun) -> Chunk:
    """The next rows, all rows of an item together. Raises Conflict, with nothing written, when it is all or nothing."""
    last = _last_key(run)
    if last is None:
        return Chunk(0, 0, run.position, rows_left=False)
    chunk = {"run": run.pk, "first": run.position, "last": last, "most": MAX_QUANTITY, "mode": run.options["mode"]}
    locked = lock(chunk)
    refused = settle_conflicts(run, chunk)
    write_items(chunk)
    write_stock(run, chunk, locked)
    announce(chunk)
    [(applied,)] = rows(sql(f"SELECT COUNT(*) FROM {{s}} s WHERE {IN_CHUNK}"), chunk)
    rows_left = bool(rows(sql(f"SELECT 1 FROM {{s}} s WHERE {IN_CHUNK} LIMIT 1"), chunk | _after(run, last)))
    if not rows_left and run.applied + applied > CHUNK:
        refresh_statistics(Item, Item.history.model, StockLevel, StockLevel.history.model, StockMovement)
    return Chunk(applied, refused, last, rows_left)


def _last_key(run: ImportRun) -> str | None:
    """The SKU key that ends the next chunk; None when no rows are left."""
    size = WHOLE if not run.only_good and run.ready <= WHOLE else CHUNK
    waiting = sql(f"SELECT s.sku_key FROM {{s}} s WHERE {IN_CHUNK} ORDER BY s.sku_key LIMIT {size}")
    [(last,)] = rows(f"SELECT MAX(sku_key) FROM ({waiting}) w", _after(run, run.position))
    return last


def _after(run: ImportRun, position: str) -> dict[str, Any]:
    """All that is left of a run."""
    last = rows(sql("SELECT MAX(sku_key) FROM {s} WHERE run_id = %s"), [run.pk])[0][0]
    return {"run": run.pk, "first": position, "last": last}


def lock(chunk: dict[str, Any]) -> set[int]:
    """Locks the chunk's levels, then its items, as they are found now. Returns the levels."""
    if connection.vendor == "sqlite":
        return set()  # the transaction holds the one write lock already
    levels, items = f"SELECT l.id FROM {LEVEL} WHERE {IN_CHUNK}", f"SELECT i.id FROM {ITEM} WHERE {IN_CHUNK}"
    locked = rows(sql(f"SELECT id FROM {{l}} WHERE id IN ({levels}) ORDER BY id FOR NO KEY UPDATE"), chunk)
    rows(sql(f"SELECT id FROM {{i}} WHERE id IN ({items}) ORDER BY id FOR NO KEY UPDATE"), chunk)
    return {pk for (pk,) in locked}


# Conflicts --------------------------------------------------------------------------------------------------------

NOW = (
    "{s} s LEFT JOIN {i} i ON i.id = s.item_id"
    " LEFT JOIN {l} l ON l.item_id = s.item_id AND l.location_id = s.location_id"
)
CONFLICTS = {
    "deleted": "s.item_id IS NOT NULL AND i.id IS NULL",
    "edited": (
        "s.item_id IS NOT NULL AND COALESCE(s.checked_history_id, 0) <>"
        " COALESCE((SELECT MAX(h.history_id) FROM {ih} h WHERE h.id = s.item_id), 0)"
        " OR s.reorder_level IS NOT NULL AND l.id IS NOT NULL AND COALESCE(s.checked_level_history_id, 0) <>"
        " COALESCE((SELECT MAX(h.history_id) FROM {lh} h WHERE h.id = l.id), 0)"
    ),
    "created": "s.item_id IS NULL AND EXISTS (SELECT 1 FROM {i} o WHERE o.sku_key = s.sku_key)",
    "barcode": (
        "s.barcode <> '' AND EXISTS (SELECT 1 FROM {i} o WHERE o.barcode = s.barcode AND NOT (o.barcode = '')"
        " AND (s.item_id IS NULL OR o.id <> s.item_id))"
    ),
    "moved": (
        "%(mode)s = 'set' AND s.quantity IS NOT NULL AND l.id IS NOT NULL AND EXISTS (SELECT 1 FROM {m} m"
        f" WHERE m.level_id = l.id AND m.id > s.checked_movement_id AND m.kind NOT IN {CARRIED})"
    ),
    "stock": (
        "s.delta <> 0 AND (COALESCE(l.on_hand, 0) + s.delta < COALESCE(l.allocated, 0)"
        " OR COALESCE(l.on_hand, 0) + s.delta > %(most)s)"
    ),
}


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
    scope = chunk if run.only_good or run.rows_done else chunk | _after(run, run.position)
    cases = " ".join(f"WHEN {condition} THEN '{code}'" for code, condition in CONFLICTS.items())
    looked_up = f"SELECT s.id, s.sku, CASE {cases} END AS code FROM {NOW} WHERE {IN_CHUNK}"
    found = rows(sql(f"SELECT id, sku, code FROM ({looked_up}) c WHERE code IS NOT NULL"), scope)
    problems = [(pk, Problem(_sentence(code, sku), "conflict", "sku", value=sku), "[]") for pk, sku, code in found]
    if problems and not run.only_good:
        raise staged.conflict(run, [problem for _pk, problem, _known in problems])
    return refuse(problems)


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
    if insert(Item, expressions, sql(f"{new} GROUP BY s.sku_key ORDER BY MIN(s.row)"), params):
        bulk.record(Item, bulk.CREATED, sql(f"sku_key IN (SELECT s.sku_key {new})"), chunk)


def edit_items(chunk: dict[str, Any]) -> None:
    """A blank cell leaves alone what is there; an item that was put away comes back."""
    edited = f"FROM {{s}} s WHERE {IN_CHUNK} AND s.action = 'changed' AND s.item_differs"
    values = ", ".join(f"MAX(s.{name}) AS {name}" for name in ATTRIBUTES)
    sets = ", ".join(f"{name} = COALESCE(n.{name}, i.{name})" for name in ATTRIBUTES)
    statement = (
        f"UPDATE {{i}} AS i SET {sets}, is_active = TRUE"
        f" FROM (SELECT s.item_id, {values} {edited} GROUP BY s.item_id) n WHERE n.item_id = i.id"
    )
    if execute(sql(statement), chunk):
        bulk.record(Item, bulk.EDITED, sql(f"id IN (SELECT s.item_id {edited})"), chunk)


# Stock ------------------------------------------------------------------------------------------------------------


def write_stock(run: ImportRun, chunk: dict[str, Any], locked: set[int]) -> None:
    """First the levels that are there, then those that are not."""
    edit_levels(chunk)
    move_levels(run, chunk)
    made = make_levels(run, chunk)
    check_no_level_came_between(chunk, locked, made)


def check_no_level_came_between(chunk: dict[str, Any], locked: set[int], made: int) -> None:
    """One that somebody else made after the lock was neither locked nor weighed: the chunk is tried again."""
    if connection.vendor == "sqlite":
        return
    levels = {pk for (pk,) in rows(sql(f"SELECT l.id FROM {LEVEL} WHERE {IN_CHUNK}"), chunk)}
    if len(levels - locked) != made:
        raise RuntimeError("Somebody made a stock level meanwhile: the chunk is rolled back.")


def edit_levels(chunk: dict[str, Any]) -> None:
    edited = f"FROM {LEVEL} WHERE {IN_CHUNK} AND s.level_differs"
    values = f"(SELECT l.id, s.reorder_level {edited}) n"
    if execute(sql(f"UPDATE {{l}} AS l SET reorder_level = n.reorder_level FROM {values} WHERE n.id = l.id"), chunk):
        bulk.record(StockLevel, bulk.EDITED, sql(f"id IN (SELECT l.id {edited})"), chunk)


def move_levels(run: ImportRun, chunk: dict[str, Any]) -> None:
    """One line in the ledger for each difference, and the balances with it; both or the transaction fails."""
    moves = f"FROM {LEVEL} WHERE {IN_CHUNK} AND s.delta <> 0"
    lines = write_ledger(run, chunk, f"{moves} ORDER BY s.row", on_hand_after="l.on_hand + s.delta")
    values = f"(SELECT l.id, s.delta {moves}) n"
    moved = execute(sql(f"UPDATE {{l}} AS l SET on_hand = l.on_hand + n.delta FROM {values} WHERE n.id = l.id"), chunk)
    if moved != lines:
        raise RuntimeError(f"{lines} movements, but {moved} balances: the import is rolled back.")


def make_levels(run: ImportRun, chunk: dict[str, Any]) -> int:
    expressions = {
        "item_id": "i.id",
        "location_id": "s.location_id",
        "on_hand": "s.delta",
        "allocated": "0",
        "reorder_level": "COALESCE(s.reorder_level, 0)",
    }
    missing = "NOT EXISTS (SELECT 1 FROM {l} l WHERE l.item_id = i.id AND l.location_id = s.location_id)"
    source = f"FROM {ITEM} WHERE {IN_CHUNK} AND {SAYS_SOMETHING} AND {missing} ORDER BY s.row"
    if count := insert(StockLevel, expressions, sql(source), chunk):
        made = f"FROM {LEVEL} WHERE {IN_CHUNK} AND {MADE_NOW}"
        write_ledger(run, chunk, f"{made} AND s.delta <> 0 ORDER BY s.row", on_hand_after="s.delta")
        bulk.record(StockLevel, bulk.CREATED, sql(f"id IN (SELECT l.id {made})"), chunk)
    return count


def write_ledger(run: ImportRun, chunk: dict[str, Any], source: str, *, on_hand_after: str) -> int:
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
        "on_hand_after": on_hand_after,
        "allocated_after": "l.allocated",
        "reason": "%(reason)s",
        "reference": "%(reference)s",
        "source_id": "NULL",
        "change_set_id": "%(change_set)s",
        "created_at": "%(now)s",
    }
    return insert(StockMovement, expressions, sql(source), params)


def announce(chunk: dict[str, Any]) -> None:
    """Says once which levels ran low, and in groups, because receivers ask for each, where units arrived."""
    fell = "s.delta < 0 AND l.available <= l.reorder_level AND l.available - s.delta > l.reorder_level"
    if low := _moved_levels(chunk, f"l.reorder_level > 0 AND {fell}"):
        signals.stock_ran_low.send(StockLevel, levels=set(low))
    arrived = _moved_levels(chunk, "s.delta > 0 AND s.action = 'changed'")  # nobody waits for an item made just now
    for levels in batched(arrived, ARRIVALS):
        signals.stock_arrived.send(StockLevel, levels=set(levels))


def _moved_levels(chunk: dict[str, Any], condition: str) -> list[StockLevel]:
    """With what tells them apart and no more: there may be thousands."""
    moved = sql(f"SELECT l.id, l.item_id, l.location_id FROM {LEVEL} WHERE {IN_CHUNK} AND {condition}")
    return list(StockLevel.objects.raw(moved, chunk))
