"""The order page's form and lines: they take the locks they decide under, in the transaction that saves."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import change_sets
from inventory import claims as planning
from inventory.claims import Claim
from inventory.models import Item, Location
from inventory.rules import StockRefused
from orders import figures, rules
from orders.answers import NO_REASON, Short, override
from orders.models import Order, OrderLine
from orders.new_customer import WithNewCustomer
from orders.overtaken import OvertakenError, is_key, is_stale


class DiscountForm(forms.ModelForm):
    """A discount of nothing is a blank field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.initial.get("discount_percent"):
            self.initial["discount_percent"] = None

    def clean_discount_percent(self):
        return self.cleaned_data["discount_percent"] or Decimal(0)

    def validate_constraints(self):
        """Asks no database: the validators of the fields say the same, and the formset what shipments forbid."""


class OrderForm(WithNewCustomer, DiscountForm):
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    one_time_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    locations: list[Location] = []  # all of them, the default one first

    class Meta:
        model = Order
        fields = ["customer", "location", "due_date", "discount_percent", "tax_rate", "address", "note"]
        widgets = {
            "due_date": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "address": forms.Textarea({"rows": 2}),
            "note": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        location = self.fields.get("location")
        if location:
            self.initial.setdefault("location", self.instance.location_id or self.locations[0].pk)
            if len(self.locations) == 1:
                location.widget = forms.HiddenInput()
            else:
                location.widget.can_add_related = location.widget.can_change_related = False
                location.widget.can_view_related = False

    def clean_location(self):
        return self.cleaned_data["location"] or self.locations[0]

    def _get_validation_exclusions(self):
        """The record does not look for its customer and location again: the fields found them."""
        return super()._get_validation_exclusions() | {"customer", "location"}

    def save(self, commit=True):
        if not self.instance.pk:
            self.instance.form_key = self.cleaned_data.get("one_time_key") or None
        return super().save(commit)


class RecordSelect(AutocompleteSelect):
    """An autocomplete in which what could be no key, as a forged form may have it, is nothing chosen."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [key for key in value if is_key(str(key))], attr)


class ItemSelect(RecordSelect):
    """An autocomplete that does not ask the database for the names of items that were read already."""

    known: dict[str, Item] = {}

    def optgroups(self, name, value, attr=None):
        chosen = [str(key) for key in value if key]
        if not chosen or any(key not in self.known for key in chosen):
            return super().optgroups(name, value, attr)
        options = [self.create_option(name, key, str(self.known[key]), True, 0) for key in chosen]
        return [(None, options, 0)]


class KnownField(forms.ModelChoiceField):
    """A choice among records that were read together, so that fifty lines do not ask for theirs one by one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.known: dict[str, Model] = {}

    def know(self, records: Iterable[Model]) -> None:
        self.known = {str(record.pk): record for record in records}

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return self.known[str(value)]
        except KeyError:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None


class ItemField(KnownField):
    def know(self, records):
        super().know(records)
        self.widget.widget.known = self.known  # the admin wraps it


class LocationField(KnownField):
    def know(self, records):
        super().know(records)
        self.choices = [("", _("order’s")), *((key, record.name) for key, record in self.known.items())]


class OrderLineForm(DiscountForm):
    location = LocationField(Location.objects.all(), label=gettext_lazy("from"), required=False)
    wait_because = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    may_override = False
    short: Short | None = None  # set by the formset that found it so
    goal = ""

    class Meta:
        model = OrderLine
        fields = ["item", "location", "quantity", "unit_price", "discount_percent"]
        widgets = {
            "quantity": forms.NumberInput({"min": 1, "inputmode": "numeric"}),
        }

    def _get_validation_exclusions(self):
        """The record does not look for its item and location again: the fields found them."""
        return super()._get_validation_exclusions() | {"item", "location"}

    def clean(self):
        """A line that was answered with a reason may wait, for who may decide that."""
        super().clean()
        reason = self.cleaned_data.get("wait_because")
        if not reason:
            return
        if not self.may_override:
            raise ValidationError(_("You may not let a line wait for stock. Ask a manager."), code="override")
        self.instance.backorder, self.instance.backorder_reason = True, reason
        change_sets.because(reason)

    def below(self) -> str:
        """What the page shows below the line: the answers to its shortage, as buttons."""
        reason = self.is_bound and self["wait_because"].value()
        if not self.short:
            return _("May wait: %(reason)s") % {"reason": reason} if reason else ""
        waits = self.short.wait(self.goal) if self.may_override else None
        context = {
            "refusals": self.errors["quantity"],
            "prefix": self.prefix,
            "answers": self.short.answers(self.goal),
            "wait": waits,
        }
        return render_to_string("orders/answers.html", context)


class OrderLineFormSet(forms.BaseInlineFormSet):
    """Knows whether the order will hold stock after this save, and says at the line what is short."""

    is_placing = False
    may_override = False  # whether who saves may let a short line wait, with a reason
    locations: list[Location] = []
    is_previewed = False
    refusal: ValidationError | None = None  # what an earlier run of the same request was refused for while saving

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.may_override, form.goal = self.may_override, self.goal
        key = form.fields["id"]
        form.fields["id"] = KnownField(key.queryset, initial=key.initial, required=False, widget=key.widget)
        form.fields["id"].know(self.get_queryset())
        form.fields["item"].know(self.items)
        if "location" in form.fields:
            form.fields["location"].know(self.locations)

    @cached_property
    def items(self) -> list[Item]:
        """The items of the lines, and those that were typed, read at once."""
        there = {line.item_id: line.item for line in self.get_queryset()}
        typed = (self.data.get(f"{self.add_prefix(number)}-item", "") for number in range(self.total_form_count()))
        new = {int(key) for key in typed if is_key(key)}.difference(there)
        return [*there.values(), *Item.objects.filter(pk__in=new)]

    def delete_existing(self, line, commit=True):
        """Goes as it stands in the database, whatever was typed into it before."""
        line.forget_changes()
        super().delete_existing(line, commit)

    @property
    def goal(self) -> str:
        """What an answer goes on with."""
        return "place" if self.is_placing else "save"

    @property
    def shorts(self):
        return [form.short for form in self.forms if form.short]

    @property
    def override(self):
        """The one answer to all short lines; a single one is answered where it stands."""
        return override(self.goal, self.shorts) if self.may_override and len(self.shorts) > 1 else None

    def is_valid(self):
        """A form that is only shown again, with the effect it would have, is not to be saved."""
        return super().is_valid() and not self.is_previewed

    def clean(self):
        super().clean()
        if any(self.errors) or not self.instance.location_id:
            return
        levels, held = planning.lock(self._claims)
        if self.instance.pk:
            self._check_version(Order.objects.locked().get(pk=self.instance.pk))
        if self.is_placing or self.instance.holds_stock:
            self._check_lines()
            self._report(planning.make_plan(self._claims, levels, held).shortages)
        if self.refusal and not self.shorts:
            self._report_refusal(self.refusal)

    def writes(self) -> bool:
        """Whether saving the lines changes any: what was typed may be what is there already."""
        if self.deleted_forms or any(form.has_changed() for form in self.extra_forms):
            return True
        lines = [form.instance for form in self.initial_forms]
        for line in lines:
            line.freeze()
        return any(line.changed_fields() for line in lines)

    @property
    def concerned(self) -> list[Claim]:
        """What is locked before lines change: all that they could want and all that they hold."""
        return [form.instance.full_claim(self.instance) for form in self.forms if form.instance.item_id]

    @cached_property
    def _claims(self) -> list[Claim]:
        gone = [form.instance.no_claim(self.instance) for form in self.deleted_forms if form.instance.pk]
        return [*self._asking.values(), *gone]

    @cached_property
    def _asking(self) -> dict[forms.ModelForm, Claim]:
        return {form: form.instance.full_claim(self.instance) for form in self._kept()}

    def _kept(self):
        return [form for form in self.forms if form.instance.item_id and form not in self.deleted_forms]

    def _check_lines(self) -> None:
        if not self._kept():
            raise ValidationError(_("Add a line first: an order without lines cannot be placed."), code="no_lines")
        for form in self._kept():
            if form.instance.quantity < form.instance.shipped:
                form.add_error("quantity", rules.shipped_kept_message(form.instance.shipped))

    def _check_version(self, current: Order) -> None:
        if is_stale(current, self.data):
            raise OvertakenError

    def _report(self, shortages):
        """Gives what is available to the lines of a place in their order; those that it does not reach are short."""
        figures.count_refused(shortages)
        asking = defaultdict(list)
        for form, claim in self._asking.items():
            if not claim.may_wait:
                asking[claim.place].append((form, claim.quantity))
        for shortage in shortages:
            left = max(0, shortage.available)
            for form, quantity in asking[shortage.place]:
                if quantity > left:
                    self._refuse(form, Short(form.prefix, quantity, left, form.instance.shipped, shortage))
                left = max(0, left - quantity)

    def _refuse(self, form, short):
        form.short = short
        form.add_error("quantity", ValidationError(str(short.shortage), code="stock_short"))
        if form.prefix in self.data.getlist(NO_REASON):
            form.add_error("quantity", ValidationError(_("Say why this line may wait."), code="reason_required"))

    def _report_refusal(self, refusal: ValidationError) -> None:
        if not isinstance(refusal, StockRefused) or not refusal.shortages:
            raise refusal
        self._report(refusal.shortages)
