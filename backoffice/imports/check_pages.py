"""The page where somebody decides: every row with what it would change, what is wrong, and how it is put right."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import compress
from typing import Any

from django.contrib import messages
from django.utils.decorators import method_decorator
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice import jobs
from backoffice.history import undo_pages
from backoffice.imports import clashes, corrections, kinds, problems, progress, steps
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.pages import Pages, State

PAGE = 100
ONLY_SAID_OF = {StagedRow.Action.LEFT_OUT}  # chips that are shown when there is something behind them


class CheckPages(Pages):
    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self.visible(request, object_id)
        if run.state == State.UPLOADED:
            return self.go("match", run)
        if run.state in progress.BUSY:
            context = {"progress": progress.told(run), "is_worker_silent": jobs.is_worker_silent()}
            return self.page(request, "progress", run, **context)
        if run.state == State.CHECKED:
            return self.check_page(request, run)
        clashing = self.clashing(run) if run.state == State.FAILED and run.mapping and steps.may_reopen(run) else {}
        return self.rows_page(request, "result", run, **clashing, **self.outcome(request, run))

    def outcome(self, request, run):
        """Where somebody goes from here: what was written, what it changed, how it is taken back."""
        kind = kinds.get(run.kind)
        may_see = run.state == State.APPLIED and run.applied and self.may_see_records(request, kind)
        may_look_back = run.change_set_id and request.user.has_perm("history.view_changeset")
        return {
            "written": kind.written(run) if may_see else "",
            "undo": undo_pages.links(run.change_set, request.user) if may_look_back else None,
            "corrected": run.corrections.count(),
            "may_reopen": run.state == State.FAILED and self.is_owner(request, run) and steps.may_reopen(run),
            "mapped": [(kind.heading(name), run.mapping[name]) for name in run.matched],
            "said": kind.said(run) if run.matched else [],
        }

    def check_page(self, request, run):
        kind = kinds.get(run.kind)
        return self.rows_page(
            request,
            "check",
            run,
            before=steps.same_before(run),
            blocked=steps.may_apply(run),
            primary=primary_label(run),
            said=kind.said(run),
            groups=[titled(kind, run, group) for group in run.problems],
            corrected=run.corrections.count(),
            **self.clashing(run),
        )

    def clashing(self, run):
        """What happened to the records since the check, and is to be decided before the rows go in."""
        found = kinds.get(run.kind).clashes(run)
        return {"clashes": found[: clashes.SHOWN], "clash_count": len(found)}

    def rows_page(self, request, template, run, **context):
        kind = kinds.get(run.kind)
        action = request.GET.get("rows", "")
        action = action if action in StagedRow.Action.values else ""
        staged, earlier, later = page_of(kind.staged.objects.filter(run=run), action, request.GET)
        rows = kind.preview(run, staged)
        has_boxes = template == "check" and add_boxes(run, kind, rows)
        return self.page(
            request,
            template,
            run,
            rows=rows,
            fields=without_blank_columns(rows, [(kind.heading(name), run.mapping[name]) for name in run.matched]),
            chips=chips(run, action),
            action=action,
            earlier=earlier,
            later=later,
            has_boxes=has_boxes,
            **context,
        )

    # What is put right --------------------------------------------------------------------------------------------

    @method_decorator(require_POST)
    def check_again_view(self, request, pk):
        """The file against the records as they are now; also for a check whose process did not live to finish."""
        run = self.own(request, pk)
        if run.state != State.MATCHED and not steps.reopen(run):
            return self.go("change", run)
        return self.start_check(run) if run.mapping else self.go("match", run)

    @method_decorator(require_POST)
    def correct_view(self, request, pk):
        """The cells that were typed anew, the rows that stay out."""
        run = self.own(request, pk)
        typed = typed_cells(run, request.POST)
        return self.corrected(request, run, corrections.note(run, typed, request.user))

    @method_decorator(require_POST)
    def fix_view(self, request, pk):
        """One answer for all rows with the same problem."""
        run = self.own(request, pk)
        key, how = request.POST.get("problem", ""), request.POST.get("how", "")
        if run.state != State.CHECKED:
            return self.go("change", run)
        return self.corrected(request, run, answer(run, key, how, request.POST, request.user))

    @method_decorator(require_POST)
    def decide_view(self, request, pk):
        """Whether what is there stays, or the file is taken, for each record that changed since the check."""
        run = self.own(request, pk)
        if run.state not in {State.CHECKED, State.FAILED} or not steps.may_reopen(run):
            return self.go("change", run)
        choices = {number(name[7:]): value for name, value in request.POST.items() if name.startswith("choice-")}
        found = kinds.get(run.kind).clashes(run)
        decided = clashes.decide(run, found, choices, request.POST.get("all", ""), request.user)
        if decided and steps.reopen(run):
            return self.start_check(run)
        return self.go("change", run)

    @method_decorator(require_POST)
    def take_back_view(self, request, pk):
        """The file as it came."""
        run = self.own(request, pk)
        if run.state == State.CHECKED:
            run.corrections.all().delete()
        return self.corrected(request, run, 1)

    def corrected(self, request, run, count):
        if not count:
            messages.info(request, _("Nothing was corrected."))
        if not count or not steps.reopen(run):
            return self.go("change", run, "?rows=refused")
        response = self.start_check(run)
        run.refresh_from_db()
        return self.go("change", run, "?rows=refused") if run.state == State.CHECKED and run.refused else response


# The rows -----------------------------------------------------------------------------------------------------------


def page_of(staged, action: str, asked) -> tuple[list[StagedRow], int, int]:
    """At most 100 rows after, or before, the row that is asked for; and the rows that lead to the pages around."""
    staged = staged.filter(action=action) if action else staged
    after, before = number(asked.get("after")), number(asked.get("before"))
    if before:
        found = list(staged.filter(row__lt=before).order_by("-row")[: PAGE + 1])[::-1]
        earlier, found = len(found) > PAGE, found[-PAGE:]
        return found, found[0].row if earlier else 0, found[-1].row if found else 0
    found = list(staged.filter(row__gt=after).order_by("row")[: PAGE + 1])
    later, found = len(found) > PAGE, found[:PAGE]
    earlier = bool(after) and bool(found)
    return found, found[0].row if earlier else 0, found[-1].row if later else 0


def number(text: str | None) -> int:
    return min(int(text), 2**31 - 1) if text and text.isascii() and text.isdecimal() else 0


def chips(run: ImportRun, action: str) -> list[tuple[str, str, int, bool]]:
    counts = [(value, str(label).capitalize(), getattr(run, value)) for value, label in StagedRow.Action.choices]
    counts = [chip for chip in counts if chip[2] or chip[0] not in ONLY_SAID_OF]
    everything = ("", _("All"), sum(count for _value, _label, count in counts))
    return [(value, label, count, value == action) for value, label, count in (everything, *counts)]


def without_blank_columns(rows: list[dict[str, Any]], fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Takes out of the rows, and of the fields above them, the columns in which no row of the page says anything."""
    says = [
        any(cell["new"] not in (None, "") or cell["is_wrong"] for cell in column) for column in cells_by_column(rows)
    ]
    if not any(says):
        return fields
    fields = list(compress(fields, says))
    for row in rows:
        row["cells"] = list(compress(row["cells"], says))
        for cell, (heading, _source) in zip(row["cells"], fields, strict=True):
            cell["heading"] = heading
    return fields


def cells_by_column(rows: list[dict[str, Any]]) -> Iterator[tuple]:
    return zip(*(row["cells"] for row in rows), strict=True)


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)


def primary_label(run: ImportRun) -> str:
    """“Apply 1 new, 7 changes”."""
    parts = []
    if run.new:
        parts.append(_("%(count)s new") % {"count": _grouped(run.new)})
    if run.changed:
        sentence = ngettext("%(count)s change", "%(count)s changes", run.changed)
        parts.append(sentence % {"count": _grouped(run.changed)})
    return _("Apply %(what)s") % {"what": ", ".join(parts)} if parts else ""


# What is wrong ------------------------------------------------------------------------------------------------------


def titled(kind: kinds.Kind, run: ImportRun, group: dict[str, Any]) -> dict[str, Any]:
    """A kind of problem with its title, and the answers that suit it."""
    sentence = group["message"]
    if group["code"] == problems.CELL and group["value"] and len(group["values"]) > 1:
        sentence = sentence.replace(group["value"], "…")
    return {
        **group,
        "title": kind.titles().get(group["code"]) or sentence,
        "heading": kind.heading(group["field"]) if group["field"] else "",
        "choices": kind.choices(group["field"]),
        "fixes": kind.fixes(group["code"]),
        "has_cell": len(corrections.columns_of(run, group["field"])) == 1,
        "has_values": group["code"] in problems.VALUED and bool(group["values"][0][0]),
        "may_be_blank": group["field"] != kind.key_field,
    }


def answer(run: ImportRun, key: str, how: str, typed, user) -> int:
    """Carries out one answer; returns how many cells or rows it concerns."""
    if how == "replace":
        pairs = zip(typed.getlist("found"), typed.getlist("instead"), strict=False)
        return problems.replace(run, key, {found: new for found, new in pairs if new.strip()}, user)
    if how == "use":
        return problems.use(run, key, typed.get("value", ""), user) if typed.get("value", "").strip() else 0
    if how == "blank":
        return problems.use(run, key, "", user)
    if how == "leave_out":
        return problems.leave_out(run, key, user)
    return problems.use_fix(run, key, how, user)


def add_boxes(run: ImportRun, kind: kinds.Kind, rows: list[dict[str, Any]]) -> bool:
    """Boxes in which the wrong cells of refused rows are typed anew; False when no row is refused."""
    refused = [row for row in rows if row["action"] == StagedRow.Action.REFUSED]
    for row in refused:
        for problem, boxes in boxes_of(run, row["number"], row["problems"]):
            heading, choices = (
                kind.heading(problem["field"]) if problem["field"] else "",
                kind.choices(problem["field"]),
            )
            problem["boxes"] = [{**asdict(box), "label": box.label or heading, "choices": choices} for box in boxes]
    return bool(refused)


def boxes_of(run: ImportRun, row: int, found: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list]]:
    seen: set[str] = set()
    for problem in found:
        columns = corrections.columns_of(run, problem["field"])
        value = "" if problem["code"] in problems.UNRELATED else problem["value"]
        boxes = [
            corrections.Box(f"c-{row}-{column}", heading, value if len(columns) == 1 else "")
            for column, heading in columns
            if column not in seen
        ]
        seen.update(column for column, _heading in columns)
        yield problem, boxes


def typed_cells(run: ImportRun, typed) -> corrections.Cells:
    """The boxes in which something else stands than was offered, and the rows that are ticked to stay out."""
    if run.state != State.CHECKED:
        return {}
    rows = {number(name.split("-")[1]) for name in typed if name.startswith(("c-", "out-")) and name.count("-") <= 2}
    staged = kinds.get(run.kind).staged.objects.filter(run=run, row__in=rows, action=StagedRow.Action.REFUSED)
    cells: corrections.Cells = {}
    for row, found in staged.values_list("row", "problems"):
        if f"out-{row}" in typed:
            cells[row, ""] = ""
            continue
        for _problem, boxes in boxes_of(run, row, found):
            for box in boxes:
                if box.name in typed and typed[box.name] != box.value:
                    cells[row, box.column] = typed[box.name]
    return cells
