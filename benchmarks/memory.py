"""The most memory that one process holds while it imports a file, and what the reader of XLSX alone takes."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import django

TIMES = {"csv": 10, "xlsx": 3}  # a million rows of CSV, when the other parts import 100,000
JOBS = ("nothing", "reader", "import")


def measured(rows: int) -> dict[str, list[float]]:
    """Megabytes."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, times in TIMES.items():
            path = Path(folder) / f"big.{kind}"
            peak("write", path, rows * times)
            for job in JOBS:
                found[f"{kind.upper()}, {rows * times:,} rows: {job}"] = [peak(job, path)]
    return found


def peak(job: str, path: Path, *arguments: object) -> float:
    """The most memory that a process of its own held for a job."""
    command = [sys.executable, "-m", "benchmarks.memory", job, str(path), *map(str, arguments)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def do(job: str, path: Path, *count: str) -> None:
    from benchmarks import imports, sheets

    if job == "write":
        sheets.write(path, int(count[0]), len(path.suffix))
    elif job == "reader":
        read(path)
    elif job == "import":
        imports.import_file(path, 1, "big", imports.defaultdict(list))


def read(path: Path) -> None:
    """As the import reads it, each row dropped at once."""
    from backoffice.imports.reading import open_sheet

    with path.open("rb") as file:
        for _row in open_sheet(file).rows():
            pass


def most_held() -> float:
    """Of this program alone: Linux's ``ru_maxrss`` counts what the process held before it became this program."""
    try:
        return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    django.setup()
    do(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
    print(most_held())
