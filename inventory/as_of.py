"""Stock as it was: the balances after the last movement that had been written by then."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import as_of
from backoffice.history.as_of import Table
from backoffice.history.moments import Moment
from inventory.models import Item, StockLevel, StockMovement


def contribute():
    as_of.contribute(Item, StockLevel, stock_of_item)
    as_of.contribute(StockLevel, StockLevel, stock_of_level)
    as_of.contribute_columns(Item, [gettext_lazy("on hand"), gettext_lazy("allocated")], balances_of_items)


def levels(moment: Moment) -> QuerySet:
    """Levels with ``then_on_hand`` and ``then_allocated``: None where nothing had moved yet."""
    moved = moment.past(StockMovement.objects.filter(level=OuterRef("pk")), "created_at").order_by("-pk")
    return StockLevel.objects.annotate(
        then_on_hand=Subquery(moved.values("on_hand_after")[:1]),
        then_allocated=Subquery(moved.values("allocated_after")[:1]),
    )


def stock_of_item(pk: Any, moment: Moment) -> Table:
    return _table(levels(moment).filter(item=pk))


def stock_of_level(pk: Any, moment: Moment) -> Table:
    return _table(levels(moment).filter(pk=pk))


def _table(found: QuerySet) -> Table:
    rows = found.filter(then_on_hand__isnull=False).select_related("location").order_by("location__code")
    columns = [_("Location"), _("On hand"), _("Allocated"), _("Available")]
    return Table(_("Stock"), columns, {level.pk: [level.location.name, *_figures(level)] for level in rows})


def _figures(level: Any) -> list[str]:
    on_hand, allocated = level.then_on_hand, level.then_allocated
    return [number_format(figure) for figure in (on_hand, allocated, on_hand - allocated)]


def balances_of_items(pks: list[Any], moment: Moment) -> dict[Any, list[str]]:
    sums = levels(moment).filter(item__in=pks).order_by().values("item")
    rows = sums.annotate(on_hand=Sum("then_on_hand"), allocated=Sum("then_allocated"))
    return {row["item"]: [_figure(row["on_hand"]), _figure(row["allocated"])] for row in rows}


def _figure(value: int | None) -> str:
    return number_format(value or 0)
