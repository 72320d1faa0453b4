"""Taking back what an act did to thousands of items: a handful of statements for those that nobody touched since.

The end state is that of taking each back through the receivers; a test compares the two. What only receivers may
decide is left to them: an item with another SKU, barcode or rule of stock than before, units that stock cannot bear to
lose, whatever somebody changed since.
"""

import json
import re
from collections.abc import Iterable
from itertools import batched
from typing import Any

from django.db import connection, models
from django.db.models import Max, Min

from backoffice.history import bulk, change_sets
from backoffice.history.models import Undo
from backoffice.history.undo import history_of
from backoffice.imports.set_based import execute, insert, rows, table
from inventory import signals
from inventory.models import MAX_QUANTITY, Item, StockLevel, StockMovement
from inventory.stock import TAKEN_BACK

ONE_OF_THEM = re.compile(r"\[([\w.]+)\]")
ARRIVALS = 500  # levels in one signal
GUARDED = ("sku", "sku_key", "barcode", "is_stocked", "oversell")  # what receivers and unique keys have a say in
PERMISSIONS = (
    "inventory.add_item",
    "inventory.change_item",
    "inventory.delete_item",
    "inventory.change_stocklevel",
    "inventory.adjust_stocklevel",
)
MOVED = "('receipt', 'adjustment', 'count', 'transfer_out', 'transfer_in')"
TABLES = {
    "i": table(Item),
    "l": table(StockLevel),
    "m": table(StockMovement),
    "ih": table(history_of(Item)),
    "lh": table(history_of(StockLevel)),
}
# ``a`` is the row that the act wrote, ``b`` the one before it
BEFORE = (
    "JOIN {%(h)s} b ON b.id = a.id AND b.history_id ="
    " (SELECT MAX(p.history_id) FROM {%(h)s} p WHERE p.id = a.id AND p.history_id < a.history_id)"
)
ITEM_BEFORE, LEVEL_BEFORE = BEFORE % {"h": "ih"}, BEFORE % {"h": "lh"}
LATER = "EXISTS (SELECT 1 FROM {%(h)s} n WHERE n.id = a.id AND n.history_id > a.history_id)"
TWICE = "GROUP BY a.id HAVING COUNT(*) > 1"


def touched(model: type, live: str) -> str:
    """That the record says something else now than the act left it saying."""
    same = " AND ".join(f"r.{f.column} = a.{f.column}" for f in history_of(model).tracked_fields)
    return f"NOT EXISTS (SELECT 1 FROM {{{live}}} r WHERE {same})"


# A plus keeps the database from the index of acts: some records of a large act are found by their own keys.
IN_ACT = "+a.change_set_id = %(act)s"
MOVEMENTS = "FROM {m} m JOIN {l} l ON l.id = m.level_id WHERE [m.id] AND [l.item_id]"
THEIR_MOVEMENTS = (
    "SELECT m.id FROM {m} m JOIN {l} l ON l.id = m.level_id WHERE [l.item_id]"
    " AND m.id BETWEEN %(first)s AND %(last)s AND +m.change_set_id = %(act)s"
)
FORGOTTEN = (  # what it was before has been removed from history
    "a.history_type <> '+' AND NOT EXISTS (SELECT 1 FROM {%(h)s} p WHERE p.id = a.id AND p.history_id < a.history_id)"
)
NOT_FOR_BULK = (
    f"SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND [a.id] AND {FORGOTTEN % {'h': 'ih'}}",
    f"SELECT a.item_id FROM {{lh}} a WHERE {IN_ACT} AND [a.item_id] AND {FORGOTTEN % {'h': 'lh'}}",
    f"SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND [a.id] {TWICE}",
    f"SELECT MAX(a.item_id) FROM {{lh}} a WHERE {IN_ACT} AND [a.item_id] {TWICE}",
)
# the movement that a movement takes back, or back again; itself if it is none of these
ROOT = f"(CASE WHEN m.source_kind = '{TAKEN_BACK}' AND m.source_id IS NOT NULL THEN m.source_id ELSE m.id END)"
SUM = "(SELECT COALESCE(SUM(n.on_hand_delta), 0) FROM {m} n WHERE n.id > m.id AND "
NOT_FOR_BULK_EDIT = (
    f"SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND [a.id] AND {touched(Item, 'i')}",
    f"SELECT a.item_id FROM {{lh}} a WHERE {IN_ACT} AND [a.item_id] AND {touched(StockLevel, 'l')}",
    f"SELECT a.id FROM {{ih}} a {ITEM_BEFORE} WHERE {IN_ACT} AND [a.id] AND a.history_type = '~' AND ("
    + " OR ".join(f"a.{name} <> b.{name}" for name in GUARDED)
    + ")",
    f"SELECT a.item_id FROM {{lh}} a WHERE {IN_ACT} AND [a.item_id] AND a.history_type = '-'",
    f"SELECT l.item_id {MOVEMENTS} AND m.kind NOT IN ('receipt', 'adjustment', 'count')",
    f"SELECT MAX(l.item_id) {MOVEMENTS} GROUP BY m.level_id HAVING COUNT(*) > 1",
    f"SELECT l.item_id {MOVEMENTS} AND {SUM} n.level_id = m.level_id AND n.kind IN {MOVED}) <> 0",
    f"SELECT l.item_id {MOVEMENTS} AND {SUM} n.source_kind = '{TAKEN_BACK}' AND n.source_id = {ROOT}) <> 0",
    f"SELECT l.item_id {MOVEMENTS} AND (l.on_hand - m.on_hand_delta < l.allocated"
    f" OR l.on_hand - m.on_hand_delta > {MAX_QUANTITY})",
)
NOT_FOR_BULK_RETURN = (
    f"SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND [a.id] AND {LATER % {'h': 'ih'}}",
    f"SELECT a.item_id FROM {{lh}} a WHERE {IN_ACT} AND [a.item_id] AND {LATER % {'h': 'lh'}}",
    f"SELECT a.id FROM {{ih}} a JOIN {{i}} i ON i.id = a.id OR i.sku_key = a.sku_key"
    f" OR (i.barcode = a.barcode AND a.barcode <> '') WHERE {IN_ACT} AND [a.id]",
)


def go_back(undo: Undo, ids: list[int], *, gone: bool) -> int:
    """Takes back those of the items, which must be locked, that can go in bulk. Returns how many."""
    if undo.user and not undo.user.has_perms(PERMISSIONS):
        return 0
    work = Work(undo, ids)
    work.leave_out(NOT_FOR_BULK)
    if gone:
        work.leave_out(NOT_FOR_BULK_RETURN)
        bring_back(work)
    else:
        work.leave_out(NOT_FOR_BULK_EDIT)
        work.leave_out_referred()
        remove_made(work)
        move_stock(work)
        put_levels_back(work)
        put_items_back(work)
        put_made_away(work)
    return len(work.ids)


class Work:
    """The items of one go, what the act moved of them, and the statements about them.

    ``[column]`` stands for “is one of the items”, ``[m.id]`` for “is one of the movements”.
    """

    def __init__(self, undo: Undo, ids: Iterable[int]):
        self.undo, self.ids = undo, set(ids)
        moved = StockMovement.objects.filter(change_set=undo.undone).aggregate(first=Min("pk"), last=Max("pk"))
        self.params = {"act": undo.undone_id, **moved}
        self.params["moved"] = as_list(pk for (pk,) in self.rows(THEIR_MOVEMENTS))

    def leave_out(self, queries: Iterable[str]) -> None:
        for query in queries:
            self.ids -= {pk for (pk,) in self.rows(query)}

    def leave_out_referred(self) -> None:
        """Items that the act made and something else than their levels points at."""
        made = [
            pk for (pk,) in self.rows(f"SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND [a.id] AND a.history_type = '+'")
        ]
        for relation in Item._meta.related_objects:
            if relation.related_model is StockLevel or relation.on_delete is not models.PROTECT:
                continue
            name = relation.field.attname
            others = relation.related_model._base_manager.filter(**{f"{name}__in": made})
            self.ids -= set(others.values_list(name, flat=True))

    def sql(self, text: str, ids: Iterable[int] | None = None) -> tuple[str, dict[str, Any]]:
        chosen = as_list(self.ids if ids is None else ids)
        return ONE_OF_THEM.sub(among, text).format(**TABLES), {**self.params, "ids": chosen}

    def rows(self, text: str) -> list[tuple]:
        return rows(*self.sql(text))

    def execute(self, text: str, ids: Iterable[int] | None = None) -> int:
        return execute(*self.sql(text, ids))

    def record(self, model: type, history_type: str, where: str, ids: Iterable[int] | None = None) -> int:
        return bulk.record(model, history_type, *self.sql(where, ids))


def as_list(keys: Iterable[int]) -> str:
    """One parameter, which costs less than thousands: a list for JSON, or PostgreSQL's array."""
    text = json.dumps(sorted(keys))
    return text if connection.vendor == "sqlite" else f"{{{text[1:-1]}}}"


def among(column: re.Match) -> str:
    keys = "%(moved)s" if column[1] == "m.id" else "%(ids)s"
    if connection.vendor == "sqlite":
        return f"{column[1]} IN (SELECT value FROM json_each({keys}))"
    return f"{column[1]} = ANY(CAST({keys} AS bigint[]))"


# What the act deleted -------------------------------------------------------------------------------------------------


def bring_back(work: Work) -> None:
    """Items, then their levels, under the keys that they had."""
    for model, history, item in ((Item, "ih", "id"), (StockLevel, "lh", "item_id")):
        names = [field.column for field in history_of(model).tracked_fields]
        zeros = ["on_hand", "allocated"] if model is StockLevel else []
        columns, values = ", ".join([*names, *zeros]), ", ".join([f"a.{name}" for name in names] + ["0"] * len(zeros))
        deleted = f"FROM {{{history}}} a WHERE {IN_ACT} AND [a.{item}] AND a.history_type = '-'"
        work.execute(f"INSERT INTO {table(model)} ({columns}) SELECT {values} {deleted} ORDER BY a.id")
        work.record(model, bulk.CREATED, f"id IN (SELECT a.id {deleted})")


# What the act made ----------------------------------------------------------------------------------------------------


def remove_made(work: Work) -> None:
    """Items without any movement go, and their levels before them."""
    made = f"SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND [a.id] AND a.history_type = '+'"
    moved = "SELECT 1 FROM {m} m JOIN {l} l ON l.id = m.level_id WHERE l.item_id = a.id"
    going = {pk for (pk,) in work.rows(f"{made} AND NOT EXISTS ({moved})")}
    for model, where in ((StockLevel, "[item_id]"), (Item, "[id]")):
        work.record(model, bulk.DELETED, where, going)
        work.execute(f"DELETE FROM {table(model)} WHERE {where}", going)


def put_made_away(work: Work) -> None:
    """Items with movements stay, out of sight."""
    made = f"[id] AND id IN (SELECT a.id FROM {{ih}} a WHERE {IN_ACT} AND a.history_type = '+' AND a.is_active)"
    work.execute(f"UPDATE {{i}} SET is_active = FALSE WHERE {made}")
    work.record(Item, bulk.EDITED, made)


# What the act edited --------------------------------------------------------------------------------------------------


def put_items_back(work: Work) -> None:
    names = [field.column for field in history_of(Item).tracked_fields if field.name not in (*GUARDED, "id")]
    edited = f"{IN_ACT} AND [a.id] AND a.history_type = '~'"
    sets = ", ".join(f"{name} = b.{name}" for name in names)
    work.execute(f"UPDATE {{i}} AS i SET {sets} FROM {{ih}} a {ITEM_BEFORE} WHERE a.id = i.id AND {edited}")
    work.record(Item, bulk.EDITED, f"id IN (SELECT a.id FROM {{ih}} a WHERE {edited})")


def put_levels_back(work: Work) -> None:
    """Where a level was made and stays, the reorder level goes back to none."""
    edited = f"{IN_ACT} AND [a.item_id] AND a.history_type = '~' AND a.reorder_level <> b.reorder_level"
    made = f"{IN_ACT} AND [a.item_id] AND a.history_type = '+' AND a.reorder_level <> 0"
    before = f"FROM {{lh}} a {LEVEL_BEFORE} WHERE {edited}"
    work.execute(f"UPDATE {{l}} AS l SET reorder_level = b.reorder_level {before} AND a.id = l.id")
    work.execute(f"UPDATE {{l}} AS l SET reorder_level = 0 FROM {{lh}} a WHERE {made} AND a.id = l.id")
    work.record(StockLevel, bulk.EDITED, f"id IN (SELECT a.id {before} UNION SELECT a.id FROM {{lh}} a WHERE {made})")


# What the act moved ---------------------------------------------------------------------------------------------------


def move_stock(work: Work) -> None:
    """One line in the ledger for each that is taken back, and the balances with it; both or the transaction fails."""
    source, params = work.sql(f"{MOVEMENTS} AND m.on_hand_delta <> 0")
    low, arrived = low_and_arrived(work)
    lines = insert(StockMovement, LINE, f"{source} ORDER BY m.id", params | constants(work.undo))
    moved = work.execute(
        "UPDATE {l} AS l SET on_hand = l.on_hand - m.on_hand_delta FROM {m} m WHERE m.level_id = l.id"
        f" AND [m.id] AND [l.item_id] AND m.on_hand_delta <> 0"
        f" AND l.on_hand - m.on_hand_delta BETWEEN l.allocated AND {MAX_QUANTITY}"
    )
    if moved != lines:
        raise RuntimeError(f"{lines} movements, but {moved} balances: the undo is rolled back.")
    announce(low, arrived)


LINE = {
    "level_id": "l.id",
    "kind": "%(kind)s",
    "on_hand_delta": "-m.on_hand_delta",
    "allocated_delta": "0",
    "on_hand_after": "l.on_hand - m.on_hand_delta",
    "allocated_after": "l.allocated",
    "reason": "%(reason)s",
    "source_kind": "%(source)s",
    "source_id": ROOT,
    "change_set_id": "%(by)s",
    "created_at": "%(now)s",
}


def constants(undo: Undo) -> dict[str, Any]:
    return {
        "kind": StockMovement.Kind.ADJUSTMENT.value,
        "reason": undo.reason,
        "source": TAKEN_BACK,
        "by": change_sets.current().pk,
        "now": connection.ops.adapt_datetimefield_value(change_sets.now()),
    }


def low_and_arrived(work: Work) -> tuple[list[int], list[int]]:
    """The levels that will run low by it, and those where more will be available."""
    after = "(l.available - m.on_hand_delta)"
    falls = f"l.reorder_level > 0 AND {after} <= l.reorder_level AND l.available > l.reorder_level"
    low = work.rows(f"SELECT l.id {MOVEMENTS} AND {falls}")
    arrived = work.rows(f"SELECT l.id {MOVEMENTS} AND m.on_hand_delta < 0")
    return [pk for (pk,) in low], [pk for (pk,) in arrived]


def announce(low: list[int], arrived: list[int]) -> None:
    levels = StockLevel.objects.select_related("item", "location")
    if low:
        signals.stock_ran_low.send(StockLevel, levels=set(levels.in_bulk(low).values()))
    for some in batched(arrived, ARRIVALS):
        signals.stock_arrived.send(StockLevel, levels=set(levels.in_bulk(some).values()))
