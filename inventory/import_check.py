"""What an import would do: set-based SQL over the staged rows and live data, the same on both engines.

Only staged rows are written. The order matters: the newest history of an item is noted before its values are
compared, so that an edit in between shows as a conflict when the import is applied.
"""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from backoffice.imports import staged
from backoffice.imports.models import ImportRun
from backoffice.imports.set_based import execute, rows
from inventory import import_refusals
from inventory.import_sql import ATTRIBUTES, sql
from inventory.models import StagedItem


def check(run: ImportRun) -> list[str]:
    """Marks every staged row of the run; returns sentences about what it would mean."""
    find_and_weigh(run)
    import_refusals.refuse_incomplete(run)
    compare_items(run)
    decide(run)
    return [*padded_notices(run), *effects(run)]


def check_counts(run: ImportRun) -> list[str]:
    """The same for a file that may only say how many there are: items are left as they are."""
    find_and_weigh(run)
    import_refusals.refuse_unknown(run)
    decide(run)
    return effects(run)


def find_and_weigh(run: ImportRun) -> None:
    find_live_records(run)
    staged.leave_out(run, StagedItem, "item_id")
    import_refusals.refuse_repeated(run)
    import_refusals.refuse_disagreeing(run)
    import_refusals.refuse_taken_barcodes(run)
    import_refusals.refuse_other_sku(run)
    weigh(run)
    import_refusals.refuse_unstocked(run)
    import_refusals.refuse_impossible(run)


def find_live_records(run: ImportRun) -> None:
    if run.options["key"] == "sku":
        execute(
            sql("UPDATE {s} AS s SET item_id = i.id FROM {i} i WHERE s.run_id = %s AND i.sku_key = s.sku_key"), [run.pk]
        )
    else:
        match = (
            "UPDATE {s} AS s SET item_id = i.id, sku_key = CASE WHEN s.sku_key = '' THEN i.sku_key ELSE s.sku_key END"
        )
        execute(
            sql(match + " FROM {i} i WHERE s.run_id = %s AND i.barcode = s.barcode AND NOT (i.barcode = '')"), [run.pk]
        )
    execute(
        sql(
            "UPDATE {s} AS s SET checked_history_id = (SELECT MAX(h.history_id) FROM {ih} h WHERE h.id = s.item_id)"
            " WHERE s.run_id = %s AND s.item_id IS NOT NULL"
        ),
        [run.pk],
    )
    execute(
        sql(
            "UPDATE {s} AS s SET level_id = l.id, checked_on_hand = l.on_hand,"
            " checked_movement_id ="
            " COALESCE((SELECT m.id FROM {m} m WHERE m.level_id = l.id ORDER BY m.id DESC LIMIT 1), 0),"
            " checked_level_history_id = (SELECT MAX(h.history_id) FROM {lh} h WHERE h.id = l.id)"
            " FROM {l} l WHERE s.run_id = %s AND l.item_id = s.item_id AND l.location_id = s.location_id"
        ),
        [run.pk],
    )


def weigh(run: ImportRun) -> None:
    """By how much each row moves its stock level."""
    delta = {"set": "quantity - checked_on_hand", "add": "quantity", "subtract": "-quantity"}[run.options["mode"]]
    execute(sql(f"UPDATE {{s}} SET delta = {delta} WHERE run_id = %s AND quantity IS NOT NULL"), [run.pk])


def compare_items(run: ImportRun) -> None:
    differs = " OR ".join(f"(s.{a} IS NOT NULL AND s.{a} <> i.{a})" for a in ATTRIBUTES)
    execute(
        sql(
            "UPDATE {s} AS s SET item_differs = (" + differs + " OR NOT i.is_active)"
            " FROM {i} i WHERE s.run_id = %s AND i.id = s.item_id AND s.action = ''"
        ),
        [run.pk],
    )


def decide(run: ImportRun) -> None:
    execute(
        sql(
            "UPDATE {s} AS s SET level_differs = (s.reorder_level <>"
            " COALESCE((SELECT l.reorder_level FROM {l} l WHERE l.id = s.level_id), 0))"
            " WHERE s.run_id = %s AND s.reorder_level IS NOT NULL AND s.action = ''"
        ),
        [run.pk],
    )
    execute(
        sql(
            "UPDATE {s} SET action = CASE WHEN item_id IS NULL THEN 'new'"
            " WHEN item_differs OR level_differs OR delta <> 0 THEN 'changed' ELSE 'unchanged' END"
            " WHERE run_id = %s AND action = ''"
        ),
        [run.pk],
    )


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


def effects(run: ImportRun) -> list[str]:
    """By how much the value of stock at cost would change."""
    new_cost = "COALESCE(s.cost, i.cost, 0)"
    [(difference,)] = rows(
        sql(
            f"SELECT SUM((COALESCE(l.on_hand, 0) + s.delta) * {new_cost}"
            " - COALESCE(l.on_hand, 0) * COALESCE(i.cost, 0))"
            " FROM {s} s LEFT JOIN {i} i ON i.id = s.item_id LEFT JOIN {l} l ON l.id = s.level_id"
            " WHERE s.run_id = %s AND s.action IN ('new', 'changed')"
        ),
        [run.pk],
    )
    amount = round(Decimal(str(difference or 0)), 2)
    if not amount:
        return []
    sign = "+" if amount > 0 else "−"
    told = sign + number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    return [_("The value of stock changes by %(amount)s.") % {"amount": told}]


def items_written(run: ImportRun) -> int:
    statement = "SELECT COUNT(DISTINCT sku_key) FROM {s} WHERE run_id = %s AND action IN ('new', 'changed')"
    return rows(sql(statement), [run.pk])[0][0]
