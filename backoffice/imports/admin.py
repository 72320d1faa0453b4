from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.exports.lists import ExportAdmin
from backoffice.history.admin import ReadOnlyAdmin
from backoffice.imports import kinds
from backoffice.imports.models import ImportRun
from backoffice.imports.resources import ImportRunResource
from backoffice.imports.wizard import Wizard

BADGES = {"applied": "ok", "failed": "bad", "checked": "warn", "applying": "info", "checking": "info"}


@admin.register(ImportRun)
class ImportRunAdmin(Wizard, ExportAdmin, ReadOnlyAdmin):
    """Every import there was; adding one starts at the upload, opening one shows where it stands."""

    list_display = ["original_name", "badge", "new", "changed", "unchanged", "refused", "user", "created_at"]
    list_filter = ["state"]
    list_select_related = ["user"]
    resource_classes = [ImportRunResource]

    def may_import(self, request) -> bool:
        return any(request.user.has_perm(kind.permission) for kind in kinds.every())

    def has_add_permission(self, request):
        return self.may_import(request)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("imports.view_importrun") or self.may_import(request)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_queryset(self, request):
        """Everything for who may view imports, else one's own."""
        runs = super().get_queryset(request).select_related("user", "change_set")
        return runs if request.user.has_perm("imports.view_importrun") else runs.filter(user=request.user)

    @admin.display(description=_("state"), ordering="state")
    def badge(self, run):
        css = BADGES.get(run.state, "draft")
        return format_html('<span class="bo-badge bo-badge-{}">{}</span>', css, run.get_state_display())
