from django.contrib import admin
from django.http import Http404, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from backoffice.exports import sources
from backoffice.exports.asking import download
from backoffice.exports.models import Export

BADGES = {"ready": "ok", "failed": "bad", "writing": "info", "waiting": "info", "expired": "draft"}


@admin.register(Export)
class ExportRecordAdmin(admin.ModelAdmin):
    """Everybody's own exports; who may view exports sees who exported what, but not the files of others."""

    actions = None
    show_full_result_count = False
    list_display = ["label", "format", "badge", "rows", "megabytes", "user", "created_at", "expires_at"]
    list_filter = ["state"]
    list_select_related = ["user"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        may_export = any(source.may_export(request.user) for source in sources.every())
        return may_export or request.user.has_perm("exports.view_export")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_queryset(self, request):
        exports = super().get_queryset(request)
        return exports if request.user.has_perm("exports.view_export") else exports.filter(user=request.user)

    def get_urls(self):
        view, name = self.admin_site.admin_view, "exports_export_{}".format
        own = [
            path("<int:pk>/progress/", view(self.progress_view), name=name("progress")),
            path("<int:pk>/file/", view(self.file_view), name=name("file")),
        ]
        return own + super().get_urls()

    def visible(self, request, pk) -> Export:
        export = self.get_object(request, pk)
        if export is None:
            raise Http404
        return export

    @method_decorator(require_GET)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        export = self.visible(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": export.file_name,
            "opts": self.opts,
            "export": export,
            "is_owner": export.user_id == request.user.pk,
        }
        return TemplateResponse(request, "exports/export.html", context)

    @method_decorator(require_GET)
    def progress_view(self, request, pk):
        export = self.visible(request, pk)
        return JsonResponse({"busy": export.is_busy, "told": export.told})

    @method_decorator(require_GET)
    def file_view(self, request, pk):
        """Nobody but who asked for it gets the file."""
        export = self.visible(request, pk)
        if export.user_id != request.user.pk or not export.is_ready:
            raise Http404
        return download(request, export)

    @admin.display(description=_("state"), ordering="state")
    def badge(self, export):
        css = BADGES.get(export.state, "draft")
        return format_html('<span class="bo-badge bo-badge-{}">{}</span>', css, export.get_state_display())

    @admin.display(description=_("size"), ordering="size", empty_value="")
    def megabytes(self, export):
        return filesizeformat(export.size) if export.size else None
