"""A whole import without a browser and without a worker: what ``manage.py import_items`` and the demo run."""

from pathlib import Path
from typing import Any

from django.core.files import File

from backoffice.imports import steps
from backoffice.imports.matching import read_choice
from backoffice.imports.models import ImportRun
from inventory.import_columns import ITEM_SYNONYMS
from inventory.import_kind import ItemKind, options
from inventory.models import Location


def run_file(
    path: str | Path,
    *,
    user: Any = None,
    mode: str = "set",
    key: str = "",
    location: Location | None = None,
    columns: tuple[str, ...] = (),
    sheet: str = "",
    only_good: bool = False,
    dry_run: bool = False,
) -> ImportRun:
    """Receives, matches, checks and, unless ``dry_run``, applies a file; ``columns`` are “Their column=our_field”.

    Returns the run: applied, or checked where there was nothing to apply or rows were refused, or failed.
    Raises FileRefused when the file cannot be received or matched.
    """
    chosen = dict(read_choice(text, ITEM_SYNONYMS) for text in columns)
    with Path(path).open("rb") as source:
        file = File(source, name=Path(path).name)
        settled = options(mode, key, location)
        run = steps.receive(ItemKind.name, file, user, sheet=sheet, options=settled, only_good=only_good)
    steps.match(run, chosen or None)
    steps.check(run)
    if not dry_run and run.state == run.State.CHECKED and steps.confirm(run):
        steps.apply(run)
    return run
