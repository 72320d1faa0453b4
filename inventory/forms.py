"""What a person says about a change of stock. The verbs decide under their locks; a refusal is said at its field."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.history import change_sets
from inventory import stock
from inventory.models import MAX_QUANTITY, Item, Location, StockLevel, StockMovement
from inventory.rules import CountMoved

Kind = StockMovement.Kind

REASONS = [
    gettext_lazy("Correction"),
    gettext_lazy("Count"),
    gettext_lazy("Received"),
    gettext_lazy("Damaged"),
    gettext_lazy("Lost"),
    gettext_lazy("Found"),
    gettext_lazy("Returned to supplier"),
]


def _units(label: Any, least: int, **options) -> forms.IntegerField:
    attributes = {"autofocus": True} | ({"inputmode": "numeric"} if least >= 0 else {})  # that keypad has no minus
    widget = forms.NumberInput(attributes)
    return forms.IntegerField(label=label, min_value=least, max_value=MAX_QUANTITY, widget=widget, **options)


def _reason(initial: Any = "") -> forms.CharField:
    widget = forms.TextInput({"list": "reasons", "autocomplete": "off"})
    return forms.CharField(label=gettext_lazy("reason"), max_length=500, initial=initial, widget=widget)


class StockForm(forms.Form):
    """A form that carries out one verb of stock on an item at a location, once."""

    newest = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the ledger's end when the form was opened
    units = "quantity"  # the field of the number, where refusals are shown
    done = ""  # the message afterwards
    moved: CountMoved | None = None
    is_promised = False  # orders hold what would be taken; their newest can be asked to give it up

    def __init__(self, *args, item: Item, location: Location, **kwargs):
        super().__init__(*args, **kwargs)
        self.item, self.location = item, location
        self.level = StockLevel.objects.filter(item=item, location=location).first()
        last = StockMovement.objects.filter(level=self.level).first() if self.level else None
        self.initial["newest"] = last.pk if last else 0

    def carried(self) -> list[forms.BoundField]:
        """The hidden fields that the next submission must bring along."""
        return [self["newest"]]

    def carry_out(self) -> bool:
        """Runs the verb. A refusal stands at its field then, and nothing was written."""
        try:
            self.done = self._run_once()
        except ValidationError as refusal:
            self._refuse(refusal)
        return not self.errors

    def _refuse(self, refusal: ValidationError) -> None:
        self.moved = refusal if isinstance(refusal, CountMoved) else None
        self.is_promised = refusal.code == "stock_promised" and "release_newest" in self.fields
        field = {"reason_required": "reason", "same_location": "target"}.get(refusal.code or "", self.units)
        self.add_error(field, refusal.messages)

    @transaction.atomic
    def _run_once(self) -> str:
        """A second submission of the same form, by a double click or a retry, finds what the first one wrote."""
        change_sets.because(self.cleaned_data["reason"])
        level = stock.level_of(self.item, self.location)
        list(StockLevel.objects.filter(item=self.item).locked())
        since = StockMovement.objects.filter(level=level, pk__gt=self.cleaned_data["newest"] or 0)
        mine = since.filter(change_set__user=change_sets.acting().user_id, reason=self.cleaned_data["reason"])
        if mine.filter(**self.trace()).exists():
            return _("This was recorded already.")
        self.run()
        level.refresh_from_db()
        facts = {"sku": self.item.sku, "on_hand": number_format(level.on_hand), "location": self.location.name}
        return _("%(sku)s: %(on_hand)s on hand at %(location)s now.") % facts

    def trace(self) -> dict[str, Any]:
        """What the movement looks like that this form writes."""
        raise NotImplementedError

    def run(self) -> None:
        raise NotImplementedError


class ReceiveForm(StockForm):
    quantity = _units(gettext_lazy("quantity received"), 1)
    reason = _reason(gettext_lazy("Received"))
    reference = forms.CharField(
        label=gettext_lazy("reference"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("The document, such as a delivery note or purchase order."),
    )

    def trace(self):
        data = self.cleaned_data
        return {"kind": Kind.RECEIPT, "on_hand_delta": data["quantity"], "reference": data["reference"]}

    def run(self):
        data = self.cleaned_data
        stock.receive(self.item, self.location, data["quantity"], data["reason"], data["reference"])


class AdjustForm(StockForm):
    difference = _units(
        gettext_lazy("difference"), -MAX_QUANTITY, help_text=gettext_lazy("3 adds three; -3 takes three away.")
    )
    reason = _reason()
    release_newest = forms.BooleanField(required=False, widget=forms.HiddenInput)
    units = "difference"

    def trace(self):
        return {"kind": Kind.ADJUSTMENT, "on_hand_delta": self.cleaned_data["difference"]}

    def run(self):
        data = self.cleaned_data
        release = data["release_newest"]
        stock.adjust(self.item, self.location, data["difference"], data["reason"], release_newest=release)


class CountForm(StockForm):
    """Posts what was on hand when the counting began, so that what moved since is noticed."""

    counted = _units(gettext_lazy("counted"), 0)
    reason = _reason(gettext_lazy("Count"))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    keep = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[("count", gettext_lazy("Keep my count")), ("difference", gettext_lazy("Apply the difference"))],
    )
    release_newest = forms.BooleanField(required=False, widget=forms.HiddenInput)
    units = "counted"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.level.on_hand if self.level else 0

    def carried(self):
        return [*super().carried(), self["seen"], *([] if self.moved else [self["keep"]])]

    def trace(self):
        data = self.cleaned_data
        if data["keep"] == "difference":
            return {"kind": Kind.COUNT, "on_hand_delta": data["counted"] - (data["seen"] or 0)}
        return {"kind": Kind.COUNT, "on_hand_after": data["counted"]}

    def run(self):
        data = self.cleaned_data
        options = {name: data[name] for name in ("seen", "keep", "release_newest")}
        stock.count(self.item, self.location, data["counted"], data["reason"], **options)


class TransferForm(StockForm):
    quantity = _units(gettext_lazy("quantity"), 1)
    target = forms.ModelChoiceField(Location.objects.all(), label=gettext_lazy("to"), empty_label=None)
    reason = _reason()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = Location.objects.exclude(pk=self.location.pk)

    def trace(self):
        data = self.cleaned_data
        return {"kind": Kind.TRANSFER_OUT, "on_hand_delta": -data["quantity"], "reference": data["target"].name}

    def run(self):
        data = self.cleaned_data
        stock.transfer(self.item, self.location, data["target"], data["quantity"], data["reason"])


class ReorderForm(forms.ModelForm):
    class Meta:
        model = StockLevel
        fields = ["reorder_level"]
        help_texts = {
            "reorder_level": gettext_lazy("Running low from here down; 0: never. Suggested is up to twice this level.")
        }
