"""Applying a checked import: the rules of stock as SQL over one chunk of staged rows, in the caller's transaction.

The end state is that of saving each row through the receivers; a test compares the two. Locks are taken as
everywhere: stock levels first, in primary key order.
"""

from typing import Any

from django.db import connection
from django.db.models import F, Model
from django.utils.translation import gettext as _

from backoffice.history import bulk, change_sets
from backoffice.imports import staged
from backoffice.imports.kinds import Chunk
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import execute, insert, refresh_statistics, rows, table
from inventory import import_clashes, signals
from inventory.import_refusals import refuse
from inventory.import_sql import ATTRIBUTES, sql
from inventory.models import MAX_QUANTITY, Item, StockLevel, StockMovement

CHUNK = 5_000
WHOLE = 10_000  # an all-or-nothing import up to this size is one transaction; orders wait for its locks
KINDS = {
    "set": StockMovement.Kind.COUNT,
    "add": StockMovement.Kind.RECEIPT,
    "subtract": StockMovement.Kind.ADJUSTMENT,
}
IN_CHUNK = "s.run_id = %(run)s AND s.sku_key > %(first)s AND s.sku_key <= %(last)s AND s.action IN ('new', 'changed')"
SAYS_SOMETHING = "(s.quantity IS NOT NULL OR s.reorder_level IS NOT NULL)"  # of stock
ITS_LEVEL = "l.item_id = s.item_id AND l.location_id = s.location_id"
THERE = f"{{s}} s JOIN {{l}} l ON {ITS_LEVEL}"  # rows with a level, as it is now
WITHOUT = f"{IN_CHUNK} AND s.level_id IS NULL"  # whose level was not there when the file was checked
# Records have history from their first moment on. Those without were made by this chunk, which writes theirs last.
MADE_ITEM = "id > %(newest)s AND NOT EXISTS (SELECT 1 FROM {ih} h WHERE h.id = {i}.id)"
MADE_LEVEL = "id > %(newest)s AND NOT EXISTS (SELECT 1 FROM {lh} h WHERE h.id = {l}.id)"


def apply_chunk(run: ImportRun) -> Chunk:
    """The next rows, all rows of an item together. Raises Conflict, with nothing written, when it is all or nothing."""
    last = _last_key(run)
    if last is None:
        return Chunk(0, 0, run.position, rows_left=False)
    chunk = {"run": run.pk, "first": run.position, "last": last, "most": MAX_QUANTITY, "mode": run.options["mode"]}
    locked = lock(chunk)
    refused = settle_conflicts(run, chunk)
    applied = write(run, chunk, locked)
    rows_left = bool(
        rows(sql(f"SELECT 1 FROM {{s}} s WHERE {IN_CHUNK} ORDER BY s.sku_key LIMIT 1"), chunk | _after(run, last))
    )
    if not rows_left and run.applied + applied:
        tell_what_ran_low()
    if not rows_left and run.applied + applied > CHUNK:
        refresh_statistics(Item, Item.history.model, StockLevel, StockLevel.history.model, StockMovement)
    return Chunk(applied, refused, last, rows_left)


def write(run: ImportRun, chunk: dict[str, Any], locked: set[int]) -> int:
    """What is there is edited and moved before anything is made, so that each row has its turn once."""
    counts = dict(rows(sql(f"SELECT s.action, COUNT(*) FROM {{s}} s WHERE {IN_CHUNK} GROUP BY s.action"), chunk))
    newest_line = _newest(StockMovement)
    if "changed" in counts:
        edit_items(chunk)
        edit_levels(chunk)
        move_levels(run, chunk)
    if "new" in counts:
        make_items(chunk)
    make_levels(run, chunk, locked)
    if "changed" in counts:  # nobody waits for an item that was made just now, and none of it is sold
        tell_what_arrived(newest_line)
    return sum(counts.values())


def _newest(model: type[Model]) -> int:
    return rows(f"SELECT COALESCE(MAX(id), 0) FROM {table(model)}")[0][0]


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
    known, found = f"SELECT s.level_id FROM {{s}} s WHERE {IN_CHUNK}", f"SELECT l.id FROM {THERE} WHERE {WITHOUT}"
    levels, items = f"{known} UNION ALL {found}", f"SELECT s.item_id FROM {{s}} s WHERE {IN_CHUNK} AND s.item_differs"
    locked = rows(sql(f"SELECT id FROM {{l}} WHERE id IN ({levels}) ORDER BY id FOR NO KEY UPDATE"), chunk)
    rows(sql(f"SELECT id FROM {{i}} WHERE id IN ({items}) ORDER BY id FOR NO KEY UPDATE"), chunk)
    return {pk for (pk,) in locked}


# Conflicts --------------------------------------------------------------------------------------------------------


def settle_conflicts(run: ImportRun, chunk: dict[str, Any]) -> int:
    """Refuses the rows whose live records changed since the check; all or nothing: raises Conflict with the first.

    Where it is all or nothing and somebody wrote something meanwhile, all rows are looked at before any is applied.
    """
    is_first = not run.only_good and not run.rows_done
    looks_ahead = is_first and change_sets.newest() > run.newest_act
    scope = chunk | _after(run, run.position) if looks_ahead else chunk
    found = import_clashes.find(run, IN_CHUNK, scope)
    problems = [(pk, Problem(told, "conflict", "sku"), "[]") for pk, told in found]
    if problems and not run.only_good:
        raise staged.conflict(run, [problem for _pk, problem, _known in problems])
    return refuse(problems)


# Items ------------------------------------------------------------------------------------------------------------


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


def make_items(chunk: dict[str, Any]) -> None:
    """What a blank cell leaves open in a new item is the field's own default."""
    expressions = {"sku": "MIN(s.sku)", "sku_key": "s.sku_key"}
    params = chunk | {"newest": _newest(Item)}
    for name in ATTRIBUTES:
        field: Any = Item._meta.get_field(name)
        params[f"blank_{name}"] = field.get_db_prep_save(field.get_default(), connection)
        expressions[name] = f"COALESCE(MAX(s.{name}), %(blank_{name})s)"
    new = f"FROM {{s}} s WHERE {IN_CHUNK} AND s.action = 'new' GROUP BY s.sku_key ORDER BY MIN(s.row)"
    insert(Item, expressions, sql(new), params)
    bulk.record(Item, bulk.CREATED, sql(MADE_ITEM), params)


# Stock ------------------------------------------------------------------------------------------------------------


def edit_levels(chunk: dict[str, Any]) -> None:
    edited = f"WHERE {IN_CHUNK} AND s.level_differs"
    update = f"UPDATE {{l}} AS l SET reorder_level = s.reorder_level FROM {{s}} s {edited} AND {ITS_LEVEL}"
    if execute(sql(update), chunk):
        bulk.record(StockLevel, bulk.EDITED, sql(f"id IN (SELECT l.id FROM {THERE} {edited})"), chunk)


def move_levels(run: ImportRun, chunk: dict[str, Any]) -> None:
    """One line in the ledger for each difference, and the balances with it; both or the transaction fails."""
    moves = f"WHERE {IN_CHUNK} AND s.delta <> 0"
    source = f"FROM {THERE} {moves} ORDER BY s.row"
    lines = write_ledger(run, chunk, source, delta="s.delta", after="l.on_hand + s.delta")
    update = f"UPDATE {{l}} AS l SET on_hand = l.on_hand + s.delta FROM {{s}} s {moves} AND {ITS_LEVEL}"
    moved = execute(sql(update), chunk)
    if moved != lines:
        raise RuntimeError(f"{lines} movements, but {moved} balances: the import is rolled back.")


def make_levels(run: ImportRun, chunk: dict[str, Any], locked: set[int]) -> None:
    """With their stock on hand, and as one line in the ledger for each that has any."""
    expressions = {
        "item_id": "i.id",
        "location_id": "s.location_id",
        "on_hand": "s.delta",
        "allocated": "0",
        "reorder_level": "COALESCE(s.reorder_level, 0)",
    }
    missing = "NOT EXISTS (SELECT 1 FROM {l} l WHERE l.item_id = i.id AND l.location_id = s.location_id)"
    source = f"FROM {{s}} s JOIN {{i}} i ON i.sku_key = s.sku_key WHERE {WITHOUT} AND {SAYS_SOMETHING} AND {missing}"
    params = chunk | {"newest": _newest(StockLevel)}
    made = insert(StockLevel, expressions, sql(f"{source} ORDER BY s.row"), params)
    check_no_level_came_between(params, locked)
    if made:
        stocked = f"FROM {{l}} WHERE {MADE_LEVEL} AND on_hand > 0"
        stocked = f"FROM (SELECT id, on_hand, allocated {stocked}) l ORDER BY l.id"
        write_ledger(run, params, stocked, delta="l.on_hand", after="l.on_hand")
        bulk.record(StockLevel, bulk.CREATED, sql(MADE_LEVEL), params)


def check_no_level_came_between(chunk: dict[str, Any], locked: set[int]) -> None:
    """One that somebody else made after the lock was neither locked nor moved: the chunk is tried again."""
    if connection.vendor == "sqlite":
        return
    there = {pk for (pk,) in rows(sql(f"SELECT l.id FROM {THERE} WHERE {WITHOUT}"), chunk)}
    made = {pk for (pk,) in rows(sql(f"SELECT id FROM {{l}} WHERE {MADE_LEVEL}"), chunk)} if there - locked else set()
    if there - locked - made:
        raise RuntimeError("Somebody made a stock level meanwhile: the chunk is rolled back.")


def write_ledger(run: ImportRun, chunk: dict[str, Any], source: str, *, delta: str, after: str) -> int:
    """A line for each row of ``source``, which has a level as ``l``."""
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
        "on_hand_delta": delta,
        "allocated_delta": "0",
        "on_hand_after": after,
        "allocated_after": "l.allocated",
        "reason": "%(reason)s",
        "reference": "%(reference)s",
        "source_id": "NULL",
        "change_set_id": "%(change_set)s",
        "created_at": "%(now)s",
    }
    return insert(StockMovement, expressions, sql(source), params)


def tell_what_arrived(newest_line: int) -> None:
    """Says where this chunk added units, so that who waits for them is served while the import goes on."""
    written = StockMovement.objects.filter(change_set=change_sets.current(), pk__gt=newest_line, on_hand_delta__gt=0)
    arrived = StockLevel.objects.filter(pk__in=written.order_by().values("level"))
    if arrived.exists():
        signals.stock_arrived.send(StockLevel, levels=arrived)


def tell_what_ran_low() -> None:
    """Says once, with the last chunk, which levels the whole import took down to their reorder level: one message."""
    after, reorder_level = F("on_hand_after") - F("allocated_after"), F("level__reorder_level")
    taken = StockMovement.objects.filter(change_set=change_sets.current(), on_hand_delta__lt=0).annotate(after=after)
    fell = taken.filter(after__lte=reorder_level, after__gt=reorder_level + F("on_hand_delta"))
    low = StockLevel.objects.filter(pk__in=fell.filter(level__reorder_level__gt=0).order_by().values("level"))
    if levels := set(low.select_related("item", "location")):
        signals.stock_ran_low.send(StockLevel, levels=levels)
