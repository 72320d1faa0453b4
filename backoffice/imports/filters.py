"""Lists narrowed down to what an import wrote. The result page leads there; otherwise the filter is not offered."""

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.imports.models import ImportRun, StagedRow

WRITTEN = [StagedRow.Action.NEW, StagedRow.Action.CHANGED]


class ImportFilter(admin.SimpleListFilter):
    """A subclass says which staged rows, and which of their columns points at which of the list's."""

    title = _("import")
    parameter_name = "import"
    staged: type[StagedRow]
    points, at = "", "pk"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        run = ImportRun.objects.filter(pk=_number(request.GET.get(self.parameter_name))).first()
        return [(str(run.pk), run.original_name)] if run else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not (pk := _number(self.value())):
            return queryset
        written = self.staged.objects.filter(run=pk, run__state=ImportRun.State.APPLIED, action__in=WRITTEN)
        return queryset.filter(**{f"{self.at}__in": written.order_by().values(self.points)})


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else 0


def list_of(view: str, run: ImportRun) -> str:
    """The address of a list with that filter."""
    return f"{reverse(f'admin:{view}_changelist')}?{ImportFilter.parameter_name}={run.pk}"
