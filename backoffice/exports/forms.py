from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.exports.formats import FORMATS
from backoffice.exports.resources import ExportResource


class AskForm(forms.Form):
    """Which format and which columns. What is not said is the default: XLSX, the first resource, all columns."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("xlsx", _("XLSX, for spreadsheet programs")), ("csv", _("CSV, for other programs"))],
        widget=forms.RadioSelect,
        initial="xlsx",
        required=False,
    )

    def __init__(self, *args, resources: Sequence[type[ExportResource]], **kwargs):
        super().__init__(*args, **kwargs)
        if len(resources) > 1:
            names = [(str(place), resource.get_display_name()) for place, resource in enumerate(resources)]
            self.fields["resource"] = forms.ChoiceField(
                label=_("Rows"), choices=names, widget=forms.RadioSelect, initial="0", required=False
            )
        for place, resource in enumerate(resources):
            self.fields[f"columns-{place}"] = _columns_of(
                resource, _("Columns: %(rows)s") % {"rows": resource.get_display_name()}
            )
        if len(resources) == 1:
            self.fields["columns-0"].label = _("Columns")

    def columns_fields(self):
        return [self[name] for name in self.fields if name.startswith("columns-")]

    def asked(self) -> dict:
        """Arguments of ``ask``."""
        resource = int(self.cleaned_data.get("resource") or 0)
        columns = self.cleaned_data[f"columns-{resource}"]
        return {"format": self.cleaned_data["format"] or next(iter(FORMATS)), "resource": resource, "columns": columns}


def _columns_of(resource: type[ExportResource], label: str) -> forms.MultipleChoiceField:
    names = [(name, resource.fields[name].column_name) for name in resource().get_export_order()]
    initial = [name for name, _heading in names]
    return forms.MultipleChoiceField(
        label=label, choices=names, initial=initial, widget=forms.CheckboxSelectMultiple, required=False
    )
