"""django-oscar as it comes from the package index, in an environment of its own that is made once."""

import os
import subprocess
import venv
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from benchmarks.crowd import ROOT

FOLDER = ROOT / "var" / "peers" / "django-oscar"
PACKAGES = ["django-oscar==4.2.1", "psycopg[binary]==3.3.9"]
PROGRAM = "benchmarks.oscar_shop"


def shop() -> list[str]:
    """The command of a clerk in a shop of its own, on the same server as the database that is measured."""
    python = _python()
    os.environ["OSCAR_DATABASE_URL"] = _new_database()
    subprocess.run([python, "-m", PROGRAM, "open"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return [str(python), "-m", PROGRAM, "sell"]


def _python() -> Path:
    python = FOLDER / "bin" / "python"
    if not (FOLDER / "made").exists():
        venv.create(FOLDER, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (FOLDER / "made").touch()
    return python


def _new_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE oscar")
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path="/oscar"))
