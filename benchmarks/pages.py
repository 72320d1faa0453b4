"""How long the pages take in shops of several sizes, and how that grows. Shops and figures can be kept, because to
build a shop of a million orders takes longer than to look at it.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from backoffice.tests import postgresql
from benchmarks.report import ENGINES, machine, p95

LIMITS = {"sqlite": 200, "postgresql": 100}  # milliseconds of the server
STRICTER = {"Autocomplete": 0.3, "Palette": 0.3}  # of the limit
NONSENSE = 1_000
Pages = dict[str, dict[str, Any]]
Found = dict[str, dict[int, Pages]]  # engine → size → pages


def section(options: argparse.Namespace, environment: dict[str, str]) -> list[str]:
    with _folder(options.keep) as folder:
        for engine in options.engine or ENGINES:
            for size in options.sizes:
                _visit(folder, engine, size, options.build, environment)
        found = {engine: dict(sorted(_found(folder, engine))) for engine in ENGINES}
    return [*lines({engine: sizes for engine, sizes in found.items() if sizes})] if any(found.values()) else []


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="backoffice-bench-") as scratch:
            Path(scratch).chmod(0o755)  # PostgreSQL may have to run as somebody else
            yield Path(scratch)


def _visit(folder: Path, engine: str, size: int, is_only_built: bool, environment: dict[str, str]) -> None:
    shop = folder / f"{engine}-{size}"
    with _database(engine, shop) as url:
        command = [sys.executable, "-m", "benchmarks.measure", "pages", str(size), str(int(not is_only_built))]
        own = {"DATABASE_URL": url, "MEDIA_ROOT": str(shop)}
        done = subprocess.run(
            command, env=os.environ | environment | own, stdout=subprocess.PIPE, text=True, check=True
        )
    if not is_only_built:
        (folder / f"{engine}-{size}.json").write_text(done.stdout)


@contextmanager
def _database(engine: str, shop: Path) -> Iterator[str]:
    shop.mkdir(exist_ok=True)
    if engine == "sqlite":
        yield f"sqlite:///{shop}/bench.sqlite3"
    else:
        with postgresql.kept(shop) as url:
            yield url


def _found(folder: Path, engine: str) -> Iterator[tuple[int, Pages]]:
    for path in folder.glob(f"{engine}-*.json"):
        yield int(path.stem.partition("-")[2]), json.loads(path.read_text())


# In the process -------------------------------------------------------------------------------------------------------


def measured(size: int, is_asked: bool) -> Pages:
    """Fills the database if it is empty."""
    from django.conf import settings

    from benchmarks import old_shop, page_list
    from inventory.models import Item

    files: Any = settings.STORAGES["staticfiles"]
    files["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # without collectstatic
    if not Item.objects.exists():
        old_shop.fill(size)
    return page_list.measured() if is_asked else {}


# Told -----------------------------------------------------------------------------------------------------------------


def lines(found: Found) -> Iterator[str]:
    largest = max((size for sizes in found.values() for size in sizes), default=0)
    yield from ["## Pages", "", machine(), ""]
    yield (
        f"{largest:,} items, {largest:,} orders of three lines, {7 * largest:,} movements, {6 * largest:,} rows of"
        " history. Milliseconds of the server: median and p95; of these the database's share, and the most queries."
    )
    yield from ["", *_table(found, largest), "", "### Growth", ""]
    yield (
        "Medians by the number of orders. The slope is the power of that number with which a figure grows: 0 is the"
        " same at any size, 1 is ten times as long with ten times as many."
    )
    yield from ["", *_growth(found)]


def _table(found: Found, size: int) -> Iterator[str]:
    engines = {engine: sizes[size] for engine, sizes in found.items() if size in sizes}
    yield f"| milliseconds | {' | '.join(ENGINES[engine] for engine in engines)} |"
    yield f"|---|{'---|' * len(engines)}"
    for name in next(iter(engines.values()), []):
        yield f"| {name} | {' | '.join(_cell(name, engine, pages[name]) for engine, pages in engines.items())} |"


def _cell(name: str, engine: str, page: dict[str, Any]) -> str:
    slow = p95(page["times"]) if len(page["times"]) > 1 else page["times"][0]
    verdict = "met" if slow < limit(name, engine) else f"**missed** ({limit(name, engine):.0f})"
    beside = f"database {page['database']:.0f}, {page['queries']} queries"
    return f"{median(page['times']):.0f}, p95 {slow:.0f}, {beside}, {verdict}"


def limit(name: str, engine: str) -> float:
    if name.endswith("nonsense") or name.endswith("the last pages"):
        return NONSENSE
    return LIMITS[engine] * STRICTER.get(name.partition(":")[0], 1)


def _growth(found: Found) -> Iterator[str]:
    columns = [(engine, size) for engine, sizes in found.items() for size in sizes]
    heads = [f"{ENGINES[engine]} {size:,}" for engine, size in columns]
    yield f"| milliseconds | {' | '.join(heads)} | {' | '.join(f'slope, {ENGINES[engine]}' for engine in found)} |"
    yield f"|---|{'---:|' * (len(columns) + len(found))}"
    for name in next(iter(next(iter(found.values())).values())):
        told = [f"{_median(found[engine][size], name):.0f}" for engine, size in columns]
        yield f"| {name} | {' | '.join([*told, *(_slope(sizes, name) for sizes in found.values())])} |"


def _median(pages: Pages, name: str) -> float:
    return median(pages[name]["times"]) if name in pages else math.nan


def _slope(sizes: dict[int, Pages], name: str) -> str:
    first, last = min(sizes), max(sizes)
    if first == last:
        return ""
    return f"{math.log(_median(sizes[last], name) / _median(sizes[first], name)) / math.log(last / first):.2f}"
