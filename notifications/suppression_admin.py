from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from backoffice.history.admin import TrackedAdmin
from notifications.suppression import Suppression

REACTIVATE = "notifications.reactivate_suppression"


@admin.register(Suppression)
class SuppressionAdmin(TrackedAdmin):
    list_display = ["address", "channel", "reason", "is_active", "since", "reactivated_by"]
    list_filter = ["is_active", "reason", "channel"]
    list_select_related = ["reactivated_by"]
    search_fields = ["address__startswith"]
    search_help_text = _("Address")
    change_form_template = "notifications/suppression.html"
    actions = None

    def get_fields(self, request, obj=None):
        if obj is None:
            return [("channel", "address"), "words"]
        return [("address", "channel"), ("reason", "since"), "is_active", ("reactivated_at", "reactivated_by"), "words"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, labels={"words": _("Why")}, **kwargs)

    def has_change_permission(self, request, obj=None):
        return False  # an address is suppressed or reactivated; both are on record

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.reactivate))
        return [path("<int:pk>/reactivate/", view, name="suppression_reactivate"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        may = {"may_reactivate": request.user.has_perm(REACTIVATE)}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    def reactivate(self, request, pk):
        if not request.user.has_perm(REACTIVATE):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        row.reactivate(request.user)
        messages.success(request, _("Messages go to %s again.") % row.address)
        return HttpResponseRedirect(reverse("admin:notifications_suppression_change", args=[row.pk]))
