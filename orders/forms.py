"""The order page's form and lines: they take the locks they decide under, in the transaction that saves."""

from collections import defaultdict
from decimal import Decimal

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from inventory import claims as planning
from inventory.claims import Claim
from inventory.models import Location
from inventory.rules import Shortage, StockRefused
from orders import rules
from orders.models import Order, OrderLine

PERCENT = forms.NumberInput({"min": 0, "max": 100, "step": "0.01"})


class DiscountForm(forms.ModelForm):
    """A discount of nothing is a blank field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.initial.get("discount_percent"):
            self.initial["discount_percent"] = None

    def clean_discount_percent(self):
        return self.cleaned_data["discount_percent"] or Decimal(0)


class OrderForm(DiscountForm):
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    one_time_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    class Meta:
        model = Order
        fields = ["customer", "location", "due_date", "discount_percent", "tax_rate", "address", "note"]
        widgets = {
            "discount_percent": PERCENT,
            "tax_rate": PERCENT,
            "due_date": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "address": forms.Textarea({"rows": 2}),
            "note": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        location = self.fields.get("location")
        if location:
            self.initial.setdefault("location", self.instance.location_id or Location.default().pk)
            if Location.objects.count() == 1:
                location.widget = forms.HiddenInput()
            else:
                location.widget.can_add_related = location.widget.can_change_related = False
                location.widget.can_view_related = False

    def clean_location(self):
        return self.cleaned_data["location"] or Location.default()

    def save(self, commit=True):
        if not self.instance.pk:
            self.instance.form_key = self.cleaned_data.get("one_time_key") or None
        return super().save(commit)


class ItemSelect(AutocompleteSelect):
    """An autocomplete that does not ask the database for the name of the item that the line has already."""

    known = None

    def optgroups(self, name, value, attr=None):
        if self.known is None or [str(key) for key in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        return [(None, [self.create_option(name, self.known.pk, str(self.known), True, 0)], 0)]


class OrderLineForm(DiscountForm):
    class Meta:
        model = OrderLine
        fields = ["item", "quantity", "unit_price", "discount_percent"]
        widgets = {
            "quantity": forms.NumberInput({"min": 1, "inputmode": "numeric"}),
            "unit_price": forms.NumberInput({"min": 0, "step": "0.01"}),
            "discount_percent": PERCENT,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            wrapper = self.fields["item"].widget
            wrapper.widget.known = self.instance.item


class OrderLineFormSet(forms.BaseInlineFormSet):
    """Knows whether the order will hold stock after this save, and says at the line what is short."""

    is_placing = False
    refusal: ValidationError | None = None  # what an earlier run of the same request was refused for while saving
    is_overriding = False  # short lines wait instead of being refused; for who may decide that, with a reason

    @property
    def is_short(self) -> bool:
        """Whether a line was refused because stock is short, so that an answer can be offered."""
        return any(
            error.code == "stock_short" for form in self.forms for error in form.errors.as_data().get("quantity", ())
        )

    def clean(self):
        self.let_wait: list[OrderLine] = []
        super().clean()
        if any(self.errors) or not hasattr(self.instance, "customer"):
            return
        claims = self._claims()
        levels, held = planning.lock(claims)
        if self.instance.pk:
            self._check_version(Order.objects.locked().get(pk=self.instance.pk))
        if self.is_placing or self.instance.holds_stock:
            self._check_lines()
            self._report(planning.make_plan(claims, levels, held).shortages)
        if self.refusal:
            self._report_refusal(self.refusal)

    def _claims(self) -> list[Claim]:
        kept = [form.instance.full_claim(self.instance) for form in self._kept()]
        gone = [form.instance.no_claim(self.instance) for form in self.deleted_forms if form.instance.pk]
        return kept + gone

    def _kept(self):
        return [form for form in self.forms if form.instance.item_id and form not in self.deleted_forms]

    def _check_lines(self) -> None:
        if not self._kept():
            raise ValidationError(_("Add a line first: an order without lines cannot be placed."), code="no_lines")
        for form in self._kept():
            if form.instance.quantity < form.instance.shipped:
                form.add_error("quantity", rules.shipped_kept_message(form.instance.shipped))

    def _check_version(self, current: Order) -> None:
        posted = self.data.get("seen_version")
        if posted and posted != str(current.version):
            raise ValidationError(rules.changed_meanwhile_message(current), code="changed_meanwhile")

    def _report(self, shortages: list[Shortage]) -> None:
        forms_of = defaultdict(list)
        for form in self._kept():
            forms_of[form.instance.item.sku].append(form)
        for shortage in shortages:
            left = shortage.available
            for form in forms_of[shortage.sku]:
                left -= form.instance.quantity - form.instance.shipped
                if left < 0:
                    self._refuse_or_let_wait(form, shortage)
                    break

    def _refuse_or_let_wait(self, form, shortage: Shortage) -> None:
        if not self.is_overriding:
            form.add_error("quantity", ValidationError(str(shortage), code="stock_short"))
            return
        reason = self.data.get("override_reason", "").strip()
        if not reason:
            raise ValidationError(_("Say why these lines may wait for stock."), code="reason_required")
        form.instance.backorder, form.instance.backorder_reason = True, reason[:200]
        self.let_wait.append(form.instance)

    def save(self, commit=True):
        saved = super().save(commit)
        for line in self.let_wait:
            line.save()  # a line that was not typed into is not among those saved
        return saved

    def _report_refusal(self, refusal: ValidationError) -> None:
        if not isinstance(refusal, StockRefused) or not refusal.shortages:
            raise refusal
        self._report(refusal.shortages)
