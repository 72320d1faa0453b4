"""Files that are run through the whole import, for tests."""

from pathlib import Path

from backoffice.imports.models import ImportRun
from inventory import import_items
from inventory.models import StagedItem


def run_text(tmp_path: Path, text: str | bytes, name: str = "stock.csv", **options) -> ImportRun:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_items.run_file(path, **options)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """New, changed, unchanged, refused."""
    return run.new, run.changed, run.unchanged, run.refused


def sentences(run: ImportRun) -> list[str]:
    """What is wrong, in the order of the rows."""
    staged = StagedItem.objects.filter(run=run).order_by("row")
    return [problem["message"] for row in staged for problem in row.problems]
