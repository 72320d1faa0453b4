"""A customer who is entered on the order page, and saved with the order in one transaction."""

from copy import copy

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from orders.models import Customer

PREFIX = "new_customer"


class NewCustomerForm(forms.ModelForm):
    """Blank, it is nobody. Typed, it obeys the rules of ``Customer``."""

    class Meta:
        model = Customer
        fields = ["name", "email", "phone"]
        widgets = {
            "name": forms.TextInput({"autocomplete": "off"}),
            "email": forms.EmailInput({"autocomplete": "off"}),
            "phone": forms.TextInput({"autocomplete": "off", "inputmode": "tel"}),
        }

    def __init__(self, data=None):
        super().__init__(data, prefix=PREFIX, empty_permitted=True, use_required_attribute=False)


class WithNewCustomer(forms.ModelForm):
    """The form of an order whose customer is chosen, or entered beside it by who may add customers."""

    may_add_customer = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.new_customer = None
        if self.may_add_customer and "customer" in self.fields:
            self.new_customer = NewCustomerForm(self.data if self.is_bound else None)
            self.fields["customer"].required = False  # who is new is not chosen: see `clean_customer`
            self.fields["customer"].widget.can_add_related = False  # they are entered here

    @property
    def has_new_customer(self) -> bool:
        return bool(self.new_customer and self.new_customer.is_bound and self.new_customer.has_changed())

    def clean_customer(self):
        chosen = self.cleaned_data["customer"]
        if not self.has_new_customer:
            if not chosen and self.new_customer:
                raise ValidationError(self.fields["customer"].error_messages["required"], code="required")
            return chosen
        if chosen:
            raise ValidationError(_("Choose a customer or enter a new one, not both."), code="two_customers")
        if not self.new_customer.is_valid():
            raise ValidationError(_("The new customer cannot be saved like this."), code="new_customer")
        return chosen

    def as_typed(self):
        """The order as the form has it: a copy of it where the customer is not saved yet."""
        if not (self.has_new_customer and self.new_customer.is_valid()):
            return self.instance
        order = copy(self.instance)
        order.customer = self.new_customer.instance
        return order

    def save_new_customer(self) -> None:
        """Before the order is saved, which then is theirs."""
        if self.has_new_customer:
            self.instance.customer = self.new_customer.save()
