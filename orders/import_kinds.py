"""The kinds of import that orders add."""

from backoffice.imports import kinds
from orders.customer_import import CustomerKind
from orders.order_import import OrderKind


def register() -> None:
    kinds.register(CustomerKind)
    kinds.register(OrderKind)
