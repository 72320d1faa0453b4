"""The pages of an import: upload, match, check, progress, result. Each shows a run in the state it is in."""

from collections.abc import Iterator
from itertools import compress
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from backoffice.imports import kinds, refused_rows, steps, tasks, template_file
from backoffice.imports.forms import MatchForm, UploadForm
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.refusals import FileRefused

State = ImportRun.State
INLINE_BYTES = 128 * 1024  # about 2,000 rows: checked while the browser waits, larger files in the worker
PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# what the match page can put right; every other refusal needs another file
MATCHABLE = {"no_key", "no_fields", "no_column", "which_sheet", "duplicate_header"}
STEPS = {State.UPLOADED: 2, State.MATCHED: 3, State.CHECKING: 3, State.CHECKED: 3, State.APPLYING: 4, State.APPLIED: 5}


class Wizard:
    """Mixed into the admin of import runs."""

    def get_urls(self):
        view = self.admin_site.admin_view
        name = "imports_importrun_{}".format
        own = [
            path("template/<slug:kind>/", view(self.template_view), name=name("template")),
            path("<int:pk>/match/", view(self.match_view), name=name("match")),
            path("<int:pk>/check/", view(self.check_again_view), name=name("check")),
            path("<int:pk>/apply/", view(self.apply_view), name=name("apply")),
            path("<int:pk>/cancel/", view(self.cancel_view), name=name("cancel")),
            path("<int:pk>/progress/", view(self.progress_view), name=name("progress")),
            path("<int:pk>/refused/", view(self.refused_view), name=name("refused")),
            path("<int:pk>/file/", view(self.file_view), name=name("file")),
        ]
        return own + super().get_urls()

    def visible(self, request, pk):
        run = self.get_queryset(request).filter(pk=pk).first()
        if run is None:
            raise Http404
        return run

    def own(self, request, pk) -> ImportRun:
        """A run the user may act on: their own, and of a kind they may import."""
        run = self.visible(request, pk)
        if not (run.user_id == request.user.pk or request.user.is_superuser):
            raise Http404
        if not request.user.has_perm(kinds.get(run.kind).permission):
            raise PermissionDenied
        return run

    def page(self, request, template, run, **context):
        base = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "run": run,
            "title": run.original_name if run else _("Import"),
            "step": STEPS.get(run.state, 3) if run else 1,
            "is_owner": run is None or run.user_id == request.user.pk or request.user.is_superuser,
        }
        return TemplateResponse(request, f"imports/{template}.html", {**base, **context})

    # Upload -------------------------------------------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        allowed = [kind for kind in kinds.every() if request.user.has_perm(kind.permission)]
        if not allowed:
            raise PermissionDenied
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        wanted = request.POST.get("kind") or request.GET.get("kind")
        kind = next((kind for kind in allowed if kind.name == wanted), allowed[0])
        form = UploadForm(*data, allowed=allowed, initial={"kind": kind.name})
        options = kind.options_form(*data[:1])
        if data and form.is_valid() & options.is_valid():
            try:
                return self.receive(request, form, options)
            except FileRefused as error:
                form.add_error(None, error.sentence)
        return self.page(request, "upload", None, form=form, options=options, kinds=allowed, kind=kind)

    @method_decorator(require_GET)
    def template_view(self, request, kind):
        """Headings to fill in, below them what there is for those who may see it."""
        found = next((each for each in kinds.every() if each.name == kind), None)
        if found is None:
            raise Http404
        if not request.user.has_perm(found.permission):
            raise PermissionDenied
        records = found.records().model._meta
        may_see = request.user.has_perm(f"{records.app_label}.{get_permission_codename('view', records)}")
        response = HttpResponse(template_file.workbook(found, may_see), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
        return response

    def receive(self, request, form, options):
        """Raises FileRefused, and keeps nothing, when the file cannot be read."""
        run = steps.receive(
            form.cleaned_data["kind"],
            form.upload(),
            request.user,
            options=options.options(),
            only_good=form.cleaned_data["policy"] == "good",
        )
        try:
            steps.match(run)
        except FileRefused as error:
            if error.code in MATCHABLE:
                return self.go("match", run)
            steps.forget(run)
            raise
        return self.start_check(run)

    def start_check(self, run):
        if run.size <= INLINE_BYTES:
            steps.check(run)
        else:
            tasks.check_run.enqueue(run.pk)
        return self.go("change", run)

    def go(self, page, run):
        return HttpResponseRedirect(reverse(f"admin:imports_importrun_{page}", args=[run.pk]))

    # Match --------------------------------------------------------------------------------------------------------

    def match_view(self, request, pk):
        run = self.own(request, pk)
        if run.state not in {State.UPLOADED, State.MATCHED, State.CHECKED, State.FAILED}:
            return self.go("change", run)
        run.sheet = request.POST.get("sheet") or request.GET.get("sheet") or run.sheet
        chosen = run.mapping and {name: run.mapping.get(name, "") for name in kinds.get(run.kind).synonyms}
        try:
            opened = steps.look(run, chosen or None)
        except FileRefused as error:
            sheets = (error.params or {}).get("sheets", [])
            return self.page(request, "match", run, step=2, error=error.sentence, sheets=sheets)
        form = MatchForm(request.POST or None, kind=kinds.get(run.kind), header=opened.sheet.header, match=opened.match)
        if request.method == "POST" and form.is_valid():
            try:
                steps.match(run, form.chosen())
                return self.start_check(run)
            except FileRefused as error:
                form.add_error(None, error.sentence)
        columns = list(zip(opened.sheet.header, opened.samples, strict=True))
        used = set(opened.match.mapping.values())
        return self.page(request, "match", run, step=2, form=form, columns=columns, used=used)

    # Check --------------------------------------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self.visible(request, object_id if str(object_id).isdigit() else 0)
        if run.state == State.UPLOADED:
            return self.go("match", run)
        if run.state in {State.MATCHED, State.CHECKING, State.APPLYING}:
            return self.page(request, "progress", run)
        if run.state == State.CHECKED:
            return self.rows_page(request, "check", run, before=steps.same_before(run), blocked=steps.may_apply(run))
        return self.rows_page(request, "result", run)

    def rows_page(self, request, template, run, **context):
        kind = kinds.get(run.kind)
        action = request.GET.get("rows", "")
        action = action if action in StagedRow.Action.values else ""
        number = min(int(text), 100_000) if (text := request.GET.get("p", "1")).isdecimal() else 1
        staged = kind.staged.objects.filter(run=run, **({"action": action} if action else {})).order_by("row")
        found = list(staged[(number - 1) * PAGE : number * PAGE + 1] if number else [])
        rows = kind.preview(run, found[:PAGE])
        return self.page(
            request,
            template,
            run,
            rows=rows,
            fields=without_blank_columns(rows, [(kind.heading(name), run.mapping[name]) for name in run.matched]),
            chips=self.chips(run, action),
            action=action,
            number=number,
            has_next=len(found) > PAGE,
            primary=primary_label(run),
            **context,
        )

    def chips(self, run, action):
        counts = [("", _("All"), run.new + run.changed + run.unchanged + run.refused)]
        counts += [(value, str(label).capitalize(), getattr(run, value)) for value, label in StagedRow.Action.choices]
        return [(value, label, count, value == action) for value, label, count in counts]

    @method_decorator(require_POST)
    def check_again_view(self, request, pk):
        """The file against the records as they are now; also for a check whose process did not live to finish."""
        run = self.own(request, pk)
        run.move(State.CHECKED, State.FAILED, State.CHECKING, to=State.MATCHED)
        return self.start_check(run) if run.mapping else self.go("match", run)

    # Apply --------------------------------------------------------------------------------------------------------

    @method_decorator(require_POST)
    def apply_view(self, request, pk):
        run = self.own(request, pk)
        if "good_rows" in request.POST and run.state == State.CHECKED:
            run.only_good = True
            run.save(update_fields=["only_good"])
        with transaction.atomic():
            if steps.confirm(run) or (run.state == State.APPLYING and "resume" in request.POST):
                tasks.apply_chunk.enqueue(run.pk)
            elif refusal := steps.may_apply(run):
                messages.warning(request, refusal)
        return self.go("change", run)

    @method_decorator(require_POST)
    def cancel_view(self, request, pk):
        run = self.own(request, pk)
        if steps.cancel(run):
            messages.info(request, _("%(file)s was cancelled. Nothing was imported.") % {"file": run.original_name})
        return HttpResponseRedirect(reverse("admin:imports_importrun_changelist"))

    @method_decorator(require_GET)
    def progress_view(self, request, pk):
        run = self.visible(request, pk)
        is_busy = run.state in {State.MATCHED, State.CHECKING, State.APPLYING}
        return JsonResponse({"busy": is_busy, "state": run.state, "done": run.rows_done, "total": run.ready})

    # Files --------------------------------------------------------------------------------------------------------

    @method_decorator(require_GET)
    def refused_view(self, request, pk):
        run = self.visible(request, pk)
        response = HttpResponse(refused_rows.workbook(run), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="refused-rows-{run.pk}.xlsx"'
        return response

    @method_decorator(require_GET)
    def file_view(self, request, pk):
        run = self.visible(request, pk)
        return FileResponse(
            run.file.open(), as_attachment=True, filename=run.original_name, content_type="application/octet-stream"
        )


def without_blank_columns(rows: list[dict[str, Any]], fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Takes out of the rows, and of the fields above them, the columns in which no row of the page says anything."""
    says = [
        any(cell["new"] not in (None, "") or cell["is_wrong"] for cell in column) for column in cells_by_column(rows)
    ]
    if not any(says):
        return fields
    for row in rows:
        row["cells"] = list(compress(row["cells"], says))
    return list(compress(fields, says))


def cells_by_column(rows: list[dict[str, Any]]) -> Iterator[tuple]:
    return zip(*(row["cells"] for row in rows), strict=True)


def primary_label(run: ImportRun) -> str:
    """“Apply 1 new, 7 changes”."""
    parts = []
    if run.new:
        parts.append(_("%(count)d new") % {"count": run.new})
    if run.changed:
        parts.append(ngettext("%(count)d change", "%(count)d changes", run.changed) % {"count": run.changed})
    return _("Apply %(what)s") % {"what": ", ".join(parts)} if parts else ""
