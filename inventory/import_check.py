"""What an import would do: set-based SQL over the staged rows and live data, the same on both engines.

Only staged rows are written, and each once: what it means is looked up while it goes in. One statement sees an item and
its newest history at one moment, so that an edit afterwards shows as a conflict when the import is applied.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from backoffice.imports import set_based
from backoffice.imports.models import ImportRun
from backoffice.imports.set_based import INCOMING, rows
from inventory import import_refusals
from inventory.import_sql import differs, sql
from inventory.models import StagedItem

FOUND_BY = {
    "sku": "i.sku_key = n.sku_key",
    "barcode": "i.barcode = n.barcode AND NOT (i.barcode = '')",  # as the condition of its index
}
KEYS = {
    "sku": "n.sku_key",
    "barcode": "CASE WHEN n.sku_key = '' THEN COALESCE(i.sku_key, '') ELSE n.sku_key END",
}
DELTAS = {
    "set": "n.quantity - COALESCE(l.on_hand, 0)",
    "add": "n.quantity",
    "subtract": "-n.quantity",
}
CHANGES = "(w.item_differs OR w.level_differs OR w.delta <> 0)"
ACTION = (
    "CASE WHEN w.action <> '' THEN w.action WHEN {stays_out} THEN 'left_out' WHEN w.item_id IS NULL THEN 'new'"
    f" WHEN {CHANGES} THEN 'changed' ELSE 'unchanged' END"
)
STAYS_OUT = {"both": "FALSE", "update": "w.item_id IS NULL", "create": "w.item_id IS NOT NULL"}
# The newest that is known of what will be written. Nobody asks it of a row that changes nothing.
KNOWN = {
    "checked_history_id": f"(SELECT MAX(history_id) FROM {{ih}} WHERE {CHANGES} AND id = w.item_id)",
    "checked_movement_id": f"(SELECT MAX(id) FROM {{m}} WHERE {CHANGES} AND level_id = w.level_id)",
    "checked_level_history_id": "(SELECT MAX(history_id) FROM {lh} WHERE level_differs AND id = w.level_id)",
}


def stage(run: ImportRun, columns: Sequence[str], values: Iterable[tuple], *, takes_attributes: bool) -> None:
    """Finds for each row its item and its level, and how it differs from them. ``takes_attributes``: also the item."""
    found = {
        "sku_key": KEYS[run.options["key"]],
        "item_id": "i.id",
        "level_id": "l.id",
        "checked_on_hand": "COALESCE(l.on_hand, 0)",
        "delta": f"COALESCE({DELTAS[run.options['mode']]}, 0)",
        "item_differs": f"i.id IS NOT NULL AND ({differs('n')} OR NOT i.is_active)" if takes_attributes else "FALSE",
        "level_differs": "COALESCE(n.reorder_level <> COALESCE(l.reorder_level, 0), FALSE)",
    }
    given: list[Any] = [StagedItem._meta.get_field(name) for name in columns]
    as_given = {field.column: f"n.{field.column}" for field in given}
    looked_up = ", ".join(f"{expression} AS {name}" for name, expression in (as_given | found).items())
    source = (
        f"SELECT {looked_up} FROM {INCOMING} n LEFT JOIN {{i}} i ON {FOUND_BY[run.options['key']]}"
        " LEFT JOIN {l} l ON l.item_id = i.id AND l.location_id = n.location_id"
    )
    action = {"action": ACTION.format(stays_out=STAYS_OUT[run.options.get("write", "both")]), "applied": "FALSE"}
    staged = {name: f"w.{name}" for name in as_given | found} | KNOWN | action
    statement = f"INSERT INTO {{s}} ({', '.join(staged)}) SELECT {', '.join(staged.values())} FROM ({source}) w"
    set_based.stage_through(StagedItem, columns, values, sql(statement))


def check(run: ImportRun) -> list[str]:
    """Refuses what cannot be; returns sentences about what the other rows would mean."""
    refuse_contradictions(run)
    import_refusals.refuse_incomplete(run)
    return padded_notices(run)


def check_counts(run: ImportRun) -> list[str]:
    """The same for a file that may only say how many there are."""
    refuse_contradictions(run)
    import_refusals.refuse_unknown(run)
    return []


def refuse_contradictions(run: ImportRun) -> None:
    import_refusals.refuse_repeated(run)
    import_refusals.refuse_disagreeing(run)
    import_refusals.refuse_taken_barcodes(run)
    import_refusals.refuse_other_sku(run)
    import_refusals.refuse_unstocked(run)
    import_refusals.refuse_impossible(run)


# What it would mean -----------------------------------------------------------------------------------------------


def padded_notices(run: ImportRun) -> list[str]:
    """New SKUs of digits alone where the same digits with zeros before them exist: a spreadsheet drops such zeros."""
    digits = "s.sku_key <> '' AND s.sku_key >= '1' AND s.sku_key < ':'"
    found = rows(
        sql(
            "SELECT s.sku, i.sku FROM {s} s JOIN {i} i ON LTRIM(i.sku_key, '0') = s.sku_key"
            f" WHERE s.run_id = %s AND s.action = 'new' AND {digits} AND i.sku_key LIKE '0%%' ORDER BY s.row LIMIT 5"
        ),
        [run.pk],
    )
    message = _("%(sku)s is new, but %(padded)s exists. If leading zeros were lost, format the column as text.")
    return [message % {"sku": sku, "padded": padded} for sku, padded in found]


def items_written(run: ImportRun) -> int:
    statement = "SELECT COUNT(DISTINCT sku_key) FROM {s} WHERE run_id = %s AND action IN ('new', 'changed')"
    return rows(sql(statement), [run.pk])[0][0]
