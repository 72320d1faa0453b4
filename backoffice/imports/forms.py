from collections.abc import Iterator

from django import forms
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from backoffice.imports import kinds
from backoffice.imports.corrections import heading_here
from backoffice.imports.matching import Match
from backoffice.imports.models import ImportRun

POLICIES = [
    ("", _("All or nothing")),
    ("good", _("Good rows only: refused rows stay out")),
]


class HowForm(forms.Form):
    """What every kind of import asks."""

    policy = forms.ChoiceField(label=_("When rows are refused"), choices=POLICIES, required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Told with everything that the import changes")
    )

    def decide(self, run: ImportRun) -> None:
        run.only_good, run.reason = self.cleaned_data["policy"] == "good", self.cleaned_data["reason"]


class UploadForm(HowForm):
    """A file, or a table copied from a spreadsheet."""

    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("Or paste rows, headings first"), required=False, widget=forms.Textarea(attrs={"rows": 4}), strip=False
    )
    field_order = ["file", "text"]

    def __init__(self, *args, allowed: list[kinds.Kind], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(kind.name, kind.label) for kind in allowed]
        self.fields["kind"] = forms.ChoiceField(choices=choices, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("file") and not cleaned.get("text", "").strip() and "file" not in self.errors:
            raise forms.ValidationError(_("Choose a file, or paste rows."), code="nothing")
        return cleaned

    def upload(self):
        """What is to be imported, as a file with a name."""
        pasted = self.cleaned_data["text"].encode()
        return self.cleaned_data["file"] or ContentFile(pasted, name=str(_("pasted rows.csv")))


class MatchForm(forms.Form):
    """For each field the column, or the columns joined with “+”, or what every row has that the file does not say."""

    def __init__(self, *args, kind: kinds.Kind, header: list[str], match: Match, run: ImportRun, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        headings = [heading for heading in dict.fromkeys(header) if heading]
        for name in kind.synonyms:
            source = match.columns[name].source if name in match.columns else ""
            self._add_column(name, "" if source == heading_here(name) else source, headings)
            if name != kind.key_field:
                self._add_default(name, run.defaults.get(name, ""))
        if kind.composed_key:
            self.fields["composed"] = forms.CharField(
                label=kind.composed_key,
                required=False,
                help_text=_("Where a file has no such column: headings joined with “+”, as in Handle+Option1 Value."),
            )

    def _add_column(self, name: str, source: str, headings: list[str]) -> None:
        composed = [] if source in ["", *headings] else [source]
        choices = [("", _("— nothing —")), *((text, text) for text in [*composed, *headings])]
        label = self.kind.heading(name)
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, initial=source, required=False)

    def _add_default(self, name: str, value: str) -> None:
        label = _("%(field)s of every row") % {"field": self.kind.heading(name)}
        field: forms.Field = forms.CharField(label=label, initial=value, required=False, max_length=500)
        if words := self.kind.choices(name):
            field = forms.ChoiceField(label=label, choices=[("", "—"), *words], initial=value, required=False)
        field.widget.attrs["placeholder"] = _("or the same in every row")
        self.fields[f"{name}-every"] = field

    def clean(self):
        """What every row is to have must be readable as a cell would be."""
        cleaned = super().clean()
        fields = self.kind.resource().fields
        for name, text in self._defaults(cleaned):
            try:
                fields[name].widget.clean(text)
            except ValueError as error:
                self.add_error(f"{name}-every", str(error))
        return cleaned

    def _defaults(self, cleaned: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Where a column is chosen, that is what counts."""
        for name in self.kind.synonyms:
            if (text := cleaned.get(f"{name}-every", "").strip()) and not cleaned.get(name):
                yield name, text

    def lines(self) -> Iterator[tuple[forms.BoundField, forms.BoundField | None]]:
        """Each field with the box for what every row has."""
        for name in self.kind.synonyms:
            yield self[name], self[f"{name}-every"] if f"{name}-every" in self.fields else None

    def defaults(self) -> dict[str, str]:
        return dict(self._defaults(self.cleaned_data))

    def chosen(self) -> dict[str, str]:
        chosen = {name: self.cleaned_data[name] for name in self.kind.synonyms}
        if composed := self.cleaned_data.get("composed", "").strip():
            chosen[self.kind.key_field] = composed
        return chosen
