"""Orders day by day: one statement, in which an index answers each day by itself.

Grouping by day would read the clock of every order in the reader's zone; a span of moments is looked up.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db import connection

from backoffice.imports.set_based import rows, table
from backoffice.periods import Period
from orders.models import Order

Span = tuple[datetime, datetime]  # from, until
COUNT = "COUNT(*)"
REVENUE = "COALESCE(SUM(CASE WHEN status IN ({sold}) THEN total END), 0)".format(
    sold=", ".join(f"'{status.value}'" for status in Order.SOLD)
)


def entered(period: Period) -> list[tuple[date, int, int]]:
    """(day, orders entered, orders entered on the day of the period before)"""
    return _compared(COUNT, period, int)


def revenue(period: Period) -> list[tuple[date, Decimal, Decimal]]:
    """(day, what the orders of the day that were not cancelled add up to, the same of the period before)"""
    return _compared(REVENUE, period, _cents)


def _compared(measure: str, period: Period, read) -> list[tuple]:
    days = list(period.each_day())
    since, until = period.before()
    before = [(since + (start - days[0][1]), since + (end - days[0][1])) for _day, start, end in days]
    found = _measured(measure, [(start, end) for _day, start, end in days] + [(a, min(b, until)) for a, b in before])
    now, then = found[: len(days)], found[len(days) :]
    return [(day, read(now[number]), read(then[number])) for number, (day, _start, _end) in enumerate(days)]


def _measured(measure: str, spans: Sequence[Span]) -> list:
    """The measure over the orders entered in each span, in their order."""
    moment = partial(connection.ops.adapt_datetimefield_value)
    places = ", ".join(["(%s, %s, %s)"] * len(spans))
    each = [value for number, (a, b) in enumerate(spans) for value in (number, moment(a), moment(b))]
    within = "created_at >= span.since AND created_at < span.until"
    return [
        value
        for _number, value in rows(
            f"WITH span(number, since, until) AS (VALUES {places})"
            f" SELECT span.number, (SELECT {measure} FROM {table(Order)} WHERE {within}) FROM span ORDER BY 1",
            each,
        )
    ]


def _cents(value) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
