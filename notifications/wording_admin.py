"""Wordings, with what they come to shown beside them while they are typed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from backoffice.history.admin import TrackedAdmin
from notifications import rendering, samples, wording
from notifications.choices import COURTESIES
from notifications.wording import PARTS, Wording


class WordingForm(forms.ModelForm):
    """Shows each part as it is in force. What equals the wording of the product is kept as blank, so that it follows
    the product when that gets better."""

    class Meta:
        model = Wording
        fields = PARTS
        widgets = {
            "text": forms.Textarea(attrs={"rows": 12}),
            "html": forms.Textarea(attrs={"rows": 16}),
            "short": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for part in set(PARTS) & set(self.fields):
            self.initial[part] = self.initial.get(part) or self.instance.default(part).rstrip("\n")

    def clean(self):
        cleaned = super().clean()
        for part in PARTS:
            source = (cleaned.get(part) or "").replace("\r\n", "\n")
            cleaned[part] = "" if source.strip() == self.instance.default(part).strip() else source
            self._try(part, source)
        return cleaned

    def _try(self, part: str, source: str) -> None:
        try:
            wording.check(part, source)
            filled = wording.fill(source, samples.of(self.instance.event), is_html=part == "html")
            if part == "html":
                wording.check_html(filled)  # however the source was put together
        except ValidationError as refusal:
            self.add_error(part, refusal)
        except Exception as error:  # whatever a filter or a loop makes of the facts
            self.add_error(part, _("This cannot be filled in: %s") % error)


@admin.register(Wording)
class WordingAdmin(TrackedAdmin):
    form = WordingForm
    list_display = ["event", "language", "subject_in_force", "changed"]
    list_display_links = ["event", "language"]
    list_filter = ["language"]
    change_form_template = "notifications/wording.html"
    fields = PARTS
    actions = None

    class Media:
        css = {"all": ["notifications/notifications.css"]}
        js = [forms.Script("notifications/wording.js", defer=True)]

    @admin.display(description=_("subject"))
    def subject_in_force(self, row):
        return row.in_force()["subject"].strip()

    @admin.display(description=_("changed here"), empty_value="")
    def changed(self, row):
        return format_html('<span class="bo-badge bo-badge-info">{}</span>', _("changed")) if row.is_changed else None

    def has_add_permission(self, request):
        return False  # there is one for each event and language

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        steps = {"preview": self.preview, "restore": self.restore}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(require_POST(view)), name=f"wording_{name}")
            for name, view in steps.items()
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        more = {"shown": shown(row, row.in_force()), "facts": names_of(row.event)} if row else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def preview(self, request, pk):
        """What the typed text comes to, with made-up facts; nothing is saved."""
        row = self._asked(request, pk)
        form = WordingForm({part: request.POST.get(part, "") for part in PARTS}, instance=row)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors})
        typed = {part: form.cleaned_data[part] or row.default(part) for part in PARTS}
        return JsonResponse(shown(row, typed))

    def restore(self, request, pk):
        row = self._asked(request, pk)
        for part in PARTS:
            setattr(row, part, "")
        row.save()
        messages.success(request, _("It says again what came with the product."))
        return HttpResponseRedirect(reverse("admin:notifications_wording_change", args=[row.pk]))

    def _asked(self, request, pk) -> Wording:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)


def shown(row: Wording, sources: dict[str, str]) -> dict[str, Any]:
    """The made-up message; a wording that cannot be filled any more is shown as what it says."""
    try:
        with override(row.language):
            facts = samples.of(row.event)
            mail = rendering.mail_parts(sources, facts, "#" if row.event in COURTESIES else "")
            short = rendering.short_parts(sources, facts)
    except Exception as error:
        return {"subject": "", "text": str(error), "html": "", "short": ""}
    return {"subject": mail.subject, "text": mail.text, "html": mail.html, "short": short.text}


def names_of(event: str) -> list[tuple[str, str]]:
    """The facts that can be used, each with an example."""
    found = []
    for name, value in samples.of(event).items():
        if isinstance(value, list) and value:
            found.append((f"{name}: {', '.join(value[0])}", ""))
        elif isinstance(value, dict):
            found += [(f"{name}.{key}", str(each)) for key, each in value.items()]
        elif not isinstance(value, list):
            found.append((name, str(value)))
    return found
