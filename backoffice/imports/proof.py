"""The proof that no row of an import is unaccounted for."""

from collections.abc import Iterator

from django.db.models import Count, F

from backoffice.imports import kinds
from backoffice.imports.models import ImportRun, StagedRow

Action, State = StagedRow.Action, ImportRun.State
COUNTED = (State.CHECKED, State.APPLYING, State.APPLIED)


def miscounted(using: str) -> Iterator[str]:
    """rows = new + changed + unchanged + refused + passed over, as counted from the staged rows themselves; and what
    was to be applied was applied."""
    for kind in kinds.every():
        runs = ImportRun.objects.using(using).filter(kind=kind.name, state__in=COUNTED)
        staged = kind.staged.objects.using(using).order_by().values_list("run", "action").annotate(Count("pk"))
        counts = {(pk, action): count for pk, action, count in staged}
        for run in runs:
            yield from _wrong_counts(run, {action.value: counts.get((run.pk, action), 0) for action in Action})
    for run in ImportRun.objects.using(using).filter(state=State.APPLIED).exclude(applied=F("new") + F("changed")):
        yield f"Import {run.pk} of {run.original_name}: {run.ready} rows were to be applied, {run.applied} were."


def _wrong_counts(run: ImportRun, staged: dict[str, int]) -> Iterator[str]:
    told = {action.value: getattr(run, action.value) for action in Action}
    rows = sum(staged.values())
    if told != staged or not rows <= run.rows_total <= rows + run.skipped:
        says = f"says {_in_words(told)} of {run.rows_total} rows"
        yield f"Import {run.pk} of {run.original_name} {says}; there are {_in_words(staged)}."


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
