"""What ``make test`` runs: lint, the suite on SQLite and on PostgreSQL, the stories in a browser.

Lint stops at once. The suites all run, and any failure is the failure of the whole. Nothing is skipped: a suite that
cannot run has failed, and says what would let it run. Unknown arguments go to pytest.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable

from backoffice.tests import chromium, lint, postgresql

PASSED, NO_TESTS = 0, 5


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that `finally` blocks run
    options, pytest_args = parse()
    stages: dict[str, Callable[[], bool]] = {
        "lint": lint.run,
        "sqlite": lambda: pytest(selection(options.deep), *pytest_args, TEST_DATABASE_URL=""),
        "postgresql": lambda: on_postgresql(selection(options.deep), *pytest_args),
        "browser": lambda: in_browser(options.deep, *pytest_args),
    }
    return 0 if run({name: stages[name] for name in options.only or stages}) else 1


def parse() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="python -m backoffice.tests.run", description=__doc__)
    parser.add_argument("--deep", action="store_true", help="also what takes minutes")
    parser.add_argument("--only", action="append", choices=["lint", "sqlite", "postgresql", "browser"])
    return parser.parse_known_args()


def run(stages: dict[str, Callable[[], bool]]) -> bool:
    failed: list[str] = []
    for name, stage in stages.items():
        print(f"\n== {name} {f'(failed so far: {", ".join(failed)}) ' if failed else ''}==", flush=True)
        if not stage():
            failed.append(name)
        if failed == ["lint"]:
            break
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return not failed


def selection(is_deep: bool, kind: str = "not browser") -> list[str]:
    return ["-n", str(min(os.cpu_count() or 1, 4)), "-m", kind if is_deep else f"{kind} and not deep"]


def on_postgresql(arguments: list[str], *pytest_args: str) -> bool:
    try:
        with postgresql.server() as url:
            return pytest(arguments, *pytest_args, TEST_DATABASE_URL=url)
    except postgresql.NoServerError as error:
        print(error, file=sys.stderr)
        return False


def in_browser(is_deep: bool, *pytest_args: str) -> bool:
    try:
        found = chromium.find_or_install()
    except chromium.NoChromiumError as error:
        print(error, file=sys.stderr)
        return False
    return pytest(selection(is_deep, "browser"), *pytest_args, TEST_DATABASE_URL="", CHROMIUM=found)


def pytest(arguments: list[str], *pytest_args: str, **environment: str) -> bool:
    """Choosing tests by hand may leave a suite without any; otherwise a suite without tests has failed."""
    command = [sys.executable, "-m", "pytest", "--quiet", *arguments, *pytest_args]
    with tempfile.TemporaryDirectory(prefix="backoffice-run-") as scratch:  # whatever a killed test leaves behind
        code = subprocess.run(command, env=os.environ | environment | {"TMPDIR": scratch}).returncode
    return code == PASSED or (code == NO_TESTS and bool(pytest_args))


if __name__ == "__main__":
    sys.exit(main())
