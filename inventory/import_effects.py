"""What a checked import of items would mean for the stock as a whole."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.imports.kinds import Effect
from backoffice.imports.models import ImportRun
from backoffice.imports.set_based import rows
from backoffice.money import amount
from inventory.import_sql import sql
from inventory.models import StockMovement

NAMED = 3  # of items and orders that are told by name
LEVELS = (
    "{s} s LEFT JOIN {i} i ON i.id = s.item_id"
    " LEFT JOIN {l} l ON l.item_id = s.item_id AND l.location_id = s.location_id"
    " WHERE s.run_id = %(run)s"
)
WRITTEN = f"{LEVELS} AND s.action IN ('new', 'changed')"
FALLS_LOW = (
    "l.available > l.reorder_level AND COALESCE(s.reorder_level, l.reorder_level) > 0"
    " AND l.available + s.delta <= COALESCE(s.reorder_level, l.reorder_level)"
)


def effects(run: ImportRun) -> list[Effect]:
    return [effect for effect in (value(run), units(run), falling_low(run), promised(run)) if effect]


def value(run: ImportRun) -> Effect | None:
    """Of the stock the file is about, at cost, before and after."""
    cost = "COALESCE(s.cost, i.cost, 0)"
    [(before, after)] = _rows(
        f"SELECT SUM(COALESCE(l.on_hand, 0) * COALESCE(i.cost, 0)), SUM((COALESCE(l.on_hand, 0) + s.delta) * {cost})"
        f" FROM {WRITTEN}",
        run,
    )
    before, after = _amount(before), _amount(after)
    if before == after:
        return None
    facts = {"before": amount(before), "after": amount(after)}
    return Effect(_("Value of stock"), _signed(after - before, 2), _("from %(before)s to %(after)s") % facts)


def units(run: ImportRun) -> Effect | None:
    come = "SUM(CASE WHEN s.delta > 0 THEN s.delta ELSE 0 END)"
    go = "SUM(CASE WHEN s.delta < 0 THEN s.delta ELSE 0 END)"
    [(more, less, levels)] = _rows(
        f"SELECT {come}, {go}, SUM(CASE WHEN s.delta <> 0 THEN 1 ELSE 0 END) FROM {WRITTEN}", run
    )
    if not levels:
        return None
    sentence = ngettext("at %(count)s place in stock", "at %(count)s places in stock", levels)
    detail = sentence % {"count": number_format(levels, force_grouping=True)}
    told = " / ".join(_signed(Decimal(number), 0) for number in (more, less) if number)
    return Effect(_("Units"), told, detail)


def falling_low(run: ImportRun) -> Effect | None:
    found = _rows(f"SELECT i.sku FROM {WRITTEN} AND {FALLS_LOW} ORDER BY s.row", run)
    if not found:
        return None
    return Effect(_("Fall to their reorder level"), str(len(found)), _named([sku for (sku,) in found]))


def promised(run: ImportRun) -> Effect | None:
    """Rows that would leave less than is promised, and the orders that hold it: these rows are refused."""
    found = _rows(
        f"SELECT l.id FROM {LEVELS} AND s.action = 'refused' AND s.quantity IS NOT NULL AND s.delta < 0"
        " AND l.on_hand + s.delta < l.allocated",
        run,
    )
    if not found:
        return None
    orders = holders([pk for (pk,) in found])
    label = ngettext("Row below what is promised", "Rows below what is promised", len(found))
    return Effect(label, str(len(found)), _named(orders), is_bad=True)


def holders(levels: list[int]) -> list[str]:
    """The references that hold allocations at these levels, newest last."""
    moved = StockMovement.objects.filter(level_id__in=levels).exclude(allocated_delta=0).order_by()
    held = moved.values("reference").annotate(held=Sum("allocated_delta")).filter(held__gt=0).order_by("reference")
    return list(held.values_list("reference", flat=True))


def _rows(statement: str, run: ImportRun) -> list[tuple]:
    return rows(sql(statement), {"run": run.pk})


def _named(names: list[str]) -> str:
    told = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return _("%(names)s and %(count)d more") % {"names": told, "count": more} if more > 0 else told


def _amount(found: Any) -> Decimal:
    return round(Decimal(str(found or 0)), 2)


def _signed(number: Decimal, decimals: int) -> str:
    told = number_format(abs(number), decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return ("+" if number > 0 else "−") + told
