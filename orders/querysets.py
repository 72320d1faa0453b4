from decimal import Decimal

from django.db import models
from django.db.models import DecimalField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.querysets import GuardedQuerySet

MONEY = DecimalField(max_digits=14, decimal_places=2)


def served_from(location_id: int) -> Q:
    """Lines whose units are taken from this location."""
    return Q(location_id=location_id) | Q(location=None, order__location_id=location_id)


class OrderQuerySet(models.QuerySet):
    def with_total(self):
        """Adds ``total``: the sum over the lines of quantity × price, read for the rows that are shown only."""
        lines = self.model.lines.rel.related_model.objects.filter(order=OuterRef("pk")).order_by().values("order")
        amount = lines.annotate(amount=Sum(F("quantity") * F("unit_price"), output_field=MONEY)).values("amount")
        return self.annotate(total=Coalesce(Subquery(amount), Decimal(0), output_field=MONEY))

    def locked(self):
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


class OrderLineQuerySet(GuardedQuerySet):
    way = "orders.workflow, or save() on each line"

    def locked(self):
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def with_claims(self):
        """With what a claim asks of a line: its item, and the location of its own if it has one."""
        return self.select_related("item", "location")

    def record(self, allocated: int = 0, shipped: int = 0, returned: int = 0) -> int:
        """Moves the derived columns of one line. Only for the receiver of movements and for lines not kept in stock."""
        deltas = {"allocated": allocated, "shipped": shipped, "returned": returned}
        return self._write(**{name: F(name) + delta for name, delta in deltas.items()})
