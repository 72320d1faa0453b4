"""Orders from a CSV or XLSX file."""

from backoffice.imports.commands import ImportCommand
from inventory.management.locations import find_location
from orders.order_import import OrderKind, options


class Command(ImportCommand):
    help = "Imports orders, a row for each line: the admin's import without a browser."
    kind = OrderKind.name

    def add_options(self, parser):
        parser.add_argument("--status", choices=["placed", "draft"], default="placed", help="what the orders become")
        parser.add_argument("--customers", choices=["create", "refuse"], default="create", help="who is not there yet")
        parser.add_argument("--location", metavar="CODE", help="where the orders are served from (the default one)")
        parser.add_argument("--tell", action="store_true", help="tell the customers that their orders are placed")

    def read_options(self, given):
        return options(given["status"], given["customers"], find_location(given["location"]), given["tell"])
