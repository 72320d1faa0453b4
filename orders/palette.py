"""What the command palette finds in sales: orders by number, customers by name or email, and a new order."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice import palette
from backoffice.palette import Entry
from backoffice.words import FEW
from orders.models import Customer, Order


def contribute():
    acts = palette.acts(
        (_("New order"), "admin:orders_order_add", "orders.add_order", "n o"),
        (_("New customer"), "admin:orders_customer_add", "orders.add_customer", "n c"),
    )
    palette.contribute(_("Do"), acts, first=True)
    palette.contribute(_("Orders"), find_orders)
    palette.contribute(_("Customers"), find_customers)


def find_orders(request: HttpRequest, question: str) -> Iterator[Entry]:
    """By number, with or without the prefix that all numbers share."""
    if not question or not request.user.has_perm("orders.view_order"):
        return
    for order in Order.objects.begun(question).select_related("customer")[: palette.FEW]:
        hint = f"{order.customer} · {order.get_status_display()}"
        yield Entry(order.number, reverse("admin:orders_order_change", args=[order.pk]), hint)


def find_customers(request: HttpRequest, question: str) -> Iterator[Entry]:
    if not question or not request.user.has_perm("orders.view_customer"):
        return
    for customer in Customer.objects.search(question, most=FEW)[: palette.FEW]:
        yield Entry(customer.name, reverse("admin:orders_customer_change", args=[customer.pk]), customer.email)
