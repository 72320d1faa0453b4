"""``make bench``: how fast it is on this machine, on both databases, medians of one run.

Numbers of different machines cannot be compared; the ratios within one run can.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from backoffice.tests import postgresql

ROOT = Path(__file__).resolve().parent.parent
Rates = dict[str, list[float]]

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    "ENV_FILE": "",
    "SECRET_KEY": "for-benchmarks-only-and-nothing-else-0123456789",
    "DJANGO_DEBUG": "0",
    "DEMO": "0",
    "EMAIL_PROVIDER": "capture",
    "LOG_LEVEL": "WARNING",
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="backoffice-bench-") as scratch, postgresql.server() as url:
        sqlite = measure(f"sqlite:///{scratch}/bench.sqlite3")
        postgres = measure(url)
    print("\n".join(table(sqlite, postgres)))


def measure(url: str) -> Rates:
    """In a process of its own, because settings are read once."""
    command = [sys.executable, "-m", "benchmarks.measure"]
    environment = os.environ | ENVIRONMENT | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def table(sqlite: Rates, postgres: Rates) -> Iterator[str]:
    yield f"{'per second, median (slowest to fastest round)':48}{'SQLite':>34}{'PostgreSQL':>34}{'ratio':>8}"
    for name, rates in sqlite.items():
        ratio = median(postgres[name]) / median(rates)
        yield f"{name:48}{summary(rates):>34}{summary(postgres[name]):>34}{ratio:>8.2f}"


def summary(rates: list[float]) -> str:
    return f"{median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"


if __name__ == "__main__":
    main()
