"""Every check that needs no test: format, types, templates, import direction, migrations, settings, documentation."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]

# As on a public server, so that `check --deploy` judges what will be deployed.
PRODUCTION = {
    "ENV_FILE": "",
    "SECRET_KEY": "lint-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP",
    "DJANGO_DEBUG": "0",
    "DJANGO_HTTPS": "1",
    "DEMO": "0",
    "ALLOWED_HOSTS": "shop.example.com",
    "SITE_URL": "https://shop.example.com",
    "EMAIL_PROVIDER": "postmark",
    "TWO_FACTOR_ROLES": "superusers,Administrator",
    "POSTMARK_SERVER_TOKEN": "lint-only",
    "WEBHOOK_SECRET": "postmark:lint-only-0123456789",
}


def run() -> bool:
    """Runs all, two at a time, and shows what the failing ones had to say."""
    with tempfile.TemporaryDirectory(prefix="backoffice-lint-") as scratch, ThreadPoolExecutor(2) as pool:
        environment = os.environ | PRODUCTION | {"DATABASE_URL": f"sqlite:///{scratch}/lint.sqlite3"}
        done = [pool.submit(check, name, command, environment) for name, command in commands(Path(scratch)).items()]
        return all(future.result() for future in done)  # the pool still finishes the others


def commands(scratch: Path) -> dict[str, list[str]]:
    """The slow ones first."""
    return {
        "mypy": [str(BIN / "mypy")],
        "documentation": [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-E",
            "docs",
            str(scratch / "docs"),
        ],
        "ruff check": [str(BIN / "ruff"), "check"],
        "ruff format": [str(BIN / "ruff"), "format", "--check"],
        "import direction": [str(BIN / "lint-imports"), "--no-cache"],
        "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
        **templates(),
    }


def templates() -> dict[str, list[str]]:
    found = sorted({str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/templates/**/*.html")})
    return {"templates": [str(BIN / "djlint"), "--lint", "--quiet", *found]} if found else {}


def check(name: str, command: list[str], environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    report = "ok" if done.returncode == 0 else f"FAILED\n{done.stdout}"
    print(f"{name} ({time.monotonic() - started:.1f} s): {report}", flush=True)
    return done.returncode == 0
