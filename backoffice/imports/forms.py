from django import forms
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from backoffice.imports import kinds
from backoffice.imports.matching import Match

POLICIES = [
    ("", _("All or nothing: nothing starts unless every row passes")),
    ("good", _("Good rows only: refused rows stay out")),
]


class UploadForm(forms.Form):
    """A file, or a table copied from a spreadsheet."""

    file = forms.FileField(label=_("File"), required=False, help_text=_("CSV or XLSX"))
    text = forms.CharField(
        label=_("Or paste rows, headings first"), required=False, widget=forms.Textarea(attrs={"rows": 4}), strip=False
    )
    policy = forms.ChoiceField(label=_("When rows are refused"), choices=POLICIES, required=False)

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
    """For each field the column, or the columns joined with “+”, that it is taken from."""

    def __init__(self, *args, kind: kinds.Kind, header: list[str], match: Match, **kwargs):
        super().__init__(*args, **kwargs)
        headings = [heading for heading in dict.fromkeys(header) if heading]
        for name in kind.synonyms:
            source = match.columns[name].source if name in match.columns else ""
            composed = [] if source in ["", *headings] else [source]
            choices = [("", _("— nothing —")), *((text, text) for text in [*composed, *headings])]
            self.fields[name] = forms.ChoiceField(
                label=kind.heading(name), choices=choices, initial=source, required=False
            )
        self.key_field = kind.key_field
        if kind.composed_key:
            self.fields["composed"] = forms.CharField(
                label=kind.composed_key,
                required=False,
                help_text=_("Where a file has no such column: headings joined with “+”, as in Handle+Option1 Value."),
            )

    def chosen(self) -> dict[str, str]:
        chosen = {name: source for name, source in self.cleaned_data.items() if name != "composed"}
        if composed := self.cleaned_data.get("composed", "").strip():
            chosen[self.key_field] = composed
        return chosen
