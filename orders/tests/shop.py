"""Orders for tests, entered as the product enters them."""

from inventory.models import Item
from orders import workflow
from orders.models import Customer, Order, OrderLine


def make_customer(name: str = "Katherine Johnson", **fields) -> Customer:
    email = f"{name.split()[0].lower()}@example.com"
    return Customer.objects.create(**{"name": name, "email": email, **fields})


def make_order(*lines: tuple[Item, int], customer: Customer | None = None, **fields) -> Order:
    """A draft with lines of (item, quantity)."""
    order = Order.objects.create(customer=customer or make_customer(), **fields)
    for item, quantity in lines:
        OrderLine.objects.create(order=order, item=item, quantity=quantity)
    return order


def place_order(*lines: tuple[Item, int], **fields) -> Order:
    order = make_order(*lines, **fields)
    workflow.place(order)
    return order
