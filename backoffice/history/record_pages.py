"""The pages of a record's past: its timeline, where notes are written. They work for what was deleted, too."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.history import change_sets, entries, timeline
from backoffice.history.models import Note
from backoffice.history.sight import Sight

MOST_CHARACTERS = Note._meta.get_field("text").max_length
NOTE = "history.add_note"


class RecordPagesAdmin(admin.ModelAdmin):
    """Adds the pages of its past to each record of a tracked model."""

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/note/", view(require_POST(self.note_view)), name=self.url_name("note")),
            path("<int:pk>/history/<int:version>/", view(self.version_view), name=self.url_name("version")),
        ]
        return own + super().get_urls()

    def url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def url_of(self, page: str, pk: Any) -> str:
        return reverse(f"admin:{self.url_name(page)}", args=[pk])

    def past_or_404(self, request, pk: Any) -> tuple[Any, str]:
        """The record, None when it was deleted, and its text. Refuses who may not see it."""
        record = self.get_object(request, pk)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        if record:
            return record, str(record)
        last = self._last_version(pk)
        if last is None or last.history_type != "-":  # never there, or there and not to be seen
            raise Http404
        return None, entries.describe(last, entries.names_of_related([last]))

    def _last_version(self, pk: Any):
        try:
            key = self.opts.pk.to_python(pk)
        except ValidationError:
            return None
        return self.model.history.filter(**{self.opts.pk.attname: key}).order_by("-history_id").first()

    # The timeline

    def history_view(self, request, object_id, extra_context=None):
        record, name = self.past_or_404(request, pk := unquote(object_id))
        show, before = request.GET.get("show", ""), request.GET.get("before", "")
        context = {
            **self.admin_site.each_context(request),
            **self.timeline_of(request, pk, show, int(before) if before.isdecimal() else None),
            "title": _("History"),
            "object": record,
            "name": name,
            "opts": self.opts,
            "change_url": self.url_of("change", pk) if record else "",
            "as_of_url": self.url_of("as_of", pk),
            "compare_url": self.url_of("compare", pk),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "history/object_history.html", context)

    def timeline_of(self, request, pk: Any, show: str = "", before: int | None = None) -> dict[str, Any]:
        """What ``history/timeline.html`` needs; its chips and further pages are on the history page."""
        page = timeline.page(self.model, pk, Sight(request), show, before)
        shown = {"show": show} if show in {stream.name for stream in page.streams} else {}
        return {
            "acts": page.acts,
            "chips": [(stream.name, stream.label) for stream in page.streams],
            "shown": shown.get("show", ""),
            "older": page.older,
            "history_url": self.url_of("history", pk),
            "note_url": self.url_of("note", pk) if request.user.has_perm(NOTE) else "",
            "most_characters": MOST_CHARACTERS,
        }

    def version_view(self, request, pk, version):
        """Where simple-history has a form that reverts a record past all rules: here nobody can send it."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        self.past_or_404(request, pk)
        return HttpResponseRedirect(self.url_of("history", pk))

    # Notes

    def note_view(self, request, pk):
        self.past_or_404(request, pk)
        if not request.user.has_perm(NOTE):
            raise PermissionDenied
        if text := request.POST.get("note", "").strip()[:MOST_CHARACTERS]:
            kind = self.opts.label_lower
            Note.objects.create(kind=kind, object_id=pk, text=text, change_set=change_sets.current())
            messages.success(request, _("Your note is kept."))
        else:
            messages.error(request, _("The note is empty: nothing was kept."))
        return HttpResponseRedirect(self._back_to(request) or self.url_of("history", pk))

    def _back_to(self, request) -> str:
        wanted = request.POST.get("next", "")
        return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else ""
