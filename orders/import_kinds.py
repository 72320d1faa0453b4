"""The kinds of import that orders add."""

from backoffice.imports import kinds
from orders.customer_import import CustomerKind


def register() -> None:
    kinds.register(CustomerKind)
