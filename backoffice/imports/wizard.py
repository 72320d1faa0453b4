"""The pages of an import: upload, match, check, progress, result. Each shows a run in the state it is in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.exports.asking import hand_over
from backoffice.imports import continued, kinds, progress, refused_rows, steps, tasks, template_file
from backoffice.imports.check_pages import CheckPages
from backoffice.imports.forms import HowForm, MatchForm, UploadForm
from backoffice.imports.pages import XLSX, State
from backoffice.imports.refusals import FileRefused

# what the match page can put right; every other refusal needs another file
MATCHABLE = {"no_key", "no_fields", "no_column", "which_sheet", "duplicate_header", "several_columns"}


class Wizard(CheckPages):
    """Mixed into the admin of import runs."""

    def get_urls(self):
        view = self.admin_site.admin_view
        name = "imports_importrun_{}".format
        own = [
            path("template/<slug:kind>/", view(self.template_view), name=name("template")),
            path("<int:pk>/match/", view(self.match_view), name=name("match")),
            path("<int:pk>/check/", view(self.check_again_view), name=name("check")),
            path("<int:pk>/correct/", view(self.correct_view), name=name("correct")),
            path("<int:pk>/corrected/", view(self.continue_view), name=name("continue")),
            path("<int:pk>/fix/", view(self.fix_view), name=name("fix")),
            path("<int:pk>/decide/", view(self.decide_view), name=name("decide")),
            path("<int:pk>/as-it-came/", view(self.take_back_view), name=name("take_back")),
            path("<int:pk>/apply/", view(self.apply_view), name=name("apply")),
            path("<int:pk>/cancel/", view(self.cancel_view), name=name("cancel")),
            path("<int:pk>/progress/", view(self.progress_view), name=name("progress")),
            path("<int:pk>/refused/", view(self.refused_view), name=name("refused")),
            path("<int:pk>/file/", view(self.file_view), name=name("file")),
        ]
        return own + super().get_urls()

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
        may_see = self.may_see_records(request, kind)
        context = {"form": form, "options": options, "kinds": allowed, "kind": kind, "may_see": may_see}
        return self.page(request, "upload", None, **context)

    @method_decorator(require_GET)
    def template_view(self, request, kind):
        """Headings to fill in, below them what there is for those who may see it."""
        found = next((each for each in kinds.every() if each.name == kind), None)
        if found is None:
            raise Http404
        if not request.user.has_perm(found.permission):
            raise PermissionDenied
        workbook = template_file.workbook(found, self.may_see_records(request, found))
        return hand_over(request, ContentFile(workbook), f"{kind}.xlsx", XLSX)

    def receive(self, request, form, options):
        """Raises FileRefused, and keeps nothing, when the file cannot be read."""
        before = self.origin(request, form.upload())
        if before and before.state == State.CHECKED:
            return self.continued(request, before, form.upload())
        run = steps.receive(
            form.cleaned_data["kind"],
            form.upload(),
            request.user,
            options=options.options(),
        )
        form.decide(run)
        if before:
            run.kind, run.options, run.defaults = before.kind, before.options, before.defaults
        run.save()
        try:
            steps.match(run, steps.as_chosen(before) if before else None)
        except FileRefused as error:
            if error.code in MATCHABLE:
                return self.go("match", run)
            steps.forget(run)
            raise
        return self.start_check(run)

    def origin(self, request, file):
        """The import that a file of refused rows came from, if it is one's own."""
        before = self.get_queryset(request).filter(pk=continued.origin(file)).first()
        allowed = before and self.is_owner(request, before) and request.user.has_perm(kinds.get(before.kind).permission)
        return before if allowed else None

    @method_decorator(require_POST)
    def continue_view(self, request, pk):
        """The refused rows come back from a spreadsheet."""
        run = self.own(request, pk)
        file = request.FILES.get("file")
        if file is None or run.state != State.CHECKED:
            return self.go("change", run)
        try:
            return self.continued(request, run, file)
        except FileRefused as error:
            messages.error(request, error.sentence)
        return self.go("change", run)

    def continued(self, request, run, file):
        return self.corrected(request, run, continued.take(run, file, request.user))

    # Match --------------------------------------------------------------------------------------------------------

    def match_view(self, request, pk):
        run = self.own(request, pk)
        if run.state not in {State.UPLOADED, State.MATCHED, State.CHECKED, State.FAILED}:
            return self.go("change", run)
        kind, sheet = kinds.get(run.kind), request.POST.get("sheet") or request.GET.get("sheet") or run.sheet
        chosen = steps.as_chosen(run) if run.mapping and sheet == run.sheet else None
        run.sheet = sheet
        try:
            opened = steps.look(run, chosen)
        except FileRefused as error:
            sheets = (error.params or {}).get("sheets", [])
            return self.page(request, "match", run, step=2, error=error.sentence, sheets=sheets)
        data = (request.POST,) if request.POST.keys() & kind.synonyms.keys() else ()
        form = MatchForm(*data, kind=kind, header=opened.header, match=opened.match, run=run)
        options = kind.options_form(*data, initial=run.options)
        how = HowForm(*data, initial={"policy": "good" if run.only_good else "", "reason": run.reason})
        if request.method == "POST" and not data:
            return self.match_if_known(request, run) or self.match_page(request, run, opened, form, options, how)
        if data and form.is_valid() & options.is_valid() & how.is_valid():
            how.decide(run)
            run.options, run.defaults = options.options(), form.defaults()
            try:
                steps.match(run, form.chosen())
                return self.start_check(run)
            except FileRefused as error:
                form.add_error(None, error.sentence)
        return self.match_page(request, run, opened, form, options, how)

    def match_if_known(self, request, run):
        """A sheet was chosen: where its columns are known, nothing more needs to be said."""
        try:
            steps.match(run)
        except FileRefused:
            return None
        return self.start_check(run)

    def match_page(self, request, run, opened, form, options, how):
        columns = list(zip(opened.header, opened.samples, strict=False))
        used = {heading for source in opened.match.mapping.values() for heading in (source, *source.split("+"))}
        context = {"form": form, "options": options, "how": how, "columns": columns, "used": used}
        unclear = opened.match.unclear
        return self.page(request, "match", run, step=2, error=unclear and unclear.sentence, **context)

    # Apply --------------------------------------------------------------------------------------------------------

    @method_decorator(require_POST)
    def apply_view(self, request, pk):
        run = self.own(request, pk)
        if "good_rows" in request.POST and run.state == State.CHECKED:
            run.only_good = True
            run.save(update_fields=["only_good"])
        if run.state == State.CHECKED and self.clashing(run)["clash_count"]:
            messages.warning(request, _("Records changed since the check. Decide about them first."))
            return self.go("change", run)
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
        return JsonResponse(progress.told(run))

    # Files --------------------------------------------------------------------------------------------------------

    def with_file(self, request, pk):
        """A run whose file has not expired."""
        run = self.visible(request, pk)
        if not run.file:
            raise Http404
        return run

    @method_decorator(require_GET)
    def refused_view(self, request, pk):
        run = self.with_file(request, pk)
        return hand_over(request, ContentFile(refused_rows.workbook(run)), f"refused-rows-{run.pk}.xlsx", XLSX)

    @method_decorator(require_GET)
    def file_view(self, request, pk):
        run = self.with_file(request, pk)
        return hand_over(request, run.file, run.original_name, "application/octet-stream")
