from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from backoffice.exports.lists import ExportAdmin
from backoffice.history import origins
from backoffice.history.activity_page import ActivityPage
from backoffice.history.as_of_pages import AsOfAdmin
from backoffice.history.change_set_page import ChangeSetPage
from backoffice.history.middleware import typed_reason
from backoffice.history.models import ChangeSet
from backoffice.history.resources import ActivityResource
from backoffice.history.undo_pages import UndoPages, links
from backoffice.lists import LongListAdmin


class ReadOnlyAdmin(LongListAdmin):
    """A list to look at: what it shows is written elsewhere."""

    change_form_template = "history/read_only.html"

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


class TrackedAdmin(AsOfAdmin, LongListAdmin):
    """A record with a history page of ours, and a place to say why on each of its forms."""

    class Media:
        css = {"all": ["history/history.css"]}

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

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"is_reason_asked": True, "typed_reason": typed_reason(request)}
        return super().render_change_form(request, context, *args, **kwargs)

    def render_delete_form(self, request, context):
        return super().render_delete_form(request, context | {"is_reason_asked": True})

    def response_action(self, request, queryset, **kwargs):
        """An action that asks before it acts asks why, too."""
        response = super().response_action(request, queryset, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data["is_reason_asked"] = True
        return response


@admin.register(ChangeSet)
class ChangeSetAdmin(UndoPages, ExportAdmin, ReadOnlyAdmin):
    """Activity: the list is the feed, and a change set's page shows what it changed, however much."""

    resource_classes = [ActivityResource]
    fields = [("user_name", "source"), ("at", "summary"), "reason"]
    change_form_template = "history/change_set.html"

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Activity"),
            "opts": self.opts,
            **ActivityPage(request).context(),
            "may_export": self.has_export_permission(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "history/activity.html", context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        change_set = self.get_object(request, object_id)
        page = ChangeSetPage(request, change_set).context() if change_set else {}
        page["origins"] = origins.of(change_set) if change_set else []
        page["undo_links"] = links(change_set, request.user) if change_set else {}
        return super().change_view(request, object_id, form_url, {**page, **(extra_context or {})})
