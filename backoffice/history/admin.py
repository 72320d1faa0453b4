from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from backoffice.exports.lists import ExportAdmin
from backoffice.history import timeline
from backoffice.history.models import ChangeSet
from backoffice.history.resources import ChangeSetResource
from backoffice.history.undo_pages import UndoPages, links


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list to look at: what it shows is written elsewhere."""

    change_form_template = "history/read_only.html"
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def _refusing(refusal):
    def clean(self):
        raise refusal

    return clean


class TrackedAdmin(admin.ModelAdmin):
    """A record with a history page of ours: its changes and all that belongs to it, in sentences."""

    show_full_result_count = False
    list_max_show_all = 200

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A rule that refuses only while saving ends the transaction; then the form runs again and shows it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refused_while_saving = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refused_while_saving", None)
        return type(form.__name__, (form,), {"clean": _refusing(refusal)}) if refusal else form

    def history_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "object": record,
            "opts": self.opts,
            "entries": timeline.of(record),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "history/object_history.html", context)


class ActivityList(ChangeList):
    """A page of change sets, each with the words for what it did."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        told = timeline.summarise(self.result_list)
        for change_set in self.result_list:
            change_set.told = change_set.summary or told.get(change_set.pk) or change_set.reason


@admin.register(ChangeSet)
class ChangeSetAdmin(UndoPages, ExportAdmin, ReadOnlyAdmin):
    resource_classes = [ChangeSetResource]
    list_display = ["at", "user_name", "source", "what"]
    list_filter = ["source"]
    search_fields = ["user_name", "summary", "reason"]
    ordering = ["-id"]
    fields = [("user_name", "source"), ("at", "what"), "reason"]
    readonly_fields = ["what"]
    change_form_template = "history/change_set.html"

    @admin.display(description=_("what"))
    def what(self, change_set):
        return getattr(change_set, "told", change_set.summary) or "—"

    def get_changelist(self, request, **kwargs):
        return ActivityList

    def change_view(self, request, object_id, form_url="", extra_context=None):
        change_set = self.get_object(request, object_id)
        entries = timeline.of_change_set(change_set) if change_set else []
        shown = {"entries": entries, "undo_links": links(change_set, request.user) if change_set else {}}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
