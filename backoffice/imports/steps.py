"""The steps of an import: receive, match, check, confirm, apply. Each moves the run's state by compare-and-set.

Nothing live is written before ``apply``. A step that cannot go on leaves the run failed, with the sentence why.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.history import change_sets, undo_run
from backoffice.history.tasks import undo_chunk
from backoffice.imports import corrections, kinds, problems, set_based
from backoffice.imports.kinds import Chunk, Conflict, Kind
from backoffice.imports.matching import fingerprint
from backoffice.imports.models import ImportRun, StagedRow, plain_name
from backoffice.imports.refusals import FileRefused
from backoffice.imports.rows import Opened, cleaned, open_run, survey

DECIDED = ("header", "header_fingerprint", "defaults", "options", "sheet", "only_good", "reason")  # when matched
State = ImportRun.State
Action = StagedRow.Action


# Receive ----------------------------------------------------------------------------------------------------------


def receive(kind: str, file: File, user: Any, *, sheet: str = "", options: dict | None = None, only_good: bool = False):
    """Keeps the upload. Raises FileRefused when it is too large; it is not parsed yet."""
    from backoffice.imports.reading import check_size

    check_size(file)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    run = ImportRun(
        kind=kind, original_name=plain_name(file.name or ""), sha256=digest, size=file.size, sheet=sheet, user=user
    )
    run.options, run.only_good = options or {}, only_good
    run.file.save("upload", file, save=False)
    run.save()
    return run


def forget(run: ImportRun) -> None:
    """Takes back an upload that could not be read."""
    run.file.delete(save=False)
    run.delete()


def same_before(run: ImportRun) -> ImportRun | None:
    """The last run that applied this very file in this very way."""
    alike = ImportRun.objects.filter(kind=run.kind, sha256=run.sha256, sheet=run.sheet, state=State.APPLIED)
    return next((other for other in alike.exclude(pk=run.pk)[:20] if other.options == run.options), None)


# Match ------------------------------------------------------------------------------------------------------------


def look(run: ImportRun, chosen: dict[str, str] | None = None) -> Opened:
    """The file's header and first rows, its columns matched as well as can be. Raises FileRefused, writes nothing."""
    kind = kinds.get(run.kind)
    with run.file.open() as file:
        opened = open_run(run, kind, file, chosen)
        run.header, run.header_fingerprint = opened.header, fingerprint(opened.header)
        if chosen is None and (last := remembered(run)):
            run.defaults = last.defaults
            opened = open_run(run, kind, file, as_chosen(last))
        opened.sample()
    return opened


def match(run: ImportRun, chosen: dict[str, str] | None = None) -> Opened:
    """Matches columns to fields and remembers the outcome. Raises FileRefused when fields are missing."""
    opened = look(run, chosen)
    if opened.match.unclear and not chosen:
        raise opened.match.unclear
    kinds.get(run.kind).check_columns(run, set(opened.match.columns))
    values = {
        "mapping": opened.match.mapping,
        "error": "",
        **{name: getattr(run, name) for name in DECIDED},
    }
    if ImportRun.objects.filter(pk=run.pk).exclude(sheet=run.sheet).exists():
        run.corrections.all().delete()  # they are about rows of another sheet
    if may_reopen(run):
        run.move(State.UPLOADED, State.MATCHED, State.CHECKED, State.FAILED, to=State.MATCHED, **values)
    return opened


def remembered(run: ImportRun) -> ImportRun | None:
    """The last run that applied a file with this header: what was chosen then is what is meant."""
    alike = ImportRun.objects.filter(kind=run.kind, header_fingerprint=run.header_fingerprint, state=State.APPLIED)
    return alike.exclude(pk=run.pk).first()


def as_chosen(run: ImportRun) -> dict[str, str]:
    """The columns of a run as somebody's choice for each field."""
    return {name: run.mapping.get(name, "") for name in kinds.get(run.kind).synonyms}


# Check ------------------------------------------------------------------------------------------------------------


def check(run: ImportRun, *, again: bool = False) -> None:
    """Stages every row and marks it new, changed, unchanged or refused. A refused file leaves the run failed.

    ``again`` takes up a check that its process did not live to finish.
    """
    sources = (State.MATCHED, State.CHECKING) if again else (State.MATCHED,)
    begun = {
        "started_at": timezone.now(),
        "newest_act": change_sets.newest(),
        "error": "",
        "rows_done": 0,
        "applied": 0,
    }
    if not run.move(*sources, to=State.CHECKING, **begun):
        return
    kind = kinds.get(run.kind)
    try:
        with run.file.open() as file:
            opened = open_run(run, kind, file, as_chosen(run))
            survey(opened, kind)
            ImportRun.objects.filter(pk=run.pk).update(rows_total=opened.total)
            _stage(run, kind, opened)
        notices = opened.notices + opened.shape.notices() + kind.check(run)
        values = {"notices": notices, **outcome(run, kind)}
    except FileRefused as error:
        run.move(State.CHECKING, to=State.FAILED, error=error.sentence)
        return
    except Exception:
        run.move(State.CHECKING, to=State.FAILED, error=_("Something went wrong while checking. It has been logged."))
        raise
    values["skipped"] = opened.shape.skipped.total() + opened.sheet.blank_rows + corrections.left_out(opened.sheet)
    run.move(State.CHECKING, to=State.CHECKED, mapping=opened.match.mapping, rows_total=opened.total, **values)


def outcome(run: ImportRun, kind: Kind) -> dict[str, Any]:
    """What the check page tells of the staged rows as they are now."""
    effects = [asdict(effect) for effect in kind.effects(run)]
    return {**_counts(run, kind), "problems": problems.grouped(run, kind), "effects": effects}


def may_reopen(run: ImportRun) -> bool:
    """Not once rows were applied that would be applied a second time."""
    return not run.applied or kinds.get(run.kind).is_repeatable


def reopen(run: ImportRun) -> bool:
    """Back to before the check."""
    return may_reopen(run) and run.move(State.CHECKED, State.FAILED, State.CHECKING, to=State.MATCHED)


def _stage(run: ImportRun, kind: Kind, opened: Opened) -> None:
    _forget_staged(run, kind)
    columns = ("run", "row", "action", "problems", *kind.columns)
    kind.stage(run, columns, staged_values(run, kind, opened))


def _forget_staged(run: ImportRun, kind: Kind) -> None:
    kind.staged.objects.filter(run=run)._raw_delete("default")


def staged_values(run: ImportRun, kind: Kind, opened: Opened) -> Iterator[tuple]:
    pk, columns = run.pk, kind.columns
    for count, row in enumerate(cleaned(opened, kind), start=1):
        wrong = row.problems + kind.complete(run, row)
        action = Action.REFUSED.value if wrong else ""
        told = json.dumps([problem.as_json() for problem in wrong]) if wrong else "[]"
        if count % set_based.BATCH == 0:
            ImportRun.objects.filter(pk=pk).update(rows_done=count)
        yield (pk, row.number, action, told, *map(row.values.get, columns))


def _counts(run: ImportRun, kind: Kind) -> dict[str, int]:
    table = set_based.table(kind.staged)
    found = dict(set_based.rows(f"SELECT action, COUNT(*) FROM {table} WHERE run_id = %s GROUP BY action", [run.pk]))
    return {action.value: found.get(action.value, 0) for action in Action}


# Confirm and apply ------------------------------------------------------------------------------------------------


def may_apply(run: ImportRun) -> str:
    """Why the run cannot be applied as it is; blank when it can."""
    if run.refused and not run.only_good:
        return _("Rows are refused, and this import is all or nothing. Correct them, or choose “good rows only”.")
    if not run.ready:
        return _("There is nothing to apply.")
    return ""


def confirm(run: ImportRun) -> bool:
    """From checked to applying, once: False when somebody was faster or the run cannot be applied."""
    return not may_apply(run) and run.move(
        State.CHECKED,
        to=State.APPLYING,
        started_at=timezone.now(),
        rows_done=0,
        applied=0,
        position="",
        change_set=None,
    )


def apply_next(run: ImportRun, then: Callable[[], Any] | None = None) -> bool:
    """Applies one chunk in a transaction of its own, in which ``then`` is called while rows are left.

    True while rows are left. Safe to repeat after a crash.
    """
    kind = kinds.get(run.kind)
    try:
        with transaction.atomic():
            run = (
                ImportRun.objects.select_for_update(no_key=True, of=("self",))
                .select_related("change_set")
                .get(pk=run.pk)
            )
            if run.state != State.APPLYING:
                return False
            with act(run, kind) as change:
                chunk = kind.apply_chunk(run)
                _note_progress(run, change, chunk)
            if chunk.rows_left and then:
                then()
    except Conflict as conflict:
        stop(run, conflict)
        return False
    return run.state == State.APPLYING


def stop(run: ImportRun, conflict: Conflict) -> None:
    """An import that is all or nothing ends at a conflict; what it had committed before is taken back."""
    with transaction.atomic():
        moved = run.move(State.APPLYING, to=State.FAILED, error=str(conflict), finished_at=timezone.now())
        if moved and not may_reopen(run):
            take_back(run)


def take_back(run: ImportRun) -> None:
    if run.change_set is None:
        return
    reason = _("The import of %(file)s stopped at a conflict.") % {"file": run.original_name}
    try:
        with transaction.atomic():
            undo_run.start(run.change_set, None, reason, later=undo_chunk.enqueue)
    except undo_run.UndoRefused as refusal:
        run.error = " ".join([run.error, *refusal.messages])
    else:
        run.error = _("%(error)s They are taken back.") % {"error": run.error}
        run.applied = run.rows_done = 0
    run.save(update_fields=["error", "applied", "rows_done"])


def act(run: ImportRun, kind: Kind):
    """The one act that all chunks of a run belong to. Inside the demo it is the demo's."""
    if run.change_set:
        return change_sets.going_on(run.change_set)
    current = change_sets.acting()
    if current.source == change_sets.Source.DEMO:
        return change_sets.change_set(current.source, run.user, summary=kind.summary(run), at=current.at)
    return change_sets.change_set(change_sets.Source.IMPORT, run.user, run.reason, kind.summary(run))


def _note_progress(run: ImportRun, change: change_sets.Act, chunk: Chunk) -> None:
    run.rows_done += chunk.applied + chunk.refused
    run.applied += chunk.applied
    run.change_set = change.row() if chunk.applied else run.change_set
    run.position = chunk.position
    if chunk.refused:
        for name, value in outcome(run, kinds.get(run.kind)).items():
            setattr(run, name, value)
    if not chunk.rows_left:
        run.state, run.finished_at = State.APPLIED, timezone.now()
    run.save()
    if not chunk.rows_left:
        run.tell_end()


def apply(run: ImportRun) -> None:
    """Every chunk, one after the other, in this process."""
    while apply_next(run):
        pass
    run.refresh_from_db()


def cancel(run: ImportRun) -> bool:
    return run.move(State.UPLOADED, State.MATCHED, State.CHECKED, State.FAILED, to=State.CANCELLED)
