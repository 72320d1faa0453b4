"""Which staged rows are refused, and the sentence why. Each rule is one query that finds the rows it refuses."""

from collections.abc import Iterable

from django.db.models import Sum
from django.utils.translation import gettext as _

from backoffice.imports import staged
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import rows
from backoffice.imports.staged import Refusal
from inventory.import_sql import ATTRIBUTES, sql
from inventory.models import MAX_QUANTITY, Item, Location, StagedItem, StockMovement


def refuse(refusals: Iterable[Refusal]) -> int:
    return staged.refuse(StagedItem, refusals)


def _column(run: ImportRun, name: str) -> str:
    return run.mapping.get(name, "")


# Rows that contradict each other ----------------------------------------------------------------------------------


def refuse_repeated(run: ImportRun) -> None:
    """Every row of an item at a location that stands in the file twice, also where one of them is refused already."""
    found = rows(
        sql(
            "SELECT s.id, s.problems, s.sku, CASE WHEN s.row = d.first_row THEN d.last_row ELSE d.first_row END"
            " FROM {s} s JOIN (SELECT sku_key, location_id, MIN(row) AS first_row, MAX(row) AS last_row FROM {s}"
            " WHERE run_id = %s AND sku_key <> '' GROUP BY sku_key, location_id HAVING COUNT(*) > 1) d"
            " ON d.sku_key = s.sku_key AND d.location_id = s.location_id WHERE s.run_id = %s"
        ),
        [run.pk, run.pk],
    )
    message = _("%(sku)s stands in the file more than once: also in row %(other)d. Leave one of them.")
    refuse(
        (pk, Problem(message % {"sku": sku, "other": other}, "repeated", "sku", _column(run, "sku"), sku), problems)
        for pk, problems, sku, other in found
    )


def refuse_disagreeing(run: ImportRun) -> None:
    """Rows of one item at several locations that do not say the same of the item."""
    differing = ", ".join(f"MIN({a}) <> MAX({a}) AS {a}_differs" for a in ATTRIBUTES)
    found = rows(
        sql(
            "SELECT s.id, s.sku, d.* FROM {s} s JOIN (SELECT sku_key, " + differing + " FROM {s}"
            " WHERE run_id = %s AND sku_key IN (SELECT sku_key FROM {s} WHERE run_id = %s AND sku_key <> ''"
            " GROUP BY sku_key HAVING COUNT(*) > 1) GROUP BY sku_key) d"
            " ON d.sku_key = s.sku_key WHERE s.run_id = %s AND s.action {open}"
        ),
        [run.pk, run.pk, run.pk],
    )
    message = _("The rows of %(sku)s do not agree about its %(field)s.")
    for pk, sku, _key, *differs in found:
        for name in (name for name, differ in zip(ATTRIBUTES, differs, strict=True) if differ):
            label = getattr(Item._meta.get_field(name), "verbose_name", name)
            problem = Problem(message % {"sku": sku, "field": label}, "disagree", name, _column(run, name))
            refuse([(pk, problem, "[]")])
            break


def refuse_taken_barcodes(run: ImportRun) -> None:
    found = rows(
        sql(
            "SELECT s.id, s.barcode, i.sku FROM {s} s JOIN {i} i ON i.barcode = s.barcode AND NOT (i.barcode = '')"
            " WHERE s.run_id = %s AND s.action {open} AND s.barcode <> '' AND i.sku_key <> s.sku_key"
        ),
        [run.pk],
    )
    if run.options["key"] == "sku":
        message = _("The barcode %(barcode)s belongs to %(sku)s.")
        refuse(
            (pk, _barcode_problem(run, message % {"barcode": code, "sku": sku}, code), "[]") for pk, code, sku in found
        )
    found = rows(
        sql(
            "SELECT s.id, s.barcode FROM {s} s JOIN (SELECT barcode FROM {s} WHERE run_id = %s AND barcode <> ''"
            " GROUP BY barcode HAVING MIN(sku_key) <> MAX(sku_key)) d ON d.barcode = s.barcode"
            " WHERE s.run_id = %s AND s.action {open}"
        ),
        [run.pk, run.pk],
    )
    message = _("The barcode %(barcode)s stands in the file for more than one item.")
    refuse((pk, _barcode_problem(run, message % {"barcode": code}, code), "[]") for pk, code in found)


def _barcode_problem(run: ImportRun, message: str, barcode: str) -> Problem:
    return Problem(message, "barcode_taken", "barcode", _column(run, "barcode"), barcode)


def refuse_other_sku(run: ImportRun) -> None:
    """Found by barcode, but the file names another SKU than the item has; or not found, and the SKU is there."""
    if run.options["key"] != "barcode":
        return
    found = rows(
        sql(
            "SELECT s.id, s.sku, s.barcode, i.sku FROM {s} s JOIN {i} i ON i.id = s.item_id"
            " WHERE s.run_id = %s AND s.action {open} AND s.sku_key <> i.sku_key"
            " UNION ALL SELECT s.id, s.sku, s.barcode, i.sku FROM {s} s JOIN {i} i ON i.sku_key = s.sku_key"
            " WHERE s.run_id = %s AND s.action {open} AND s.item_id IS NULL"
        ),
        [run.pk, run.pk],
    )
    message = _("The barcode %(barcode)s and the SKU %(sku)s do not belong together; %(found)s is what was found.")
    refuse(
        (
            pk,
            Problem(
                message % {"barcode": code, "sku": sku, "found": live}, "other_sku", "sku", _column(run, "sku"), sku
            ),
            "[]",
        )
        for pk, sku, code, live in found
    )


# Rows that stock cannot bear --------------------------------------------------------------------------------------


def refuse_unstocked(run: ImportRun) -> None:
    found = rows(
        sql(
            "SELECT s.id, i.sku, s.quantity FROM {s} s JOIN {i} i ON i.id = s.item_id"
            " WHERE s.run_id = %s AND s.action {open} AND s.quantity > 0 AND NOT i.is_stocked"
        ),
        [run.pk],
    )
    message = _("%(sku)s is not kept in stock, so it has no quantity. Leave the cell blank.")
    refuse(
        (pk, _quantity_problem(run, message % {"sku": sku}, "not_stocked", quantity), "[]")
        for pk, sku, quantity in found
    )


def refuse_impossible(run: ImportRun) -> None:
    """Less than nothing, less than promised, or more than a level can hold."""
    found = rows(
        sql(
            "SELECT id, sku, quantity, level_id, location_id, on_hand, allocated FROM"
            " (SELECT s.*, COALESCE(l.on_hand, 0) AS on_hand, COALESCE(l.allocated, 0) AS allocated"
            " FROM {s} s LEFT JOIN {l} l ON l.id = s.level_id"
            " WHERE s.run_id = %s AND s.action {open} AND s.quantity IS NOT NULL) w"
            " WHERE on_hand + delta < allocated OR on_hand + delta > %s"
        ),
        [run.pk, MAX_QUANTITY],
    )
    if not found:
        return
    places = dict(Location.objects.values_list("pk", "name"))
    held = holders({level for _pk, _sku, _q, level, *_rest in found if level})
    problems = []
    for pk, sku, quantity, level, place, on_hand, allocated in found:
        facts = {"sku": sku, "quantity": quantity, "place": places[place], "on_hand": on_hand, "allocated": allocated}
        message = _impossible(run.options["mode"], facts, held.get(level, ""))
        problems.append((pk, _quantity_problem(run, message, "stock", quantity), "[]"))
    refuse(problems)


def _impossible(mode: str, facts: dict, held: str) -> str:
    if mode == "add":
        return _("%(sku)s at %(place)s cannot hold %(quantity)d more than its %(on_hand)d.") % facts
    if mode == "subtract" and facts["quantity"] > facts["on_hand"]:
        return _("Only %(on_hand)d of %(sku)s on hand at %(place)s; %(quantity)d cannot be taken away.") % facts
    sentence = _("%(allocated)d of %(sku)s at %(place)s are promised to orders; fewer would be left.") % facts
    return f"{sentence} {held}".strip()


def holders(level_ids: Iterable[int]) -> dict[int, str]:
    """For each level who holds its allocations: “SO-1042 holds 4, SO-1051 holds 3.”"""
    movements = StockMovement.objects.filter(level_id__in=list(level_ids)).exclude(allocated_delta=0).order_by()
    sums = movements.values_list("level_id", "reference").annotate(held=Sum("allocated_delta")).filter(held__gt=0)
    told: dict[int, list[str]] = {}
    for level, reference, quantity in sums.order_by("level_id", "-held", "reference"):
        facts = {"reference": reference or _("something"), "quantity": quantity}
        told.setdefault(level, []).append(_("%(reference)s holds %(quantity)d") % facts)
    return {level: ", ".join(names[:5]) + ("." if len(names) <= 5 else "…") for level, names in told.items()}


def _quantity_problem(run: ImportRun, message: str, code: str, quantity: int) -> Problem:
    return Problem(message, code, "quantity", _column(run, "quantity"), str(quantity))


# Items that are not there --------------------------------------------------------------------------------------------


def refuse_incomplete(run: ImportRun) -> None:
    """A new item needs a SKU and, on one of its rows, a name."""
    found = rows(
        sql(
            "SELECT s.id, s.sku, s.barcode FROM {s} s WHERE s.run_id = %s AND s.action = 'new'"
            " AND (s.sku_key = '' OR COALESCE(s.name, '') = '' AND NOT EXISTS (SELECT 1 FROM {s} n"
            " WHERE n.run_id = %s AND n.sku_key = s.sku_key AND n.action = 'new' AND n.name <> ''))"
        ),
        [run.pk, run.pk],
    )
    refuse((pk, _incomplete(run, sku, barcode), "[]") for pk, sku, barcode in found)


def _incomplete(run: ImportRun, sku: str, barcode: str | None) -> Problem:
    if not sku:
        message = _("No item has the barcode %(barcode)s, and a new item needs a SKU.") % {"barcode": barcode}
        return Problem(message, "unknown_barcode", "barcode", _column(run, "barcode"), barcode or "")
    message = _("There is no item %(sku)s, and a new item needs a name.") % {"sku": sku}
    return Problem(message, "no_name", "name", _column(run, "name") or _column(run, "sku"), sku)


def refuse_unknown(run: ImportRun) -> None:
    """A count is of an item that exists; none is made by it."""
    key = run.options["key"]
    found = rows(sql(f"SELECT id, {key} FROM {{s}} WHERE run_id = %s AND action = 'new'"), [run.pk])
    message = {
        "sku": _("There is no item %(key)s. A count creates none: import it as an item first."),
        "barcode": _("No item has the barcode %(key)s. A count creates none: import it as an item first."),
    }[key]
    refuse(
        (pk, Problem(message % {"key": value}, "unknown", key, _column(run, key), value), "[]") for pk, value in found
    )
