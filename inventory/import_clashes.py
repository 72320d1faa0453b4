"""Items and stock that changed between the check of a file and its apply."""

from typing import Any

from django.utils.translation import gettext as _

from backoffice.imports import kinds
from backoffice.imports.clashes import Clash, changes_between, rows_of
from backoffice.imports.models import ImportRun
from backoffice.imports.set_based import rows
from inventory.import_sql import ATTRIBUTES, differs, sql
from inventory.models import MAX_QUANTITY, Item, StagedItem, StockLevel

# kinds of movement that a count carries along instead of being contradicted by
CARRIED = "('shipment', 'return', 'allocation', 'release')"
NOW = (
    "{s} s LEFT JOIN {i} i ON i.id = s.item_id"
    " LEFT JOIN {l} l ON l.item_id = s.item_id AND l.location_id = s.location_id"
)
# What the file does not write nobody can lose; and to compare costs less than to look for history.
CONFLICTS = {
    "deleted": "s.item_id IS NOT NULL AND i.id IS NULL OR s.level_id IS NOT NULL AND l.id IS NULL",
    "edited": (
        f"(s.item_differs OR NOT i.is_active OR {differs('s')}) AND EXISTS (SELECT 1 FROM {{ih}} h"
        " WHERE h.id = s.item_id AND h.history_id > COALESCE(s.checked_history_id, 0))"
        " OR s.reorder_level <> l.reorder_level AND EXISTS (SELECT 1 FROM {lh} h"
        " WHERE h.id = l.id AND h.history_id > COALESCE(s.checked_level_history_id, 0))"
    ),
    "created": "s.item_id IS NULL AND EXISTS (SELECT 1 FROM {i} o WHERE o.sku_key = s.sku_key)",
    "barcode": (
        "s.barcode <> '' AND s.barcode <> COALESCE(i.barcode, '') AND EXISTS (SELECT 1 FROM {i} o"
        " WHERE o.barcode = s.barcode AND NOT (o.barcode = '')"
        " AND (s.item_id IS NULL OR o.id <> s.item_id))"
    ),
    "moved": (
        "%(mode)s = 'set' AND s.quantity IS NOT NULL AND l.id IS NOT NULL AND EXISTS (SELECT 1 FROM {m} m"
        f" WHERE m.level_id = l.id AND m.id > COALESCE(s.checked_movement_id, 0) AND m.kind NOT IN {CARRIED})"
    ),
    "stock": (
        "s.delta <> 0 AND (COALESCE(l.on_hand, 0) + s.delta < COALESCE(l.allocated, 0)"
        " OR COALESCE(l.on_hand, 0) + s.delta > %(most)s)"
    ),
}


def sentence(code: str, sku: str) -> str:
    return {
        "edited": _("%(sku)s was edited since the check."),
        "deleted": _("%(sku)s was deleted since the check."),
        "created": _("%(sku)s was created since the check."),
        "barcode": _("The barcode of %(sku)s was given to another item since the check."),
        "moved": _("The stock of %(sku)s was counted or adjusted since the check."),
        "stock": _("Stock of %(sku)s was promised or taken since the check and no longer bears the change."),
    }[code] % {"sku": sku}


def find(run: ImportRun, scope: str, params: dict[str, Any]) -> list[tuple[int, str]]:
    """(id, sentence) of the staged rows in ``scope`` whose records are not what they were at the check."""
    cases = " ".join(f"WHEN {condition} THEN '{code}'" for code, condition in CONFLICTS.items())
    looked_up = f"SELECT s.id, COALESCE(i.sku, s.sku) AS sku, CASE {cases} END AS code FROM {NOW} WHERE {scope}"
    params = {"most": MAX_QUANTITY, "mode": run.options["mode"], **params}
    found = rows(sql(f"SELECT id, sku, code FROM ({looked_up}) c WHERE code IS NOT NULL"), params)
    return [(pk, sentence(code, sku)) for pk, sku, code in found]


def clashes(run: ImportRun) -> list[Clash]:
    """All that somebody has to decide about before the run can go in."""
    found = find(run, "s.run_id = %(run)s AND s.action IN ('new', 'changed')", {"run": run.pk})
    return describe(run, rows_of(found, StagedItem)) if found else []


def describe(run: ImportRun, found: list[tuple[StagedItem, str]]) -> list[Clash]:
    staged = [row for row, _sentence in found]
    items = Item.objects.in_bulk({row.item_id for row in staged if row.item_id})
    item_rows = Item.history.in_bulk({row.checked_history_id for row in staged if row.checked_history_id})
    levels = StockLevel.objects.filter(item__in=list(items))
    at: dict[tuple[int | None, int | None], Any] = {(each.item_id, each.location_id): each for each in levels}
    level_rows = StockLevel.history.in_bulk({r.checked_level_history_id for r in staged if r.checked_level_history_id})
    return [
        _clash(
            run, row, sentence, item_rows.get(row.checked_history_id), items.get(row.item_id),
            level_rows.get(row.checked_level_history_id) or _as_in_file(row), at.get((row.item_id, row.location_id)),
        )
        for row, sentence in found
    ]  # fmt: skip


def _as_in_file(row: StagedItem) -> StagedItem | None:
    """What the level was at the check where it did not differ."""
    return None if row.reorder_level is None else row


def _clash(run: ImportRun, row: StagedItem, told: str, before: Any, item: Any, level_before: Any, level: Any) -> Clash:
    kind = kinds.get(run.kind)
    changes, difference = changes_between(kind, run, row, before, item, ATTRIBUTES)
    more, leave = changes_between(kind, run, row, level_before, level, ["reorder_level"])
    changes, difference = changes + more, difference | leave
    on_hand = level.on_hand if level else 0
    if row.quantity is not None and on_hand != row.checked_on_hand:
        changes.append((kind.heading("quantity"), row.checked_on_hand, on_hand, row.quantity))
        if run.options["mode"] == "set":
            difference["quantity"] = str(on_hand + row.delta)
    return Clash(row.row, told, changes, difference)
