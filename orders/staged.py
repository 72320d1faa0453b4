"""Rows of imports of customers and of orders, cleaned. Blank cells are NULL and leave what is there alone."""

from django.db import models

from backoffice.imports.models import StagedRow
from inventory.fields import MoneyField, PercentField
from inventory.models import Item
from orders.people import KEY_LENGTH


def _pointer(model) -> models.ForeignKey:
    """To a live row, which may go while the staged one stays."""
    return models.ForeignKey(model, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")


class StagedCustomer(StagedRow):
    name = models.CharField(max_length=150, null=True)
    email = models.CharField(max_length=254, null=True)
    phone = models.CharField(max_length=20, null=True)
    address = models.TextField(null=True)
    told = models.CharField(max_length=5, null=True)
    name_key = models.CharField(max_length=KEY_LENGTH, blank=True)
    email_key = models.CharField(max_length=KEY_LENGTH, blank=True)
    key = models.CharField(max_length=KEY_LENGTH + 2, blank=True)  # "e:" and the email's, or "n:" and the name's
    customer = _pointer("orders.Customer")
    checked_history_id = models.BigIntegerField(null=True)

    class Meta(StagedRow.Meta):
        indexes = [*StagedRow.Meta.indexes, models.Index(fields=["run", "key"], name="stagedcustomer_key")]


class StagedLine(StagedRow):
    """A line of an order; what concerns the whole order may stand in any of its rows."""

    number = models.CharField(max_length=40, blank=True)
    customer_name = models.CharField(max_length=150, null=True)
    email = models.CharField(max_length=254, null=True)
    date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    address = models.TextField(null=True)
    note = models.TextField(null=True)
    order_discount = PercentField(null=True)
    tax_rate = PercentField(null=True)
    sku = models.CharField(max_length=100, null=True)
    barcode = models.CharField(max_length=64, null=True)
    quantity = models.IntegerField(null=True)
    unit_price = MoneyField(null=True)
    discount_percent = PercentField(null=True)
    item = _pointer(Item)
    customer = _pointer("orders.Customer")
    order = _pointer("orders.Order")
    first_row = models.PositiveIntegerField(db_default=0)  # of the order: it is applied in its place in the file

    objects: models.Manager["StagedLine"]

    class Meta(StagedRow.Meta):
        indexes = [
            *StagedRow.Meta.indexes,
            models.Index(fields=["run", "number"], name="stagedline_number"),
            models.Index(fields=["run", "first_row"], name="stagedline_first_row"),
        ]
