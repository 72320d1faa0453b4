"""A shop that has been open for years, written set-based: N items, N orders of three lines, each its own act.

About 7N movements, 6N rows of history, N messages. Everything follows from the number of a row, so every build is the
same; and every balance is the sum of its movements.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from backoffice.history.models import ChangeSet
from backoffice.imports import set_based
from backoffice.imports.set_based import table
from benchmarks.big_shop import LINE, LINES, _series
from inventory.models import Item, Location, StockLevel, StockMovement
from notifications.models import Notification
from orders.models import Customer, Order, OrderLine

DAYS = 3 * 365
OPENING = 1_000
PEOPLE = 10
TRACKED = [Item, StockLevel, Customer, Order, OrderLine]
FIRST_NAMES = ["Ada", "Grace", "Mary", "Alan", "Edsger", "Barbara", "Katherine", "Donald", "Radia", "Niklaus", "Tim"]
LAST_NAMES = ["Lovelace", "Hopper", "Jackson", "Turing", "Dijkstra", "Liskov", "Johnson", "Knuth", "Perlman", "Wirth"]
COLOURS = ["Blue", "Red", "Green", "White", "Black", "Yellow", "Grey", "Striped"]
THINGS = ["mug", "bowl", "plate", "teapot", "vase", "jug", "saucer", "tray", "candle", "lamp", "clock", "basket", "rug"]


def fill(size: int) -> None:
    """Fills an empty database. The order with the number n is made by the act with the number n."""
    with transaction.atomic():
        _tune()
        _add_people_and_places()
        _add_acts(size)
        _add_items(size)
        _add_customers(max(size // 10, 1))
        _add_orders(size)
        _add_levels(size)
        _add_movements()
        _add_messages()
        for model in TRACKED:
            _record(model)
    _settle()


def _tune() -> None:
    """Memory to sort in, for this connection only."""
    postgresql = ["SET LOCAL work_mem = '400MB'", "SET LOCAL maintenance_work_mem = '400MB'"]
    for statement in postgresql if connection.vendor == "postgresql" else ["PRAGMA cache_size = -1000000"]:
        set_based.execute(statement)


def _settle() -> None:
    """What PostgreSQL does by itself in time: statistics, and which pages need not be looked at."""
    set_based.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")


def pick(texts: Sequence[str], number: str) -> str:
    """The expression of one of the texts, by a number."""
    cases = " ".join(f"WHEN {index} THEN '{text}'" for index, text in enumerate(texts))
    return f"CASE ({number}) %% {len(texts)} {cases} END"


def _after(column: str, seconds: str) -> str:
    if connection.vendor == "postgresql":
        return f"CAST({column} AS timestamptz) + ({seconds}) * interval '1 second'"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', {column}, '+' || ({seconds}) || ' seconds')"


def _day(column: str, days: int) -> str:
    if connection.vendor == "postgresql":
        return f"CAST({column} AS date) + {days}"
    return f"date({column}, '+{days} days')"


def _first(model: Any) -> int:
    return model.objects.order_by("pk").values_list("pk", flat=True)[0]


# Rows -----------------------------------------------------------------------------------------------------------------


def _add_people_and_places() -> None:
    for number in range(PEOPLE):
        get_user_model().objects.create_user(f"user{number}", is_staff=True)
    Location.objects.create(code="attic", name="Attic")


def _add_acts(size: int) -> None:
    seconds = DAYS * 86_400 // size
    person = get_user_model().objects.get(username="user0").pk
    values = {
        "user_id": f"{person} + n %% {PEOPLE}",
        "user_name": f"'user' || (n %% {PEOPLE})",
        "source": "CASE WHEN n %% 50 = 0 THEN 'import' WHEN n %% 7 = 0 THEN 'worker' ELSE 'admin' END",
        "summary": "CASE WHEN n %% 50 = 0 THEN 'Imported count-' || n || '.xlsx' ELSE '' END",
        "reason": "CASE WHEN n %% 9 = 0 THEN 'Reason ' || n ELSE '' END",
        "at": _after("%(start)s", f"n * {seconds}"),
    }
    start = connection.ops.adapt_datetimefield_value(timezone.now() - timedelta(days=DAYS))
    set_based.insert(ChangeSet, values, f"FROM {_series(size)}", {"start": start})


def _add_items(size: int) -> None:
    thing = pick(THINGS, "n")
    values = {
        "sku": f"upper({thing}) || '-' || n",
        "sku_key": f"{thing} || '-' || n",
        "name": f"{pick(COLOURS, f'n / {len(THINGS)}')} || ' ' || {thing} || ' no. ' || n",
        "barcode": "CASE WHEN n %% 3 = 0 THEN '40' || (1000000000 + n) ELSE '' END",
        "category": f"{pick(['Kitchen', 'Office', 'Garden', 'Bath'], 'n / 1000')} || ' ' || (n %% 10)",
        "condition": "CASE WHEN n %% 50 = 1 THEN 'used' ELSE 'new' END",
        "unit_price": "1 + n %% 997",
        "cost": "n %% 499",
        "is_stocked": "n %% 50 <> 0",
        "is_active": "n %% 20 <> 0",
    }
    set_based.insert(Item, values, f"FROM {_series(size)}", {})


def _add_customers(count: int) -> None:
    first, last = pick(FIRST_NAMES, "n"), pick(LAST_NAMES, f"n / {len(FIRST_NAMES)}")
    name, email = f"{first} || ' ' || {last} || ' ' || n", f"lower({last}) || n || '@example.com'"
    keys = {"name_key": f"lower({name})", "email_key": email}
    values = {"name": name, "email": email, "phone": "'+44' || (2000000000 + n)", "told": "'email'", **keys}
    set_based.insert(Customer, values, f"FROM {_series(count)}", {})


def _add_orders(size: int) -> None:
    """The newest two in a hundred are open: drafts, to ship, partly shipped."""
    open_from = size - size // 50
    states = pick(["draft", "confirmed", "partly", "confirmed"], "n")
    values = {
        "number": "'SO-' || (n + 1000)",
        "customer_id": f"{_first(Customer)} + (n * 1777) %% {max(size // 10, 1)}",
        "location_id": f"{Location.default().pk}",
        "status": f"CASE WHEN n > {open_from} THEN {states} WHEN n %% 40 = 0 THEN 'cancelled' ELSE 'shipped' END",
        "entered_by_id": "c.user_id",
        "due_date": f"CASE WHEN n %% 3 = 0 THEN {_day('c.at', 7)} END",
        "total": f"{LINES} * (1 + n %% 5) * (1 + n %% 997)",
        "created_at": "c.at",
        "confirmed_at": f"CASE WHEN n > {open_from} AND n %% 4 = 0 THEN NULL ELSE c.at END",
    }
    acts = f"{_series(size)} JOIN {table(ChangeSet)} c ON c.id = {_first(ChangeSet) - 1} + n"
    set_based.insert(Order, values, f"FROM {acts} ORDER BY n", {})
    held = "o.status = 'confirmed' AND o.id %% 20 <> 0 OR o.status = 'partly' AND series.n > 1"
    sent = "o.status = 'shipped' OR o.status = 'partly' AND series.n = 1"
    line = {
        "order_id": "o.id",
        "item_id": f"{_first(Item)} + (o.id * 7919 + series.n * 104729) %% {size}",
        "quantity": "1 + o.id %% 5",
        "unit_price": "1 + o.id %% 997",
        "tax_rate": "0",
        "allocated": f"CASE WHEN {held} THEN 1 + o.id %% 5 ELSE 0 END",
        "shipped": f"CASE WHEN {sent} THEN 1 + o.id %% 5 ELSE 0 END",
        "returned": "0",
    }
    set_based.insert(OrderLine, line, f"FROM {table(Order)} o CROSS JOIN {_series(LINES)} ORDER BY o.id, series.n", {})


def _add_levels(size: int) -> None:
    sums = (
        f"SELECT i.id AS item, {OPENING} - COALESCE(SUM(l.shipped), 0) AS on_hand,"
        " COALESCE(SUM(l.allocated), 0) AS held"
        f" FROM {table(Item)} i LEFT JOIN {table(OrderLine)} l ON l.item_id = i.id GROUP BY i.id"
    )
    values = {
        "item_id": "item",
        "location_id": f"{Location.default().pk}",
        "on_hand": "on_hand",
        "allocated": "held",
        "reorder_level": f"CASE WHEN item %% 200 = 0 THEN {OPENING} WHEN item %% 3 = 0 THEN 50 ELSE 0 END",
    }
    set_based.insert(StockLevel, values, f"FROM ({sums}) AS sums ORDER BY item", {})
    attic = {**values, "location_id": f"{Location.objects.get(code='attic').pk}", "on_hand": "10", "allocated": "0"}
    set_based.insert(StockLevel, attic, f"FROM ({sums}) AS sums WHERE item %% 10 = 0 ORDER BY item", {})


def _add_movements() -> None:
    """Openings; then for each line what it allocated and what was shipped of it, with the balances after each."""
    opening = {
        "level_id": "v.id",
        "kind": "'receipt'",
        "on_hand_delta": f"CASE WHEN v.location_id = {Location.default().pk} THEN {OPENING} ELSE 10 END",
        "on_hand_after": f"CASE WHEN v.location_id = {Location.default().pk} THEN {OPENING} ELSE 10 END",
        "allocated_after": "0",
        "reason": "'Opening stock'",
        "source_id": "NULL",
        "change_set_id": "c.id",
        "created_at": "c.at",
    }
    first_act = f"JOIN {table(ChangeSet)} c ON c.id = {_first(ChangeSet)}"
    set_based.insert(StockMovement, opening, f"FROM {table(StockLevel)} v {first_act} ORDER BY v.id", {})
    steps = (
        "SELECT l.id AS line, v.id AS level_id, o.id AS document, o.number AS reference, s.n AS step,"
        " CASE s.n WHEN 1 THEN 0 ELSE -l.shipped END AS moved,"
        " CASE s.n WHEN 1 THEN l.shipped + l.allocated ELSE -l.shipped END AS held"
        f" FROM {table(OrderLine)} l JOIN {table(Order)} o ON o.id = l.order_id"
        f" JOIN {table(StockLevel)} v ON v.item_id = l.item_id AND v.location_id = o.location_id"
        " JOIN (SELECT 1 AS n UNION ALL SELECT 2) s ON l.shipped > 0 OR (s.n = 1 AND l.allocated > 0)"
    )
    window = "OVER (PARTITION BY level_id ORDER BY line, step)"
    sums = f"SELECT steps.*, SUM(moved) {window} AS m, SUM(held) {window} AS h FROM ({steps}) AS steps"
    values = {
        "level_id": "level_id",
        "kind": "CASE step WHEN 1 THEN 'allocation' ELSE 'shipment' END",
        "on_hand_delta": "moved",
        "allocated_delta": "held",
        "on_hand_after": f"{OPENING} + m",
        "allocated_after": "h",
        "reference": "reference",
        "source_kind": f"'{LINE}'",
        "source_id": "line",
        "change_set_id": "c.id",
        "created_at": "c.at",
    }
    source = f"FROM ({sums}) AS sums JOIN {table(ChangeSet)} c ON c.id = {_act_of('document')} ORDER BY line, step"
    set_based.insert(StockMovement, values, source, {})


def _act_of(order: str) -> str:
    return f"{order} + {_first(ChangeSet) - _first(Order)}"


def _add_messages() -> None:
    values = {
        "event": "CASE WHEN o.id %% 2 = 0 THEN 'order_shipped' ELSE 'order_confirmed' END",
        "recipient": "k.email",
        "who": "k.name",
        "order_id": "o.id",
        "state": "CASE WHEN o.id %% 5000 = 0 THEN 'failed' WHEN o.id %% 4 = 0 THEN 'opened' ELSE 'delivered' END",
        "dedupe_key": "'bench:' || o.id",
        "change_set_id": "c.id",
        "created_at": "c.at",
    }
    acts = f"JOIN {table(ChangeSet)} c ON c.id = {_act_of('o.id')} JOIN {table(Customer)} k ON k.id = o.customer_id"
    set_based.insert(Notification, values, f"FROM {table(Order)} o {acts} ORDER BY o.id", {})


def _record(model: Any) -> None:
    """The first version of every row, under the act of its order; of what was there before, under the first act."""
    orders = {Order: "r.id", OrderLine: "r.order_id"}
    act = _act_of(orders[model]) if model in orders else f"{_first(ChangeSet)}"
    same = {
        "history_date": "c.at",
        "history_type": "'+'",
        "history_change_reason": "NULL",
        "history_user_id": "c.user_id",
        "change_set_id": "c.id",
    }
    fields = [field for field in model.history.model._meta.concrete_fields if not field.primary_key]
    live = {field.attname: f"r.{connection.ops.quote_name(field.column)}" for field in fields}
    source = f"FROM {table(model)} r JOIN {table(ChangeSet)} c ON c.id = {act} ORDER BY r.id"
    set_based.insert(model.history.model, live | same, source, {})
