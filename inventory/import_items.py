"""An import of items without a browser and without a worker, for the demo and for tests."""

from pathlib import Path

from backoffice.imports import at_once
from backoffice.imports.models import ImportRun
from inventory.import_kind import ItemKind, options
from inventory.models import Location


def run_file(
    path: str | Path, *, mode: str = "set", key: str = "", location: Location | None = None, **how
) -> ImportRun:
    return at_once.run_file(ItemKind.name, path, options(mode, key, location), **how)
