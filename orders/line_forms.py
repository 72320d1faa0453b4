"""How many units of which line: forms that carry out one verb on an order, once. A refusal stands at its line."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.history import change_sets
from orders import rules, workflow
from orders.models import Order, OrderLine


class LinesForm(forms.Form):
    """A whole number for each line that the verb could concern. ``seen_version`` makes a second submission harmless."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("reason"), max_length=500, required=False)
    column: str | Promise = ""  # the heading above the numbers
    most_column: str | Promise = ""
    prefilled = False

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        self.order = order
        self.initial["seen_version"] = order.version
        lines = order.lines.select_related("item", "location")
        self.most = {line: most for line in lines if (most := self.most_of(line)) > 0}
        for line, most in self.most.items():
            self.fields[_name(line)] = self._units(line, most)

    def _units(self, line: OrderLine, most: int) -> forms.IntegerField:
        widget = forms.NumberInput({"min": 0, "max": most, "inputmode": "numeric", "aria-label": str(line.item)})
        initial = most if self.prefilled else None
        return forms.IntegerField(min_value=0, required=False, initial=initial, widget=widget, localize=False)

    def most_of(self, line: OrderLine) -> int:
        """The units of a line that the verb can take."""
        raise NotImplementedError

    def rows(self) -> list[dict[str, Any]]:
        return [{"line": line, "most": most, "field": self[_name(line)]} for line, most in self.most.items()]

    def quantities(self) -> dict[int, int]:
        typed = {line.pk: self.cleaned_data.get(_name(line)) for line in self.most}
        return {pk: quantity for pk, quantity in typed.items() if quantity}

    def carry_out(self) -> bool:
        """Runs the verb under the order's locks. False with the refusal at its line; nothing was written then."""
        change_sets.acting().reason = self.cleaned_data["reason"]
        try:
            self._run_once()
        except ValidationError as refusal:
            line = next((line for line in self.most if line.pk == getattr(refusal, "line_id", None)), None)
            self.add_error(_name(line) if line else None, refusal.messages)
        return not self.errors

    @transaction.atomic
    def _run_once(self) -> None:
        workflow.lock(self.order)
        rules.check_seen(self.order, self.cleaned_data["seen_version"])
        self.run()

    def run(self) -> None:
        raise NotImplementedError


class ShipForm(LinesForm):
    column, most_column, prefilled = _("ship now"), _("ready"), True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("tracking number or remark")

    def most_of(self, line):
        return line.allocated if line.item.is_stocked else line.quantity - line.shipped

    def run(self):
        workflow.ship(self.order, self.quantities())


class ReturnForm(LinesForm):
    column, most_column = _("comes back"), _("with the customer")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        for line in self.most:
            if line.item.is_stocked:
                self.fields[_fate(line)] = forms.ChoiceField(
                    choices=[("stock", _("back to stock")), ("loss", _("written off"))],
                    widget=forms.Select({"aria-label": _("What becomes of %s") % line.item}),
                    required=False,
                )

    def rows(self):
        return [
            row | {"fate": self[_fate(row["line"])] if row["line"].item.is_stocked else None} for row in super().rows()
        ]

    def most_of(self, line):
        return line.shipped - line.returned

    def run(self):
        lost = [line.pk for line in self.most if self.cleaned_data.get(_fate(line)) == "loss"]
        workflow.take_back(self.order, self.quantities(), self.cleaned_data["reason"], lost)


class CancelForm(LinesForm):
    """Units of lines, or with ``whole`` the order."""

    column, most_column = _("give up"), _("not shipped")
    whole = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def most_of(self, line):
        return line.quantity - line.shipped

    def run(self):
        if self.cleaned_data["whole"]:
            workflow.cancel(self.order)
        else:
            workflow.cancel_units(self.order, self.quantities())


def _name(line: OrderLine) -> str:
    return f"line-{line.pk}"


def _fate(line: OrderLine) -> str:
    return f"fate-{line.pk}"
