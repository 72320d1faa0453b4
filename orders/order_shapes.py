"""Files of orders as shops export them: first rows that speak for those below, and orders that were cancelled."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.imports.cells import is_blank
from backoffice.imports.matching import best, normal
from backoffice.imports.reading import Cell, Row
from orders.import_columns import ORDER_SYNONYMS
from orders.import_shapes import PeopleShape

STATUSES = ("orderstatus", "status", "financialstatus", "paymentstatus", "state")
DEAD = {
    "cancelled", "canceled", "wc-cancelled", "voided", "refunded", "wc-refunded", "failed", "wc-failed", "trash",
    "storniert", "annulé", "annulée", "remboursé", "cancelado", "annullato", "geannuleerd",
}  # fmt: skip
HEADER = ("date", "customer_name", "email", "due_date", "address", "note")


class OrderShape(PeopleShape):
    """A row without number below one that has one is a further line of that order, if it says nothing else of it."""

    joints = {"customer_name": " ", "address": "\n"}
    name_field = "customer_name"

    def __init__(self, header):
        super().__init__(header)
        self.number_place = normal(self.number_heading())
        self.seen = ""
        self.is_dead = False
        self.above: Cell = ""
        self.carried = 0

    def number_heading(self) -> str:
        return next(iter(best(self.header, ORDER_SYNONYMS["number"])), "")

    def skips(self, row):
        number = self.cell(row, self.number_place)
        if number and number != self.seen:
            self.seen, self.is_dead = number, False
        self.is_dead = self.is_dead or self.says_dead(row)
        self.skipped["dead"] += self.is_dead
        return self.is_dead

    def says_dead(self, row: Row) -> bool:
        return any(self.cell(row, heading).casefold() in DEAD for heading in STATUSES)

    def complete(self, row, match, values):
        super().complete(row, match, values)
        if not is_blank(number := values.get("number", "")):
            self.above = number
        elif not is_blank(self.above) and all(is_blank(values.get(name, "")) for name in HEADER):
            values["number"] = self.above
            self.carried += 1

    def notices(self):
        dead = ngettext(
            "%(count)d row of an order that was cancelled or refunded is passed over.",
            "%(count)d rows of orders that were cancelled or refunded are passed over.",
            self.skipped["dead"],
        )
        carried = ngettext(
            "%(count)d row without an order number belongs to the order above it.",
            "%(count)d rows without an order number belong to the order above them.",
            self.carried,
        )
        return list(_counted((dead, self.skipped["dead"]), (carried, self.carried)))


class ShopifyOrders(OrderShape):
    """Orders export: the number is called “Name”, and only the first row of an order says more than its line."""

    needs = frozenset({"name", "lineitemquantity", "lineitemname"})
    amounts = ("discountamount", "lineitemdiscount", "shipping")

    def __init__(self, header):
        super().__init__(header)
        self.beside: set[str] = set()

    def number_heading(self):
        return next(heading for heading in self.header if normal(heading) == "name")

    def composed_fields(self):
        return {**super().composed_fields(), "number": self.number_heading()}

    def says_dead(self, row):
        return bool(self.cell(row, "cancelledat")) or super().says_dead(row)

    def complete(self, row, match, values):
        super().complete(row, match, values)
        if any(self.cell(row, heading).strip("0.,") for heading in self.amounts):
            self.beside.add(self.cell(row, "name"))

    def notices(self):
        message = _(
            "Orders with an amount for shipping or as a discount: %(count)d. Such amounts are not taken over: add them"
            " to the orders by hand, or import the orders as drafts."
        )
        return [*super().notices(), *_counted((message, len(self.beside)))]


def _counted(*sentences: tuple[str, int]) -> Iterable[str]:
    return (sentence % {"count": count} for sentence, count in sentences if count)
