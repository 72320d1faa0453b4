"""Counted stock from a CSV or XLSX file."""

from backoffice.imports.commands import ImportCommand
from inventory.import_kind import CountKind, options
from inventory.management.locations import find_location


class Command(ImportCommand):
    help = "Imports counted quantities of items that exist, and nothing else."
    kind = CountKind.name

    def add_options(self, parser):
        parser.add_argument("--location", metavar="CODE", help="where rows without a location count (the default one)")
        parser.add_argument("--key", choices=["sku", "barcode"], default="", help="how items are found")

    def read_options(self, given):
        return options(key=given["key"], location=find_location(given["location"]))
