"""The words of the customers' SQL, and the fields of a customer that a file can set."""

from backoffice.imports.set_based import table
from orders.models import Customer, StagedCustomer

ATTRIBUTES = ("name", "email", "phone", "address", "told")
TABLES = {"s": table(StagedCustomer), "c": table(Customer), "h": table(Customer.history.model)}


def sql(text: str) -> str:
    """The statement with its tables: {s}taged rows, {c}ustomers and their {h}istory."""
    return text.format(**TABLES)
