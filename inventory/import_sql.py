"""The words of the import's SQL: its tables, and the fields of an item that a file can set."""

from backoffice.imports.set_based import table
from inventory.models import Item, StagedItem, StockLevel, StockMovement

ATTRIBUTES = ("name", "barcode", "category", "condition", "unit_price", "cost", "tax_rate")
TABLES = {
    "s": table(StagedItem),
    "i": table(Item),
    "l": table(StockLevel),
    "m": table(StockMovement),
    "ih": table(Item.history.model),
    "lh": table(StockLevel.history.model),
    "open": "IN ('new', 'changed', 'unchanged')",
}


def sql(text: str) -> str:
    """The statement with its tables: {s}taged rows, {i}tems, {l}evels, {m}ovements, {ih} and {lh} their
    history. An action that is {open} is neither refused nor left out."""
    return text.format(**TABLES)


def differs(given: str) -> str:
    """Where a row of ``given`` would change the attributes of its item; a blank cell leaves alone what is there."""
    return "(" + " OR ".join(f"{given}.{name} IS NOT NULL AND {given}.{name} <> i.{name}" for name in ATTRIBUTES) + ")"
