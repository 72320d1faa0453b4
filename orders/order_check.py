"""What an import of orders would do: each order of the file against the items, customers and orders there are.

Only staged rows are written. Orders are taken in the order of the file, a batch at a time, so that a file of any
length is checked in bounded memory and a fixed number of queries for each batch.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.set_based import execute, rows, table
from orders import order_rules
from orders.models import StagedLine
from orders.order_records import Records
from orders.order_shortages import Shortages

BATCH = 500  # orders
WHOLE = 200  # orders of an all-or-nothing import that are one transaction
Action = StagedRow.Action
S = table(StagedLine)


def check(run: ImportRun) -> list[str]:
    """Marks every row; returns sentences about the whole file."""
    note_first_rows(run)
    shortages = Shortages(run)
    for batch in batches(run):
        records = Records(run, batch)
        with transaction.atomic():
            for lines in batch:
                decide(run, lines, records)
                shortages.note(lines, records)
            write(batch)
    return [*whole_notices(run), *shortages.notices()]


def note_first_rows(run: ImportRun) -> None:
    """Rows of an order need not stand together; it is applied in the place of its first one."""
    execute(
        f"UPDATE {S} AS s SET first_row = o.first_row FROM"
        f" (SELECT number, MIN(row) AS first_row FROM {S} WHERE run_id = %s AND number <> '' GROUP BY number) o"
        " WHERE s.run_id = %s AND s.number = o.number",
        [run.pk, run.pk],
    )
    execute(f"UPDATE {S} SET first_row = row WHERE run_id = %s AND number = ''", [run.pk])


def batches(run: ImportRun) -> Iterator[list[list[StagedLine]]]:
    last = 0
    while orders := next_orders(StagedLine.objects.filter(run=run), last, BATCH):
        last = orders[-1][0].first_row
        yield orders


def next_orders(lines: QuerySet[StagedLine], after: int, most: int) -> list[list[StagedLine]]:
    """The lines of each of the next orders of the file, of those that begin behind row ``after``."""
    rest = lines.filter(first_row__gt=after)
    firsts = list(rest.order_by("first_row").values_list("first_row", flat=True).distinct()[:most])
    found = rest.filter(first_row__lte=firsts[-1]).order_by("first_row", "row") if firsts else []
    return [list(group) for _first_row, group in groupby(found, key=attrgetter("first_row"))]


def decide(run: ImportRun, lines: list[StagedLine], records: Records) -> None:
    """An order stands or falls as a whole: a line that is refused takes the others with it."""
    for line in lines:
        line.item_id = records.item_id(line)
    lines[0].order_id = records.order_id(lines[0].number)
    problems = order_rules.find_problems(run, lines, records)
    for line, found in zip(lines, problems, strict=True):
        line.problems += [problem.as_json() for problem in found]
    wrong = [line for line in lines if line.problems]
    for line in lines:
        if wrong and not line.problems:
            line.problems = [order_rules.falls_with(line, wrong[0]).as_json()]
        line.order_id, line.customer_id = lines[0].order_id, records.customer_id(lines)
        line.action = Action.REFUSED if wrong else Action.UNCHANGED if line.order_id else Action.NEW


def write(batch: list[list[StagedLine]]) -> None:
    statement = (
        f"UPDATE {S} SET action = %s, problems = %s, item_id = %s, customer_id = %s, order_id = %s WHERE id = %s"
    )
    values = [
        (str(line.action), json.dumps(line.problems), line.item_id, line.customer_id, line.order_id, line.pk)
        for lines in batch
        for line in lines
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def orders_ready(run: ImportRun) -> int:
    return rows(f"SELECT COUNT(DISTINCT number) FROM {S} WHERE run_id = %s AND action = 'new'", [run.pk])[0][0]


def is_whole(run: ImportRun) -> bool:
    """Whether all orders are entered in one transaction."""
    return not run.only_good and orders_ready(run) <= WHOLE


def whole_notices(run: ImportRun) -> list[str]:
    count = orders_ready(run)
    if run.only_good or count <= WHOLE:
        return []
    message = _(
        "These are %(count)d orders; up to %(whole)d are entered in one step. More are entered one after the other:"
        " should one be refused on the way, those before it stay."
    )
    return [message % {"count": count, "whole": WHOLE}]
