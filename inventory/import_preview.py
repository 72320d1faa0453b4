"""What the check page shows of staged rows: each cell, old and new, joined with the live rows."""

from collections.abc import Iterable
from typing import Any

from backoffice.imports import preview as shown
from backoffice.imports.models import ImportRun
from inventory.import_sql import ATTRIBUTES
from inventory.models import Item, Location, StagedItem, StockLevel

NUMBERS = {"unit_price", "cost", "tax_rate", "quantity", "reorder_level"}


def preview(run: ImportRun, staged: Iterable[StagedItem]) -> list[dict[str, Any]]:
    """One dict a row: number, action, problems, and a cell for each matched field."""
    staged = list(staged)
    items = Item.objects.in_bulk({row.item_id for row in staged if row.item_id})
    levels = StockLevel.objects.in_bulk({row.level_id for row in staged if row.level_id})
    places = dict(Location.objects.values_list("pk", "name"))
    return [_row(row, items.get(row.item_id), levels.get(row.level_id), places, run.matched) for row in staged]


def _row(row: StagedItem, item: Item | None, level: StockLevel | None, places: dict, fields: list[str]) -> dict:
    return shown.row(row, [_cell(row, name, item, level, places) for name in fields])


def _cell(row: StagedItem, name: str, item: Item | None, level: StockLevel | None, places: dict) -> dict[str, Any]:
    if name == "location":
        return shown.cell(name, None, places.get(row.location_id, ""))
    old, new = _old(name, item, level), _new(name, row, item)
    is_changed = row.action == row.Action.CHANGED and new is not None and new != (old or _zero(name))
    is_taken = name != "sku" and (row.item_differs or name not in ATTRIBUTES)
    return shown.cell(name, old, new, is_number=name in NUMBERS, is_changed=is_changed and is_taken)


def _old(name: str, item: Item | None, level: StockLevel | None) -> Any:
    if name in ATTRIBUTES:
        return getattr(item, name, None)
    return {
        "sku": getattr(item, "sku", None),
        "quantity": getattr(level, "on_hand", None),
        "reorder_level": getattr(level, "reorder_level", None),
    }[name]


def _new(name: str, row: StagedItem, item: Item | None) -> Any:
    if name == "quantity":
        if row.quantity is None or row.action == row.Action.REFUSED:
            return row.quantity
        return row.checked_on_hand + row.delta
    if name == "sku":
        return row.sku or getattr(item, "sku", "")
    return getattr(row, name)


def _zero(name: str) -> Any:
    return 0 if name in NUMBERS else ""
