"""What the pages of an import share: whose run it is, who may act on it, and the frame around each step."""

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.options import Options
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.imports import kinds, steps, tasks
from backoffice.imports.models import ImportRun

State = ImportRun.State
INLINE_BYTES = 128 * 1024  # about 2,000 rows: checked while the browser waits, larger files in the worker
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STEPS = {State.UPLOADED: 2, State.MATCHED: 3, State.CHECKING: 3, State.CHECKED: 3, State.APPLYING: 4, State.APPLIED: 5}


class Pages:
    """Mixed into the admin of import runs, whose ``get_queryset`` says which runs somebody sees."""

    admin_site: AdminSite
    opts: Options
    get_queryset: Callable[..., QuerySet[ImportRun]]
    get_object: Callable[..., ImportRun | None]

    def visible(self, request, pk) -> ImportRun:
        run = self.get_object(request, pk)
        if run is None:
            raise Http404
        return run

    def own(self, request, pk) -> ImportRun:
        """A run the user may act on: their own, and of a kind they may import."""
        run = self.visible(request, pk)
        if not self.is_owner(request, run):
            raise Http404
        if not request.user.has_perm(kinds.get(run.kind).permission):
            raise PermissionDenied
        return run

    def is_owner(self, request, run: ImportRun) -> bool:
        return run.user_id == request.user.pk or request.user.is_superuser

    def page(self, request, template, run, **context):
        base = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "run": run,
            "title": run.original_name if run else _("Import"),
            "step": STEPS.get(run.state, 3) if run else 1,
            "is_owner": run is None or self.is_owner(request, run),
        }
        return TemplateResponse(request, f"imports/{template}.html", {**base, **context})

    def go(self, page, run, query=""):
        return HttpResponseRedirect(reverse(f"admin:imports_importrun_{page}", args=[run.pk]) + query)

    def start_check(self, run, query=""):
        """Small files are checked while the browser waits."""
        if run.size <= INLINE_BYTES:
            steps.check(run)
        else:
            tasks.check_run.enqueue(run.pk)
        return self.go("change", run, query)

    def may_see_records(self, request, kind: kinds.Kind) -> bool:
        records = kind.records().model._meta
        return request.user.has_perm(f"{records.app_label}.{get_permission_codename('view', records)}")
