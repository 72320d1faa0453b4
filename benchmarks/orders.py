"""Orders of three lines, entered and placed as the order form does: header, lines, allocation, history, outbox.

On PostgreSQL by several processes at once, beside the same writes as bare SQL and beside django-oscar on the same
server; and by sixteen that all want the same item.
"""

import os
import random
import sys
from collections.abc import Iterator
from itertools import count, islice
from uuid import uuid4

import django
from django.db import connection

from benchmarks import crowd

ITEMS, LINES = 30, 3
MANY, CROWD = 4, 16
SKU = "MUG-"
numbers = count(1)


def measured() -> dict[str, list[float]]:
    make_shop()
    found = {"orders placed, 1 process": crowd.rates(clerk("three"), 1)}
    if connection.vendor == "postgresql":
        found[f"orders placed, {MANY} processes"] = crowd.rates(clerk("three"), MANY)
        found["orders sent by the page, 1 process"] = crowd.rates(clerk("page"), 1)
        found[f"orders sent by the page, {MANY} processes"] = crowd.rates(clerk("page"), MANY)
        found |= peers()
        found[f"{CROWD} processes, {CROWD} items"] = crowd.rates(clerk("own"), CROWD)
        found[f"{CROWD} processes, one item"] = crowd.rates(clerk("same"), CROWD)
    return found


def peers() -> dict[str, list[float]]:
    from benchmarks import oscar, raw

    script, shop = raw.script(), oscar.shop()
    return {
        "bare SQL, 1 client": raw.rates(script, 1),
        f"bare SQL, {MANY} clients": raw.rates(script, MANY),
        "django-oscar, 1 process": crowd.rates(shop, 1),
        f"django-oscar, {MANY} processes": crowd.rates(shop, MANY),
    }


def make_shop() -> None:
    from orders.models import Customer

    Customer.objects.create(name="Katherine Johnson", email="katherine@example.com")
    for _item in range(ITEMS):
        stocked_item()


def stocked_item():
    from inventory import stock
    from inventory.models import Item, Location

    item = Item.objects.create(sku=f"{SKU}{next(numbers)}", name="Mug", unit_price="12.50")
    stock.receive(item, Location.default(), 1_000_000, reason="Opening stock")
    return item


def place(customer, items: Iterator, number: int) -> int:
    from inventory.models import Location

    location = Location.default()
    for _order in range(number):
        place_one(customer, location, list(islice(items, LINES)))
    return number


def place_one(customer, location, items: list) -> None:
    """Header and lines are one edit, as in the form, with the stock levels locked before all else."""
    from orders import workflow
    from orders.models import Order, OrderLine

    order = Order(customer=customer, location=location)
    lines = [OrderLine(order=order, item=item, quantity=2) for item in items]
    with workflow.editing(order, [line.full_claim(order) for line in lines]):
        order.save()
        for line in lines:
            line.save()
        workflow.place(order)


# One of the processes -------------------------------------------------------------------------------------------------


def clerk(choice: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.orders", choice]


def work(choice: str, number: int) -> None:
    from inventory.models import Item, Location
    from orders.models import Customer

    customer, location = Customer.objects.earliest("pk"), Location.default()
    items = list(Item.objects.filter(sku__startswith=SKU).order_by("pk"))
    acts = {
        "three": lambda: place_one(customer, location, random.sample(items, LINES)),
        "own": lambda: place_one(customer, location, [items[number]]),
        "same": lambda: place_one(customer, location, items[:1]),
        "page": lambda: send(client, customer, random.sample(items, LINES)),
    }
    client = sign_in() if choice == "page" else None
    crowd.join(acts[choice])


def sign_in():
    from orders.tests import pages

    client = pages.sign_in(f"dana-{os.getpid()}", "Sales")
    client.defaults["SERVER_NAME"] = "localhost"
    return client


def send(client, customer, items: list) -> None:
    """The page with a filled form, as a browser sends it: with all checks, and all that stands around the view."""
    from orders.tests import pages

    lines = [(item, 2) for item in items]
    answer = client.post(pages.ADD, pages.typed(customer, *lines, one_time_key=uuid4().hex, _place="1"), secure=True)
    assert answer.status_code == 302, answer.status_code


if __name__ == "__main__":
    django.setup()
    work(sys.argv[1], int(sys.argv[2]))
