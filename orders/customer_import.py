"""Customers as a kind of import. They are found by email, or by name in a file without a column of emails."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.imports import kinds, preview, staged
from backoffice.imports.filters import list_of
from backoffice.imports.refusals import FileRefused, Problem
from orders import customer_apply, customer_check, customer_clashes, people
from orders.import_columns import CUSTOMER_SYNONYMS
from orders.import_shapes import PeopleShape
from orders.models import Customer, StagedCustomer
from orders.resources import CustomerResource

SAID = {
    "both": gettext_lazy("Customers who are not there are entered."),
    "update": gettext_lazy("Only customers who are there are changed; the others are left out."),
    "create": gettext_lazy("Only customers who are not there are entered; the others are left out."),
}
KEYS = {
    "email": gettext_lazy("Customers are found by their email."),
    "name": gettext_lazy("Customers are found by their name."),
}
TITLES = {
    "repeated": gettext_lazy("Customers who stand in the file more than once"),
    "ambiguous": gettext_lazy("More than one customer is found"),
    "no_name": gettext_lazy("New customers without a name"),
    "no_key": gettext_lazy("Rows with neither an email nor a name"),
    "conflict": gettext_lazy("Records that changed since the check"),
}
FIXES = {"no_name": [("email_as_name", gettext_lazy("Enter them, named like their email"))]}


class CustomerOptionsForm(forms.Form):
    """Whether customers may be entered, changed, or both."""

    write = forms.ChoiceField(label=gettext_lazy("Customers"), choices=staged.WRITES, required=False)

    def options(self):
        return {"write": self.cleaned_data["write"] or "both"}


class CustomerKind(kinds.Kind):
    name = "customers"
    label = gettext_lazy("Customers")
    permission = "orders.import_customer"
    staged = StagedCustomer
    options_form = CustomerOptionsForm
    synonyms = CUSTOMER_SYNONYMS
    key_field = "name"
    columns = ("name", "email", "phone", "address", "told", "name_key", "email_key", "key")
    shapes = (PeopleShape,)

    def resource(self):
        return CustomerResource()

    def records(self):
        return Customer.objects.order_by("name_key", "pk")

    def check_columns(self, run, fields):
        if not fields & {"name", "email"}:
            message = _("No column holds a name or an email, so it is unclear who is meant. Match a column to it.")
            raise FileRefused(message, code="no_key")
        run.options = {**run.options, "key": "email" if "email" in fields else "name"}

    def complete(self, run, row):
        values, wrong = row.values, {problem.field for problem in row.problems}
        values["name_key"] = people.key(values.get("name", ""))
        values["email_key"] = people.key(values.get("email", ""))
        values["key"] = f"e:{values['email_key']}" if values["email_key"] else f"n:{values['name_key']}"
        if not (values["name_key"] or values["email_key"] or wrong & {"name", "email"}):
            return [Problem(_("The row has neither an email nor a name."), "no_key", run.options["key"])]
        return []

    def heading(self, name):
        return str(Customer._meta.get_field(name).verbose_name).capitalize()

    def check(self, run):
        return customer_check.check(run)

    def apply_chunk(self, run):
        return customer_apply.apply_chunk(run)

    def clashes(self, run):
        return customer_clashes.clashes(run)

    def preview(self, run, rows):
        rows = list(rows)
        known = Customer.objects.in_bulk({row.customer_id for row in rows if row.customer_id})
        return [preview.row(row, [_cell(row, name, known) for name in run.matched]) for row in rows]

    def said(self, run):
        return [str(KEYS[run.options["key"]]), str(SAID[run.options.get("write", "both")])]

    def titles(self):
        return TITLES

    def choices(self, name):
        return list(Customer.Told.choices) if name == "told" else []

    def written(self, run):
        return list_of("orders_customer", run)

    def fixes(self, code):
        return FIXES.get(code, [])

    def fix(self, name, row):
        return ("name", row.email) if name == "email_as_name" else ("", None)

    def summary(self, run):
        count = run.new + run.changed
        sentence = ngettext("Imported %(file)s, %(count)d customer", "Imported %(file)s, %(count)d customers", count)
        return sentence % {"file": run.original_name, "count": count}


def _cell(row: StagedCustomer, name: str, known: dict) -> dict:
    old, new = getattr(known.get(row.customer_id), name, None), getattr(row, name)
    if name == "told":
        old, new = (Customer.Told(wish).label if wish else None for wish in (old, new))
    is_changed = row.action == row.Action.CHANGED and new is not None and new != old
    return preview.cell(name, old, new, is_changed=is_changed)
