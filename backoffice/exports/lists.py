"""The export of a list: its button, its action, and the page that asks for format and columns."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ExportMixin

from backoffice.exports import writing
from backoffice.exports.asking import ask
from backoffice.exports.formats import FORMATS
from backoffice.exports.forms import AskForm
from backoffice.exports.models import Export


class ExportAdmin(ExportMixin, admin.ModelAdmin):
    """Mixed into an admin whose list is exported; ``resource_classes`` say how, the first by one click.

    What is exported is what the list shows to this user: its queryset, filters, search, and the rows ticked. An admin
    with actions of its own adds ``export_selected`` to them.
    """

    import_export_change_list_template = None  # the button stands in our own change_list_object_tools.html
    actions: Sequence[Any] = ["export_selected"]

    def get_export_formats(self):
        return list(FORMATS.values())

    def has_export_permission(self, request):
        return super().has_export_permission(request) and self.has_view_permission(request)

    def export_action(self, request):
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            return self._export(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self._list_url()}?{ERROR_FLAG}=1")

    def _export(self, request):
        form = AskForm(
            request.POST if request.method == "POST" else None, resources=self.get_export_resource_classes(request)
        )
        query = request.GET.urlencode()
        if form.is_valid():
            return ask(request, self.opts.label_lower, query=query, **form.asked())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export %(what)s") % {"what": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "back": f"{self._list_url()}?{query}",
            "is_filtered": bool(query),
            "is_large": writing.is_large(writing.records(self._asked(request, query))),
        }
        return TemplateResponse(request, "exports/ask.html", context)

    def _asked(self, request, query: str) -> Export:
        return Export(user=request.user, source=self.opts.label_lower, query=query)

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    @admin.action(permissions=["export"], description=gettext_lazy("Export selected %(verbose_name_plural)s"))
    def export_selected(self, request, queryset):
        is_everything = request.POST.get("select_across") == "1"
        selected = None if is_everything else list(queryset.values_list("pk", flat=True))
        return ask(request, self.opts.label_lower, query=request.GET.urlencode(), selected=selected)
