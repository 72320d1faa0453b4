"""Customers from a CSV or XLSX file."""

from backoffice.imports.commands import ImportCommand
from orders.customer_import import CustomerKind


class Command(ImportCommand):
    help = "Imports customers, found by email or by name: the admin's import without a browser."
    kind = CustomerKind.name

    def add_options(self, parser):
        parser.add_argument("--write", choices=["both", "update", "create"], default="both", help="which customers")

    def read_options(self, given):
        return {"write": given["write"]}
