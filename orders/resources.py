"""Spreadsheet columns ↔ customers. Import and export share them: what is exported imports unchanged."""

from import_export.fields import Field
from import_export.resources import ModelResource

from backoffice.imports import cells, widgets
from orders import people
from orders.models import Customer

Told = Customer.Told
YES = ("by email", "e-mail", "mail", "yes", "y", "true", "1", "ja", "oui", "sí", "si", "x")
NO = ("not at all", "no", "n", "false", "0", "none", "never", "nein", "non", "nee")
WISHES = {**dict.fromkeys(YES, Told.EMAIL), **dict.fromkeys(NO, Told.NOT), **{wish: wish for wish in Told.values}}


class Phone(widgets.Text):
    def clean(self, value, row=None, **kwargs):
        return people.e164(cells.text(value, self.most))


class CustomerResource(ModelResource):
    name = Field(attribute="name", column_name="name", widget=widgets.Text(150))
    email = Field(attribute="email", column_name="email", widget=widgets.Email())
    phone = Field(attribute="phone", column_name="phone", widget=Phone(40))
    address = Field(attribute="address", column_name="address", widget=widgets.Lines(500))
    told = Field(attribute="told", column_name="told", widget=widgets.Choice(WISHES))

    class Meta:
        model = Customer
        fields = ("name", "email", "phone", "address", "told")
        export_order = fields
