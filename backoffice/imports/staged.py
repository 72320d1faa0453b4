"""What every kind does to its staged rows: refuse them, and say which of them clash with what is live by now."""

import json
from collections.abc import Iterable, Sequence
from itertools import batched

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.imports.kinds import Conflict
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import BATCH, execute, table

WRITES = [
    ("both", gettext_lazy("Create what is new, change what exists")),
    ("update", gettext_lazy("Only change what exists")),
    ("create", gettext_lazy("Only create what is new")),
]
Refusal = tuple[int, Problem, str | list]
CONFLICTS_TOLD = 10


def refuse(model: type[StagedRow], refusals: Iterable[Refusal]) -> int:
    """Refuses staged rows: (id, problem, the problems they have already, as the database gives them)."""
    count = 0
    statement = f"UPDATE {table(model)} SET action = 'refused', problems = %s WHERE id = %s"
    for batch in batched(refusals, BATCH):
        values = [(json.dumps([*_parsed(known), problem.as_json()]), pk) for pk, problem, known in batch]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, values)
        count += len(batch)
    return count


def leave_out(run: ImportRun, model: type[StagedRow], pointer: str) -> None:
    """Where an import only creates, or only changes, the other rows stay out. ``pointer``: to what was found."""
    stays_out = {"update": "IS NULL", "create": "IS NOT NULL"}.get(run.options.get("write", "both"))
    if stays_out:
        statement = f"UPDATE {table(model)} SET action = 'left_out' WHERE run_id = %s AND action = ''"
        execute(f"{statement} AND {pointer} {stays_out}", [run.pk])


def _parsed(problems: str | list) -> list:
    return json.loads(problems) if isinstance(problems, str) else problems


def conflict(run: ImportRun, problems: Sequence[Problem]) -> Conflict:
    """Why an import that is all or nothing stops, and how much of it had been applied before."""
    sentences = [problem.message for problem in problems[:CONFLICTS_TOLD]]
    if (more := len(problems) - CONFLICTS_TOLD) > 0:
        sentences.append(_("And %(count)d more.") % {"count": more})
    if run.rows_done:
        return Conflict([*sentences, _("%(count)d rows had been applied before.") % {"count": run.rows_done}])
    return Conflict([*sentences, _("Nothing was applied. Check the file again.")])
