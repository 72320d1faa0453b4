"""A whole import without a browser and without a worker: what the commands and the demo run."""

from pathlib import Path
from typing import Any

from django.core.files import File

from backoffice.imports import kinds, steps
from backoffice.imports.matching import read_choice
from backoffice.imports.models import ImportRun


def run_file(
    kind: str,
    path: str | Path,
    options: dict[str, Any],
    *,
    user: Any = None,
    columns: tuple[str, ...] = (),
    sheet: str = "",
    only_good: bool = False,
    dry_run: bool = False,
) -> ImportRun:
    """Receives, matches, checks and, unless ``dry_run``, applies a file; ``columns`` are “Their column=our_field”.

    Returns the run: applied, or checked where there was nothing to apply or rows were refused, or failed.
    Raises FileRefused when the file cannot be received or matched.
    """
    chosen = dict(read_choice(text, kinds.get(kind).synonyms) for text in columns)
    with Path(path).open("rb") as source:
        file = File(source, name=Path(path).name)
        run = steps.receive(kind, file, user, sheet=sheet, options=options, only_good=only_good)
    steps.match(run, chosen or None)
    steps.check(run)
    if not dry_run and run.state == run.State.CHECKED and steps.confirm(run):
        steps.apply(run)
    return run
