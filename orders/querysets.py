from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from backoffice.words import some
from inventory.querysets import GuardedQuerySet, update_each
from inventory.sku import sku_key
from orders import people


def served_from(location_id: int) -> Q:
    """Lines whose units are taken from this location."""
    return Q(location_id=location_id) | Q(location=None, order__location_id=location_id)


LATE_AFTER = timedelta(days=3)  # confirmed and not shipped
FORGOTTEN_AFTER = timedelta(days=7)  # entered and still a draft


class CustomerQuerySet(models.QuerySet):
    def search(self, words: str, most: int | None = None):
        """Customers whose name has words that begin so, or whose address of mail does."""
        key = people.key(words)
        found, exactly = Q(name__words=words) | Q(email_key__begins=key), Q(name_key=key) | Q(email_key=key)
        return some(self, found, exactly, most)


class OrderQuerySet(models.QuerySet):
    def numbered(self, words: str):
        """The order with this number, with or without the prefix that all numbers share."""
        return self.filter(number__in=[words, words.upper(), f"{settings.ORDER_NUMBER_PREFIX}{words}"])

    def begun(self, words: str):
        """The order with this number; else those whose number begins so, in their order."""
        numbered, prefix = self.numbered(words), settings.ORDER_NUMBER_PREFIX if words[:1].isdigit() else ""
        return numbered if numbered.exists() else self.filter(number__begins=prefix + words.upper()).order_by("number")

    def search(self, words):
        """The order with this number; else those with the item of this SKU; else those of customers found so."""
        numbered = self.numbered(words)
        if numbered.exists():
            return numbered
        customers, lines = (self.model._meta.get_field(name).related_model.objects for name in ("customer", "lines"))
        lines = lines.filter(item__sku_key=sku_key(words))
        if lines.exists():
            return self.filter(pk__in=lines.values("order"))
        return self.filter(customer__in=customers.search(words))

    def sold(self):
        """Confirmed, whether shipped or not, and not cancelled. Nearly all: an index of states would be a detour."""
        return self.exclude(status__in=sorted(set(self.model.Status) - set(self.model.SOLD)))

    def to_ship(self):
        return self.filter(status__in=self.model.HOLDING)

    def late(self):
        """To ship, and confirmed too long ago."""
        return self.to_ship().filter(confirmed_at__lt=timezone.now() - LATE_AFTER)

    def forgotten(self):
        """Drafts that nobody placed."""
        return self.filter(status=self.model.Status.DRAFT, created_at__lt=timezone.now() - FORGOTTEN_AFTER)

    def overdue(self):
        """Not shipped, although the day that was promised is over. Drafts count, too."""
        open_states = [self.model.Status.DRAFT, *self.model.HOLDING]
        return self.filter(due_date__lt=timezone.localdate(), status__in=open_states)

    def record_total(self, total: Decimal) -> int:
        """Writes the derived total where it differs. Only for the workflow, which computes it."""
        return self.exclude(total=total).update(total=total)

    def locked(self):
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


Units = Mapping[int, int]
NONE: Units = {}


class OrderLineQuerySet(GuardedQuerySet):
    way = "orders.workflow, or save() on each line"

    def locked(self):
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))

    def with_claims(self):
        """With what a claim asks of a line: its item, and the location of its own if it has one."""
        return self.select_related("item", "location")

    def record(self, allocated: Units = NONE, shipped: Units = NONE, returned: Units = NONE) -> None:
        """Moves derived columns, each by units by line id. Only for the workflow, which derives them from movements,
        and for lines not kept in stock."""
        figures = [allocated, shipped, returned]
        if lines := sorted(set().union(*figures)):
            update_each(self.model, RECORD, [(pk, *(each.get(pk, 0) for each in figures)) for pk in lines])


RECORD = """
    UPDATE {table} SET allocated = {table}.allocated + v.column2, shipped = {table}.shipped + v.column3,
        returned = {table}.returned + v.column4
    FROM (VALUES {values}) AS v WHERE {table}.id = v.column1
"""
