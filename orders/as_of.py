"""Orders as they were: their lines, and what they came to."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import as_of
from backoffice.history.moments import Moment
from backoffice.money import money
from orders import totals
from orders.models import Order, OrderLine


def contribute():
    as_of.contribute(Order, OrderLine, as_of.children(gettext_lazy("Lines"), OrderLine, "order", total))


def total(rows: list[Any], pk: Any, moment: Moment) -> list[tuple[str, str]]:
    """What the order came to, by the lines and the discount of that moment."""
    order = as_of.version(Order, pk, moment)
    if order is None:
        return []
    lines = [OrderLine(**{each.attname: getattr(row, each.attname) for each in row.tracked_fields}) for row in rows]
    sums = totals.compute(lines, order.discount_percent)
    return [(_("Total"), money(sums.total))]
