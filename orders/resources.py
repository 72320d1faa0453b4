"""Spreadsheet columns ↔ customers, lines of orders and orders. Customers and lines import unchanged."""

from django.utils.translation import gettext_lazy
from import_export.fields import Field

from backoffice.exports.resources import ExportResource
from backoffice.imports import cells, widgets
from inventory.models import MAX_QUANTITY
from orders import people
from orders.models import Customer, Order, OrderLine

Told = Customer.Told
YES = ("by email", "e-mail", "mail", "yes", "y", "true", "1", "ja", "oui", "sí", "si", "x")
NO = ("not at all", "no", "n", "false", "0", "none", "never", "nein", "non", "nee")
TEXT = ("by text message", "sms", "text message", "texts")
BOTH = ("by email and text message", "email and text", "email and sms")
WISHES = {
    **dict.fromkeys(YES, Told.EMAIL),
    **dict.fromkeys(TEXT, Told.TEXT),
    **dict.fromkeys(BOTH, Told.BOTH),
    **dict.fromkeys(NO, Told.NOT),
    **{wish: wish for wish in Told.values},
}


class Phone(widgets.Text):
    def clean(self, value, row=None, **kwargs):
        return people.e164(cells.text(value, self.most))


class CustomerResource(ExportResource):
    name = Field(attribute="name", column_name="name", widget=widgets.Text(150))
    email = Field(attribute="email", column_name="email", widget=widgets.Email())
    phone = Field(attribute="phone", column_name="phone", widget=Phone(40))
    address = Field(attribute="address", column_name="address", widget=widgets.Lines(500))
    told = Field(attribute="told", column_name="told", widget=widgets.Choice(WISHES))

    class Meta:
        model = Customer
        fields = ("name", "email", "phone", "address", "told")
        export_order = fields


class LineResource(ExportResource):
    """One row for a line of an order; what concerns the whole order stands in each of its rows."""

    number = Field(attribute="order__number", column_name="number", widget=widgets.Code(40))
    date = Field(attribute="order__created_at", column_name="date", widget=widgets.Date())
    customer_name = Field(attribute="order__customer__name", column_name="customer", widget=widgets.Text(150))
    email = Field(attribute="order__customer__email", column_name="email", widget=widgets.Email())
    sku = Field(attribute="item__sku", column_name="sku", widget=widgets.Code(100))
    barcode = Field(attribute="item__barcode", column_name="barcode", widget=widgets.Code(64))
    quantity = Field(attribute="quantity", column_name="quantity", widget=widgets.Quantity(MAX_QUANTITY))
    unit_price = Field(attribute="unit_price", column_name="unit_price", widget=widgets.Money(12))
    discount_percent = Field(attribute="discount_percent", column_name="discount_percent", widget=widgets.Percent())
    order_discount = Field(
        attribute="order__discount_percent", column_name="order_discount_percent", widget=widgets.Percent()
    )
    tax_rate = Field(attribute="order__tax_rate", column_name="order_tax_rate", widget=widgets.Percent())
    due_date = Field(attribute="order__due_date", column_name="due_date", widget=widgets.Date())
    address = Field(attribute="order__address", column_name="address", widget=widgets.Lines(500))
    note = Field(attribute="order__note", column_name="note", widget=widgets.Lines(2_000))

    related = ("order__customer", "item")

    def filter_export(self, queryset, **kwargs):
        """The lines of the orders, order by order as they were entered."""
        if queryset.model is Order:
            lines = OrderLine.objects.using(queryset.db)
            queryset = lines.filter(order__in=queryset.order_by().values("pk")).order_by("order_id", "pk")
        return super().filter_export(queryset, **kwargs)

    class Meta:
        model = OrderLine
        name = gettext_lazy("A row for each line, which can be imported")
        fields = (
            "number",
            "date",
            "customer_name",
            "email",
            "sku",
            "barcode",
            "quantity",
            "unit_price",
            "discount_percent",
            "order_discount",
            "tax_rate",
            "due_date",
            "address",
            "note",
        )
        export_order = fields


class OrderResource(ExportResource):
    """One row for an order."""

    date = Field(attribute="created_at", column_name="date")
    customer = Field(attribute="customer__name", column_name="customer")
    email = Field(attribute="customer__email", column_name="email")
    location = Field(attribute="location__code", column_name="location")
    entered_by = Field(attribute="entered_by__username", column_name="entered_by")
    related = ("customer", "location", "entered_by")

    class Meta:
        model = Order
        name = gettext_lazy("A row for each order, with its total")
        fields = (
            "number",
            "date",
            "customer",
            "email",
            "status",
            "location",
            "due_date",
            "discount_percent",
            "total",
            "entered_by",
            "note",
        )
        export_order = fields
