"""Orders as a kind of import: rows are lines, and the lines of one number are an order, which goes in as a whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.imports import kinds, preview
from backoffice.imports.filters import list_of
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import FileRefused, Problem
from inventory.models import Location
from orders import order_apply, order_check, order_effects
from orders.import_columns import ORDER_SYNONYMS
from orders.models import OrderLine, StagedLine
from orders.order_shapes import OrderShape, ShopifyOrders
from orders.resources import LineResource

STATUSES = [
    ("placed", gettext_lazy("Placed: stock is promised to them")),
    ("draft", gettext_lazy("Drafts: stock is left alone")),
]
CUSTOMERS = [
    ("create", gettext_lazy("Enter them as new customers")),
    ("refuse", gettext_lazy("Refuse their orders")),
]
HEADINGS = {
    "number": gettext_lazy("order"),
    "date": gettext_lazy("date"),
    "customer_name": gettext_lazy("customer"),
    "email": gettext_lazy("email"),
    "sku": gettext_lazy("SKU"),
    "barcode": gettext_lazy("barcode"),
    "quantity": gettext_lazy("quantity"),
    "unit_price": gettext_lazy("price"),
    "discount_percent": gettext_lazy("discount %"),
    "order_discount": gettext_lazy("discount of the order %"),
    "tax_rate": gettext_lazy("tax of the order %"),
    "due_date": gettext_lazy("due"),
    "address": gettext_lazy("ship to"),
    "note": gettext_lazy("note"),
}
TITLES = {
    "unknown_item": gettext_lazy("Items that are not there"),
    "inactive_item": gettext_lazy("Items that are not active"),
    "disagree": gettext_lazy("Rows of one order that do not agree"),
    "no_customer": gettext_lazy("Customers who are not there, or not named"),
    "ambiguous": gettext_lazy("More than one customer is found"),
    "other_order": gettext_lazy("Orders that are there and say something else"),
    "order_refused": gettext_lazy("Orders of which another row is refused"),
    "conflict": gettext_lazy("Orders that could not be entered"),
}
STATUS_SAID = {
    "placed": gettext_lazy("The orders are placed: stock at %(place)s is promised to them."),
    "draft": gettext_lazy("The orders become drafts: stock is left alone."),
}
CUSTOMERS_SAID = {
    "create": gettext_lazy("Unknown customers are entered."),
    "refuse": gettext_lazy("Orders of unknown customers are refused."),
}
NUMBERS = {"quantity", "unit_price", "discount_percent", "order_discount", "tax_rate"}


class OrderOptionsForm(forms.Form):
    """What becomes of the orders, and of customers who are not there."""

    status = forms.ChoiceField(label=gettext_lazy("The orders become"), choices=STATUSES, initial="placed")
    customers = forms.ChoiceField(label=gettext_lazy("Unknown customers"), choices=CUSTOMERS, initial="create")
    location = forms.ModelChoiceField(Location.objects.none(), label=gettext_lazy("Served from"), required=False)
    tell = forms.BooleanField(label=gettext_lazy("Tell the customers that their orders are placed"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        places = Location.objects.order_by("-is_default", "code")
        self.fields["location"].queryset = places
        self.fields["location"].empty_label = None
        if len(places) < 2:
            self.fields["location"].widget = forms.HiddenInput()

    def options(self) -> dict[str, Any]:
        return options(**self.cleaned_data)


def options(
    status: str = "placed", customers: str = "create", location: Location | None = None, tell: bool = False
) -> dict[str, Any]:
    place = (location or Location.default()).pk
    return {"status": status, "customers": customers, "location": place, "tell": tell}


class OrderKind(kinds.Kind):
    name = "orders"
    label = gettext_lazy("Orders")
    permission = "orders.import_order"
    staged = StagedLine
    options_form = OrderOptionsForm
    synonyms = ORDER_SYNONYMS
    key_field = "number"
    columns = tuple(HEADINGS)
    shapes = (ShopifyOrders, OrderShape)
    is_repeatable = True

    def resource(self):
        return LineResource()

    def records(self):
        lines = OrderLine.objects.select_related("order__customer", "item")
        return lines.order_by("-order_id", "pk")

    def check_columns(self, run, fields):
        needed = [
            ({"number"}, _("No column holds the order numbers, which say what belongs together.")),
            ({"sku", "barcode"}, _("No column holds SKUs or barcodes, so it is unclear which items are meant.")),
            ({"quantity"}, _("No column holds quantities.")),
            ({"customer_name", "email"}, _("No column holds the customers or their emails.")),
        ]
        missing = [sentence for names, sentence in needed if not names & fields]
        if missing:
            raise FileRefused(" ".join([*missing, _("Match a column to it.")]), code="no_fields")

    def complete(self, run, row):
        values, wrong = row.values, {problem.field for problem in row.problems}
        values["number"] = values.get("number", "")
        needed = [
            (("number",), _("The row has no order number.")),
            (("sku", "barcode"), _("The row names no item: it has neither a SKU nor a barcode.")),
            (("quantity",), _("The row has no quantity above 0.")),
        ]
        return [
            Problem(sentence, "missing", names[0], run.mapping.get(names[0], ""))
            for names, sentence in needed
            if not wrong & set(names) and not any(values.get(name) for name in names)
        ]

    def heading(self, name):
        return HEADINGS[name][:1].upper() + HEADINGS[name][1:]

    def check(self, run):
        return order_check.check(run)

    def apply_chunk(self, run):
        return order_apply.apply_chunk(run)

    def preview(self, run, staged):
        return [preview.row(row, [_cell(row, name) for name in run.matched]) for row in staged]

    def said(self, run):
        place = Location.objects.get(pk=run.options["location"]).name
        told = [STATUS_SAID[run.options["status"]] % {"place": place}, CUSTOMERS_SAID[run.options["customers"]]]
        if run.options["tell"]:
            told.append(_("The customers are told that their orders are placed."))
        return [str(sentence) for sentence in told]

    def effects(self, run):
        return order_effects.effects(run)

    def written(self, run):
        return list_of("orders_order", run)

    def titles(self):
        return TITLES

    def summary(self, run: ImportRun) -> str:
        count = order_check.orders_ready(run)
        sentence = ngettext("Imported %(file)s, %(count)d order", "Imported %(file)s, %(count)d orders", count)
        return sentence % {"file": run.original_name, "count": count}


def _cell(row: StagedLine, name: str) -> dict[str, Any]:
    return preview.cell(name, None, getattr(row, name), is_number=name in NUMBERS)
