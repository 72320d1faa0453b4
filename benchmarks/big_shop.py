"""A shop with a past, written set-based: items with an opening receipt, and orders of three lines that were shipped.

Every invariant of ``check_stock`` holds in it, so that the proof has all its work to do and finds nothing.
"""

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from backoffice.history import bulk, change_sets
from backoffice.imports import set_based
from inventory.models import Item, Location, StockLevel, StockMovement
from orders import numbering
from orders.models import LINE, Customer, Order, OrderLine

LINES, UNITS = 3, 2  # of an order, of a line
PRICE = 12.5
OPENING = 1_000_000
Kind = StockMovement.Kind


def fill(items: int, orders: int) -> int:
    """Adds to an empty shop; returns how many movements its ledger has: two for each line, one for each item."""
    user = get_user_model().objects.create_user("bench")
    with transaction.atomic(), change_sets.change_set(change_sets.Source.DEMO, user, summary="A shop with a past"):
        shared = {"now": connection.ops.adapt_datetimefield_value(change_sets.now()), "by": user.pk}
        _add_items(items, shared)
        _add_orders(orders, items, shared)
        _add_movements(shared)
    set_based.refresh_statistics(*_filled(), *(model.history.model for model in _filled()[:-1]))
    return StockMovement.objects.count()


def _filled() -> list:
    return [Item, StockLevel, Customer, Order, OrderLine, StockMovement]


def _series(last: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series(1, {last}) AS series(n)"
    numbers = f"WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {last}) SELECT n FROM up"
    return f"({numbers}) AS series"


def _add_items(items: int, shared: dict) -> None:
    named = {
        "sku": "'BENCH-' || n",
        "sku_key": "'bench-' || n",
        "name": "'Mug no. ' || n",
        "category": "'Shelf ' || (n %% 20)",
        "unit_price": f"{PRICE}",
        "cost": "n %% 10",
    }
    set_based.insert(Item, named, f"FROM {_series(items)}", shared)
    location = Location.default().pk
    sold = f"{OPENING}"
    levels = {"item_id": "id", "location_id": f"{location}", "on_hand": sold, "allocated": "0", "reorder_level": "0"}
    set_based.insert(StockLevel, levels, f"FROM {set_based.table(Item)} ORDER BY id", shared)
    for model in (Item, StockLevel):
        bulk.record(model, bulk.CREATED, "1 = 1", shared)


def _add_orders(orders: int, items: int, shared: dict) -> None:
    named = {"name": "'Customer ' || n", "name_key": "'customer ' || n", "email": "''", "told": "'not'"}
    set_based.insert(Customer, named, f"FROM {_series(max(orders // 10, 1))}", shared)
    first_customer, first_item = Customer.objects.earliest("pk").pk, Item.objects.earliest("pk").pk
    header = {
        "number": f"'BENCH-' || (n + {numbering.FIRST})",
        "customer_id": f"{first_customer} + n %% {max(orders // 10, 1)}",
        "location_id": f"{Location.default().pk}",
        "status": f"'{Order.Status.SHIPPED.value}'",
        "entered_by_id": "%(by)s",
        "total": f"{LINES * UNITS * PRICE}",
        "created_at": "%(now)s",
        "confirmed_at": "%(now)s",
    }
    set_based.insert(Order, header, f"FROM {_series(orders)}", shared)
    line = {
        "order_id": "o.id",
        "item_id": f"{first_item} + (o.id * 7919 + series.n * 104729) %% {items}",
        "quantity": f"{UNITS}",
        "unit_price": f"{PRICE}",
        "tax_rate": "0",
        "allocated": "0",
        "shipped": f"{UNITS}",
        "returned": "0",
    }
    each = f"FROM {set_based.table(Order)} o CROSS JOIN {_series(LINES)} ORDER BY o.id, series.n"
    set_based.insert(OrderLine, line, each, shared)
    for model in (Customer, Order, OrderLine):
        bulk.record(model, bulk.CREATED, "1 = 1", shared)


def _add_movements(shared: dict) -> None:
    """Openings, then for each line its allocation and its shipment, with the balances after each."""
    always = {"change_set_id": str(change_sets.current().pk), "created_at": "%(now)s"}
    opening = {
        "level_id": "id",
        "kind": f"'{Kind.RECEIPT.value}'",
        "on_hand_delta": f"{OPENING}",
        "allocated_delta": "0",
        "on_hand_after": f"{OPENING}",
        "allocated_after": "0",
        "reason": "'Opening stock'",
        "source_id": "NULL",
    }
    set_based.insert(StockMovement, opening | always, f"FROM {set_based.table(StockLevel)} ORDER BY id", shared)
    steps = (
        "SELECT l.id AS line, v.id AS level_id, o.number AS reference, s.n AS step, l.quantity AS units,"
        f" {OPENING} - l.quantity * (s.n - 2 + ROW_NUMBER() OVER (PARTITION BY v.id, s.n ORDER BY l.id)) AS on_hand"
        f" FROM {set_based.table(OrderLine)} l JOIN {set_based.table(Order)} o ON o.id = l.order_id"
        f" JOIN {set_based.table(StockLevel)} v ON v.item_id = l.item_id"
        " CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2) s"
    )
    moved = {
        "level_id": "level_id",
        "kind": f"CASE step WHEN 1 THEN '{Kind.ALLOCATION.value}' ELSE '{Kind.SHIPMENT.value}' END",
        "on_hand_delta": "CASE step WHEN 1 THEN 0 ELSE -units END",
        "allocated_delta": "CASE step WHEN 1 THEN units ELSE -units END",
        "on_hand_after": "on_hand",
        "allocated_after": "CASE step WHEN 1 THEN units ELSE 0 END",
        "reference": "reference",
        "source_kind": f"'{LINE}'",
        "source_id": "line",
    }
    set_based.insert(StockMovement, moved | always, f"FROM ({steps}) AS steps ORDER BY line, step", shared)
    sums = f"SELECT SUM(m.on_hand_delta) FROM {set_based.table(StockMovement)} m WHERE m.level_id = v.id"
    set_based.execute(f"UPDATE {set_based.table(StockLevel)} AS v SET on_hand = ({sums})")
