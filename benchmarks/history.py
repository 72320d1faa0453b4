"""How long the pages of the past take at a million rows of history in ten tables, in milliseconds.

Each page is asked for many times, of different records and days; the slowest of twenty decides (p95).
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse

from backoffice.history.models import ChangeSet, Note
from backoffice.imports import set_based
from benchmarks import big_shop
from inventory.models import Item, StockLevel, StockMovement
from orders.models import Customer, Order, OrderLine

ITEMS, ORDERS, ACTS, DAYS = 20_000, 60_000, 300_000, 365
ASKED = 40  # times each page is asked for
Times = dict[str, list[float]]


def measured() -> Times:
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {name: [ask(url(number)) for number in range(ASKED + 1)][1:] for name, url in fill().items()}


def ask(url: str) -> float:
    started = time.perf_counter()
    response = client().get(url, secure=True)
    if response.status_code != 200:
        raise AssertionError(f"{url}: {response.status_code}")
    return 1000 * (time.perf_counter() - started)


def client() -> Any:
    if not _clients:
        user, _made = get_user_model().objects.get_or_create(username="ada", is_staff=True, is_superuser=True)
        _clients.append(Client(SERVER_NAME="localhost"))
        _clients[0].force_login(user)
    return _clients[0]


_clients: list[Any] = []


def fill() -> dict[str, Callable[[int], str]]:
    """A shop set up in one act of many rows and edited in many acts over a year; and the pages to ask for."""
    big_shop.fill(ITEMS, ORDERS)
    setup = ChangeSet.objects.latest("pk")
    add_acts(setup)
    for model, every, changed in (
        (Item, 1, {"unit_price": "c.id %% 1000"}),
        (Order, 2, {"note": "'Note ' || c.id"}),
        (OrderLine, 3, {"quantity": "1 + c.id %% 9"}),
        (OrderLine, 3, {"unit_price": "c.id %% 100"}),
        (StockLevel, 5, {"reorder_level": "c.id %% 50"}),
        (Customer, 10, {"address": "'Street ' || c.id"}),
    ):
        add_edits(model, every, changed, setup.pk)
    add_movements(setup.pk)
    add_notes(setup.pk)
    tracked = [model.history.model for model in (Item, Order, OrderLine, StockLevel, Customer)]
    settle(ChangeSet, Note, StockMovement, *tracked)
    return pages(setup)


def settle(*filled: Any) -> None:
    """PostgreSQL has looked at tables that were written over a year; here it has to be told."""
    if connection.vendor == "postgresql":
        set_based.execute(f"VACUUM (ANALYZE) {', '.join(set_based.table(model) for model in filled)}")


def add_acts(setup: Any) -> None:
    users = [get_user_model().objects.create_user(f"user{number}", is_staff=True).pk for number in range(5)]
    seconds = DAYS * 86_400 // ACTS
    at = (
        f"%(start)s + n * interval '{seconds} seconds'"
        if connection.vendor == "postgresql"
        else f"strftime('%%Y-%%m-%%d %%H:%%M:%%S', %(start)s, '+' || (n * {seconds}) || ' seconds')"
    )
    values = {
        "user_id": f"{users[0]} + n %% 5",
        "user_name": "'user' || (n %% 5)",
        "source": "CASE WHEN n %% 50 = 0 THEN 'import' WHEN n %% 7 = 0 THEN 'worker' ELSE 'admin' END",
        "summary": "CASE WHEN n %% 50 = 0 THEN 'Imported count-' || n || '.xlsx' ELSE '' END",
        "reason": "CASE WHEN n %% 9 = 0 THEN 'Reason ' || n ELSE '' END",
        "at": at,
    }
    start = connection.ops.adapt_datetimefield_value(setup.at)
    set_based.insert(ChangeSet, values, f"FROM {big_shop._series(ACTS)}", {"start": start})


def add_edits(model: Any, every: int, changed: dict[str, str], after: int) -> None:
    """A version of one record by every so-manieth act."""
    quote, history = connection.ops.quote_name, model.history.model
    first, count = model.objects.earliest("pk").pk, model.objects.count()
    same = {
        "history_date": "c.at",
        "history_type": "'~'",
        "history_change_reason": "NULL",
        "history_user_id": "c.user_id",
        "change_set_id": "c.id",
    }
    fields = [field for field in history._meta.concrete_fields if not field.primary_key]
    values = [same.get(field.attname) or changed.get(field.name) or f"r.{quote(field.column)}" for field in fields]
    set_based.execute(
        f"INSERT INTO {set_based.table(history)} ({', '.join(quote(field.column) for field in fields)})"
        f" SELECT {', '.join(values)} FROM history_changeset c JOIN {set_based.table(model)} r"
        f" ON r.id = {first} + (c.id * 7919) %% {count} WHERE c.id > %(after)s AND c.id %% {every} = 0 ORDER BY c.id",
        {"after": after},
    )


def add_movements(after: int) -> None:
    first = StockLevel.objects.earliest("pk").pk
    values = {
        "level_id": f"{first} + (c.id * 7919) %% {ITEMS}",
        "kind": "'receipt'",
        "on_hand_delta": "1",
        "on_hand_after": "1000 + c.id %% 100",
        "allocated_after": "0",
        "reason": "'Delivery'",
        "source_id": "NULL",
        "change_set_id": "c.id",
        "created_at": "c.at",
    }
    acts = f"FROM history_changeset c WHERE c.id > {after} AND c.id %% 2 = 1 ORDER BY c.id"
    set_based.insert(StockMovement, values, acts, {})


def add_notes(after: int) -> None:
    first = Order.objects.earliest("pk").pk
    values = {
        "kind": "'orders.order'",
        "object_id": f"{first} + (c.id * 7919) %% {ORDERS}",
        "text": "'Rang at ' || c.id",
        "change_set_id": "c.id",
    }
    set_based.insert(Note, values, f"FROM history_changeset c WHERE c.id > {after} AND c.id %% 20 = 0", {})


def pages(setup: Any) -> dict[str, Callable[[int], str]]:
    item, order, customer = (model.objects.earliest("pk").pk for model in (Item, Order, Customer))
    user = get_user_model().objects.get(username="user0").pk
    feed = reverse("admin:history_changeset_changelist")

    def narrowed(**query: Callable[[int], Any]) -> Callable[[int], str]:
        return lambda n: reverse(
            "admin:history_changeset_changelist", query={name: value(n) for name, value in query.items()}
        )

    def page(name: str, first: int, count: int, **query: Any) -> Callable[[int], str]:
        return lambda n: reverse(f"admin:{name}", args=[first + n * 7919 % count], query=query)

    def day(n: int) -> str:
        return str((setup.at + timedelta(days=n * 37 % DAYS)).date())

    def stock(**query: str) -> Callable[[int], str]:
        return lambda n: reverse("admin:inventory_stocklevel_as_of_list", query={"at": day(n), **query})

    return {
        "Activity": lambda n: feed,
        "Activity, somewhere back": narrowed(before=lambda n: setup.pk + 1 + n * 7919 % ACTS),
        "Activity of one person": narrowed(person=lambda n: user + n % 5),
        "Activity of one source, older": narrowed(source=lambda n: "import", until=day),
        "Activity of one day": narrowed(since=day, until=day),
        "Activity, one kind": narrowed(kind=lambda n: "orders.customer"),
        "Activity, one kind that is rare": narrowed(kind=lambda n: "inventory.location"),
        "Activity, one field": narrowed(kind=lambda n: "inventory.item", field=lambda n: "unit_price"),
        "Activity, one field that never changed": narrowed(kind=lambda n: "inventory.item", field=lambda n: "name"),
        "Activity, a SKU": narrowed(q=lambda n: f"BENCH-{1 + n * 7919 % ITEMS}"),
        "Activity, words": narrowed(q=lambda n: f"count-{n}"),
        "An act of 666,000 rows": lambda n: reverse("admin:history_changeset_change", args=[setup.pk]),
        "Timeline of an item": page("inventory_item_history", item, ITEMS),
        "Timeline of an order": page("orders_order_history", order, ORDERS),
        "Timeline of a customer": page("orders_customer_history", customer, ORDERS // 10),
        "An item as of a date": lambda n: page("inventory_item_as_of", item, ITEMS, at=day(n))(n),
        "An order as of a date": lambda n: page("orders_order_as_of", order, ORDERS, at=day(n))(n),
        "An order compared": lambda n: page("orders_order_compare", order, ORDERS, **{"from": day(n)})(n),
        "The list of items as of a date": lambda n: reverse("admin:inventory_item_as_of_list", query={"at": day(n)}),
        "The list of orders as of a date": lambda n: reverse("admin:orders_order_as_of_list", query={"at": day(n)}),
        "Stock and its value as of a date": stock(by=""),
        "Stock and its value by category": stock(by="category"),
    }
