"""What stock was worth at a moment: on hand by the ledger, times what a unit cost by the item's history then."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.history.moments import Moment
from inventory import as_of
from inventory.models import Item, StockLevel

CENT = Decimal("0.01")
VALUE: DecimalField = DecimalField(max_digits=24, decimal_places=2)


@dataclass(frozen=True)
class Grouping:
    name: str
    label: str | Promise
    by: str


CATEGORIES = Grouping("category", _("Category"), "then_category")
LOCATIONS = Grouping("location", _("Location"), "location__name")
GROUPINGS = (CATEGORIES, LOCATIONS)


@dataclass(frozen=True)
class Worth:
    """What a group of levels held; ``name`` is blank for items without category."""

    name: str
    on_hand: int
    allocated: int
    value: Decimal


def levels(moment: Moment) -> QuerySet:
    """Levels on which something had moved, with what was on hand and allocated, cost, category and value then."""
    versions = moment.past(Item.history.model.objects.filter(id=OuterRef("item_id"))).order_by("-history_id")
    return (
        as_of.levels(moment)
        .filter(then_on_hand__isnull=False)
        .annotate(
            then_cost=Coalesce(Subquery(versions.values("cost")[:1]), Decimal(0), output_field=VALUE),
            then_category=Coalesce(Subquery(versions.values("category")[:1]), F("item__category")),
        )
        .annotate(then_value=ExpressionWrapper(F("then_on_hand") * F("then_cost"), output_field=VALUE))
    )


def by(grouping: Grouping, moment: Moment) -> list[Worth]:
    """Each group, by name."""
    groups = levels(moment).order_by().values(grouping.by).annotate(**SUMS).order_by(grouping.by)
    return [_worth(row[grouping.by], row) for row in groups]


def total(moment: Moment) -> Worth:
    return _worth("", levels(moment).aggregate(**SUMS))


SUMS = {"on_hand": Sum("then_on_hand"), "allocated": Sum("then_allocated"), "value": Sum("then_value")}


def _worth(name: str, row: dict[str, Any]) -> Worth:
    return Worth(name, row["on_hand"] or 0, row["allocated"] or 0, Decimal(row["value"] or 0).quantize(CENT))


def listed(moment: Moment, words: str = "", after: int | None = None) -> QuerySet:
    """Levels in the order of the items' SKUs, those that come after a level."""
    found = levels(moment).select_related("item", "location").order_by("item__sku_key", "pk")
    if words:
        found = found.filter(item__in=Item.objects.search(words))
    last = StockLevel.objects.select_related("item").filter(pk=after).first() if after else None
    if not last:
        return found
    key = last.item.sku_key
    return found.filter(Q(item=last.item_id, pk__gt=last.pk) | Q(item__sku_key__gt=key), item__sku_key__gte=key)
