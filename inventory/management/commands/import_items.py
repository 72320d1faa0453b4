"""Items and their stock from a CSV or XLSX file."""

from backoffice.imports.commands import ImportCommand
from inventory.import_kind import ItemKind, options
from inventory.management.locations import find_location


class Command(ImportCommand):
    help = "Imports items and their stock: the admin's import without a browser."
    kind = ItemKind.name

    def add_options(self, parser):
        parser.add_argument("--location", metavar="CODE", help="where rows without a location count (the default one)")
        parser.add_argument("--mode", choices=["set", "add", "subtract"], default="set", help="what quantities mean")
        parser.add_argument("--key", choices=["sku", "barcode"], default="", help="how items are found")

        parser.add_argument("--write", choices=["both", "update", "create"], default="both", help="which items")

    def read_options(self, given):
        return options(given["mode"], given["key"], find_location(given["location"]), given["write"])
