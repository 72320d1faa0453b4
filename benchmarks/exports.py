"""``python -m benchmarks.exports [ROWS]``: time and peak memory of an export of that many items, as XLSX and as CSV.

Runs on a new SQLite file, or on the empty database of ``DATABASE_URL``. Each export has a process of its own, because
the peak of a process never falls.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from benchmarks.memory import most_held

ROWS = 1_000_000


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    for figures in measure(rows):
        print("{format}: {rows:,} rows, {size:,} bytes, {seconds:.1f} s, peak {peak_mb:.0f} MB".format(**figures))


def measure(rows: int, formats: tuple[str, ...] = ("xlsx", "csv")) -> list[dict]:
    from benchmarks.__main__ import ENVIRONMENT

    with tempfile.TemporaryDirectory(prefix="backoffice-bench-") as scratch:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{scratch}/bench.sqlite3"
        environment = os.environ | ENVIRONMENT | {"DATABASE_URL": url, "UPLOAD_DIR": f"{scratch}/uploads"}
        steps = [["fill", str(rows)], *(["write", format_] for format_ in formats)]
        outputs = [_run(step, environment) for step in steps]
    return [json.loads(output) for output in outputs[1:]]


def _run(arguments: list[str], environment: dict) -> str:
    command = [sys.executable, "-m", "benchmarks.exports", "--step", *arguments]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def step(name: str, argument: str) -> None:
    import django

    django.setup()
    if name == "fill":
        fill(int(argument))
    else:
        print(json.dumps(write(argument)))


def fill(rows: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.contrib.auth import get_user_model

    from benchmarks import big_shop

    get_user_model().objects.create_superuser("exporter")
    big_shop.fill(rows, 1)


def write(format_: str) -> dict:
    from django.contrib.auth import get_user_model

    from backoffice.exports import writing
    from backoffice.exports.models import Export

    user = get_user_model().objects.get(username="exporter")
    export = Export.objects.create(user=user, source="inventory.item", label="items", format=format_)
    started = time.perf_counter()
    writing.write(export)
    seconds, peak = time.perf_counter() - started, most_held()
    assert export.is_ready, export.error
    return {"format": format_, "rows": export.rows, "size": export.size, "seconds": seconds, "peak_mb": peak}


if __name__ == "__main__":
    step(*sys.argv[2:]) if "--step" in sys.argv else main()
