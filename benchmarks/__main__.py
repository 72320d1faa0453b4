"""``make bench``: how fast it is on this machine, on both databases, medians of one run.

``make bench ARGS="imports --rows 20000"`` runs one part and fewer rows. Numbers of different machines cannot be
compared; the ratios within one run can. Each part goes into its own section of ``docs/benchmarks.md``.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backoffice.tests import postgresql
from benchmarks import pages, report
from benchmarks.report import Found

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    "ENV_FILE": "",
    "SECRET_KEY": "for-benchmarks-only-and-nothing-else-0123456789",
    "DJANGO_DEBUG": "0",
    "DEMO": "0",
    "EMAIL_PROVIDER": "capture",
    "LOG_LEVEL": "WARNING",
    "IMPORT_MAX_BYTES": str(500 * 2**20),
}


def main() -> None:
    options = parse()
    for part in options.parts or report.PARTS:
        lines = pages.section(options, ENVIRONMENT) if part == "pages" else section(part, options)
        print("\n".join(lines), flush=True)
        if not (options.no_docs or options.build):
            report.write(part, lines)


def section(part: str, options: argparse.Namespace) -> list[str]:
    found = {engine: measure(part, engine, options) for engine in options.engine or ["sqlite", "postgresql"]}
    return report.section(part, found, options)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*report.PARTS, []], help="all of them when none is named")
    parser.add_argument("--engine", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--rows", type=int, default=100_000, help="of an imported file")
    parser.add_argument("--rounds", type=int, default=3, help="of imports")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="of shops (pages)")
    parser.add_argument("--keep", type=Path, help="where shops and their figures stay for the next time (pages)")
    parser.add_argument("--build", action="store_true", help="build the shops only (pages)")
    parser.add_argument("--no-docs", action="store_true", help="print only")
    return parser.parse_args()


def measure(part: str, engine: str, options: argparse.Namespace) -> Found:
    """In a process of its own, because settings are read once, and on a new database."""
    command = [sys.executable, "-m", "benchmarks.measure", part, str(options.rows), str(options.rounds)]
    with tempfile.TemporaryDirectory(prefix="backoffice-bench-") as scratch, database(engine, scratch) as url:
        environment = os.environ | ENVIRONMENT | {"DATABASE_URL": url, "MEDIA_ROOT": scratch}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@contextmanager
def database(engine: str, scratch: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{scratch}/bench.sqlite3"
    else:
        with postgresql.server() as url:
            yield url


if __name__ == "__main__":
    main()
