"""What stock was worth at a moment: on hand by the ledger, times what a unit cost by the item's history then."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
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
    by: Callable[[Moment], Combinable]


@dataclass(frozen=True)
class Worth:
    """What a group of levels held; ``name`` is blank for items without category."""

    name: str
    on_hand: int
    value: Decimal


def levels(moment: Moment) -> QuerySet:
    """Levels on which something had moved, with what was on hand and allocated, cost, category and value then."""
    value = ExpressionWrapper(F("then_on_hand") * F("then_cost"), output_field=VALUE)
    found = as_of.levels(moment).annotate(then_cost=_cost(moment), then_category=_category(moment))
    return found.filter(then_on_hand__isnull=False).annotate(then_value=value)


def _cost(moment: Moment) -> Combinable:
    return Coalesce(_of_item("cost", moment), Decimal(0), output_field=VALUE)


def _category(moment: Moment) -> Combinable:
    return Coalesce(_of_item("category", moment), F("item__category"))


def _of_item(name: str, moment: Moment) -> Subquery:
    versions = moment.past(Item.history.model.objects.filter(id=OuterRef("item_id")))
    return Subquery(versions.order_by("-history_id").values(name)[:1])


CATEGORIES = Grouping("category", _("Category"), _category)
LOCATIONS = Grouping("location", _("Location"), lambda moment: F("location__name"))
GROUPINGS = (CATEGORIES, LOCATIONS)


def by(grouping: Grouping, moment: Moment) -> list[Worth]:
    """Each group, by name."""
    return _sums(moment, grouping.by(moment))


def total(moment: Moment) -> Worth:
    return added_up(_sums(moment, Value("")))


def added_up(groups: Iterable[Worth]) -> Worth:
    groups = list(groups)
    value = sum((group.value for group in groups), Decimal("0.00"))
    return Worth("", sum(group.on_hand for group in groups), value)


SUMS = (
    "WITH past (name, on_hand, cost) AS MATERIALIZED ({past})"
    " SELECT name, SUM(on_hand), SUM(on_hand * cost) FROM past WHERE on_hand IS NOT NULL GROUP BY name ORDER BY name"
)


def _sums(moment: Moment, name: Combinable) -> list[Worth]:
    """In one pass: an aggregate of the ORM would look a figure up again wherever it is mentioned."""
    past = as_of.levels(moment).annotate(then_name=name, then_cost=_cost(moment)).order_by()
    sql, params = past.values_list("then_name", "then_on_hand", "then_cost").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(past=sql), params)
        return [Worth(name, units, Decimal(value).quantize(CENT)) for name, units, value in cursor.fetchall()]


def listed(moment: Moment, words: str = "", after: int | None = None) -> QuerySet:
    """Levels in the order of the items' SKUs, those that come after a level."""
    found = levels(moment).select_related("item", "location").order_by("item__sku_key", "pk")
    if words:
        found = found.filter(item__in=Item.objects.search(words))
    last = StockLevel.objects.select_related("item").filter(pk=after).first() if after else None
    key = last.item.sku_key if last else ""  # a bound even on the first page leads SQLite to the index of SKUs
    found = found.filter(item__sku_key__gte=key)
    return found.filter(Q(item=last.item_id, pk__gt=last.pk) | Q(item__sku_key__gt=key)) if last else found
