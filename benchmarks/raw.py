"""The writes of one order of three lines as bare SQL, by pgbench: the very statements that the product executes, with
nothing read, decided or locked beforehand. On the same tables, with their indexes, constraints and triggers."""

import re
import subprocess
import tempfile
from itertools import cycle
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.db import connection, models
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from backoffice.history.models import ChangeSet
from backoffice.tests import postgresql
from benchmarks import crowd, orders
from inventory.models import StockLevel
from inventory.querysets import StockMovementQuerySet
from orders.models import Customer, Order, OrderLine

FIRST = {Order: 7_010_000, OrderLine: 7_020_000, ChangeSet: 7_030_000, StockLevel: 7_050_000}  # told from other numbers
SHELVES = 10  # to choose each line's item from; three times as many in all, in ascending order, so that none deadlock


def script() -> str:
    """A script for pgbench: the statements of an order that was really placed, its keys replaced by new ones."""
    for model, first in FIRST.items():
        _begin_keys_at(model, first)
    items = [orders.stocked_item() for _item in range(3 * SHELVES)]
    with CaptureQueriesContext(connection) as queries, mock.patch.object(StockMovementQuerySet, "_add", _one_by_one):
        orders.place(Customer.objects.earliest("pk"), cycle(items[::SHELVES]), 1)
    statements = (" ".join(query["sql"].split()) for query in queries)
    written = [sql for sql in statements if sql.startswith(("INSERT", "UPDATE"))]
    return "\n".join([*_variables(), "BEGIN;", *_statements(written), "COMMIT;\n"])


def _one_by_one(movements: StockMovementQuerySet, rows: list[Model]) -> None:
    """Together, they would be sent as arrays, into which pgbench puts no variables."""
    for row in rows:
        models.QuerySet.bulk_create(movements, [row])


def _begin_keys_at(model: type[Model], first: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, first])


def _variables() -> list[str]:
    first = FIRST[StockLevel] + 1
    levels = [rf"\set level{n} random({first + n * SHELVES}, {first + n * SHELVES + SHELVES - 1})" for n in range(3)]
    return [*levels, r"SELECT nextval('orders_order_number') AS number \gset"]


def _statements(written: list[str]) -> list[str]:
    order = Order.objects.latest("pk")
    names = {order.pk: "order_id", ChangeSet.objects.latest("pk").pk: "act_id"}
    names |= {line.pk: f"line{number}_id" for number, line in enumerate(order.lines.all())}
    names |= {FIRST[StockLevel] + 1 + number * SHELVES: f"level{number}" for number in range(3)}
    prefixes = {
        "orders_order": ["order_"],
        "history_changeset": ["act_"],
        "orders_orderline": ["line0_", "line1_", "line2_"],
    }
    return [_statement(sql, order, names, prefixes) for sql in written]


def _statement(sql: str, order: Order, names: dict[int, str], prefixes: dict[str, list[str]]) -> str:
    sql = re.sub(r" AND inventory_stocklevel\.\w+ = v\.column\d", "", sql)  # the balances that were found
    sql = re.sub(r"'order_confirmed:[^']*'", "('raw-' || :order_id)", sql)
    sql = re.sub(r"'[0-9a-f-]{32,36}'::uuid", "gen_random_uuid()", sql)
    sql = sql.replace(f"'{order.number}'", "('RAW-' || :number)")
    for key, name in names.items():
        sql = re.sub(rf"\b{key}\b", f":{name}", sql)
    if "FROM (VALUES" in sql:
        sql = re.sub(r"\(:(\w+),", r"(:\1::bigint,", sql)  # nothing else tells its type
    inserted = re.match(r'INSERT INTO "(\w+)"', sql)
    prefix = prefixes.get(inserted[1]) if inserted else None
    return rf"{sql} \gset {prefix.pop(0)}" if prefix else f"{sql};"


def rates(script: str, clients: int) -> list[float]:
    """Orders per second in each round, with prepared statements."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "order.sql"
        path.write_text(script)
        options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}"]
        command = [pgbench(), *options, f"--time={crowd.SECONDS}", f"--file={path}", settings.DATABASE_URL]
        return [_rate(command) for _round in range(crowd.ROUNDS)]


def _rate(command: list[str]) -> float:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if "number of failed transactions: 0 " not in done.stdout:
        raise RuntimeError(done.stdout + done.stderr)
    return float(re.findall(r"tps = ([\d.]+)", done.stdout)[0])


def pgbench() -> str:
    return str(Path(postgresql.folder_of_programs()) / "pgbench")
