"""How far a run got, how fast, and how long it still takes, in words."""

from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.imports.models import ImportRun

State = ImportRun.State
BUSY = {State.MATCHED, State.CHECKING, State.APPLYING}


def told(run: ImportRun) -> dict[str, Any]:
    total = {State.APPLYING: run.ready, State.CHECKING: run.rows_total}.get(State(run.state), 0)
    done = min(run.rows_done, total)
    seconds = max((timezone.now() - run.started_at).total_seconds(), 0.1) if run.started_at else 0
    rate = done / seconds if seconds else 0
    return {
        "busy": run.state in BUSY,
        "state": run.state,
        "done": done,
        "total": total,
        "told": _sentence(run, done, total),
        "rate": _("%(count)s rows a second") % {"count": _number(round(rate))} if rate >= 1 else "",
        "left": _left((total - done) / rate) if rate and total else "",
    }


def _sentence(run: ImportRun, done: int, total: int) -> str:
    facts = {"done": _number(done), "total": _number(total)}
    if run.state == State.APPLYING:
        return _("Applying: %(done)s of %(total)s rows.") % facts
    if run.state == State.MATCHED:
        return _("Waiting to be checked.")
    if not total:
        return _("The file is being read.")
    if done < total:
        return _("Checking: %(done)s of %(total)s rows read.") % facts
    return _("Comparing %(total)s rows with what is there.") % facts


def _left(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes) % {"count": minutes}


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)
