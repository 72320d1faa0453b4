"""What every kind does to its staged rows: refuse them, and say which of them clash with what is live by now."""

import json
from collections.abc import Iterable, Sequence
from itertools import batched

from django.db import connection, transaction
from django.utils.translation import gettext as _

from backoffice.imports.kinds import Conflict
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import BATCH, table

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
