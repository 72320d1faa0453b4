"""Orders of three lines, entered and placed as the order form does: header, lines, allocation, history, outbox."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle, islice

from django.db import connection, transaction

from inventory import stock
from inventory.models import Item, Location
from orders import workflow
from orders.models import Customer, Order, OrderLine

ITEMS, LINES, ORDERS_A_ROUND, CLIENTS = 30, 3, 40, 4
numbers = count(1)


def measures() -> dict[str, Callable[[], int]]:
    customer = Customer.objects.create(name="Katherine Johnson", email="katherine@example.com")
    items = cycle([stocked_item() for _item in range(ITEMS)])
    return {
        "orders placed, one client": lambda: place(customer, items, ORDERS_A_ROUND),
        f"orders placed, {CLIENTS} clients, shared items": lambda: place_together(customer, items),
    }


def stocked_item() -> Item:
    item = Item.objects.create(sku=f"MUG-{next(numbers)}", name="Mug", unit_price="12.50")
    stock.receive(item, Location.default(), 1_000_000, reason="Opening stock")
    return item


def place_together(customer: Customer, items: cycle) -> int:
    share = ORDERS_A_ROUND // CLIENTS
    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(lambda chosen: place_and_leave(customer, chosen, share), chosen_for_clients(items)))


def chosen_for_clients(items: cycle) -> list[cycle]:
    """Every client sells the same items, each starting at another, so that they meet at the rows."""
    return [cycle(list(islice(items, ITEMS + 7))) for _client in range(CLIENTS)]


def place_and_leave(customer: Customer, items: cycle, number: int) -> int:
    try:
        return place(customer, items, number)
    finally:
        connection.close()  # the thread's own


def place(customer: Customer, items: cycle, number: int) -> int:
    for _order in range(number):
        with transaction.atomic():
            order = Order.objects.create(customer=customer)
            for item in islice(items, LINES):
                OrderLine.objects.create(order=order, item=item, quantity=2)
            workflow.place(order)
    return number
