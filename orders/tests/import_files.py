"""Files that are run through a whole import, for tests."""

from pathlib import Path

from backoffice.imports import at_once, kinds
from backoffice.imports.models import ImportRun


def run_text(kind: str, folder: Path, text: str, options: dict | None = None, **how) -> ImportRun:
    path = folder / f"{kind}.csv"
    path.write_text(text)
    return at_once.run_file(kind, path, options or {}, **how)


def sentences(run: ImportRun) -> list[str]:
    """What is wrong, in the order of the rows."""
    staged = kinds.get(run.kind).staged.objects.filter(run=run).order_by("row")
    return [problem["message"] for row in staged for problem in row.problems]
