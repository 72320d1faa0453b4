"""The live records that some orders of a file are about, each kind read with one query."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from backoffice.imports.models import ImportRun
from inventory.models import Item, StockLevel
from inventory.sku import sku_key
from orders import people
from orders.models import Customer, Order, StagedLine


def said(lines: Iterable[StagedLine], name: str):
    """What the rows of an order say of it; None where none of them says anything."""
    return next((value for line in lines if (value := getattr(line, name)) is not None), None)


class Records:
    def __init__(self, run: ImportRun, batch: Iterable[list[StagedLine]]):
        lines = [line for order in batch for line in order]
        self.location_id = run.options["location"]
        self._read_items(lines)
        self._read_customers(lines)
        found = Order.objects.filter(number__in={line.number for line in lines if line.number})
        self.orders = {order.number: order for order in found.prefetch_related("lines").select_related("customer")}
        levels = StockLevel.objects.filter(location_id=self.location_id, item_id__in=list(self.items))
        self.available = dict(levels.values_list("item_id", "available"))

    def _read_items(self, lines: list[StagedLine]) -> None:
        keys = {sku_key(line.sku) for line in lines if line.sku}
        codes = {line.barcode for line in lines if line.barcode}
        self.items = Item.objects.in_bulk(
            list(Item.objects.filter(Q(sku_key__in=keys) | Q(barcode__in=codes)).values_list("pk", flat=True))
        )
        self._by_sku = {item.sku_key: item.pk for item in self.items.values()}
        self._by_barcode = {item.barcode: item.pk for item in self.items.values() if item.barcode}

    def _read_customers(self, lines: list[StagedLine]) -> None:
        emails = {people.key(line.email) for line in lines if line.email}
        names = {people.key(line.customer_name) for line in lines if line.customer_name}
        self._emails: dict[str, list[int]] = defaultdict(list)
        self._names: dict[str, list[int]] = defaultdict(list)
        found = Customer.objects.filter(Q(email_key__in=emails) | Q(name_key__in=names)).order_by("pk")
        for pk, email, name in found.values_list("pk", "email_key", "name_key"):
            self._emails[email].append(pk)
            self._names[name].append(pk)

    def item_id(self, line: StagedLine) -> int | None:
        """By SKU; by barcode where the row has none."""
        return self._by_sku.get(sku_key(line.sku)) if line.sku else self._by_barcode.get(line.barcode or "")

    def order_id(self, number: str) -> int | None:
        return self.orders[number].pk if number in self.orders else None

    def customer_ids(self, lines: list[StagedLine]) -> list[int]:
        """Everybody who could be meant: by email; by name where the order has none."""
        email, name = said(lines, "email"), said(lines, "customer_name")
        if email:
            return self._emails.get(people.key(email), [])
        return self._names.get(people.key(name), []) if name else []

    def customer_id(self, lines: list[StagedLine]) -> int | None:
        found = self.customer_ids(lines)
        return found[0] if len(found) == 1 else None
