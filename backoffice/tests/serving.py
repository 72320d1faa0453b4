"""The product as it is started for real: ``manage.py`` in processes of its own, on an empty database of its own."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, "manage.py"]


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The URL of a new database: a file in ``folder``, or one on the server that the tests run on."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{folder}/serve.sqlite3"
        return
    name = f"served_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def serving(database: str, log: Path | None = None, /, **values: str) -> Iterator[subprocess.Popen[str]]:
    """``manage.py serve`` on a migrated database and a port of its own, from its first answer on.

    What it says of errors goes into the log, or into a pipe, which holds a few pages only.
    """
    environment = surroundings(DATABASE_URL=database, **{"PORT": str(free_port()), "STATIC_DIR": static(), **values})
    subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    with ExitStack() as stack:
        errors = stack.enter_context(log.open("w")) if log else subprocess.PIPE
        server = subprocess.Popen(
            [*MANAGE, "serve"], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=errors
        )
    try:
        assert server.stdout
        assert f"http://127.0.0.1:{environment['PORT']}/" in server.stdout.readline()
        yield server
    finally:
        server.terminate()
        server.communicate(timeout=40)


@cache
def static() -> str:
    """A folder with the collected static files, made once; gone with this process."""
    folder = tempfile.mkdtemp(prefix="backoffice-static-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    collected = manage("collectstatic", "--noinput", "--verbosity", "0", STATIC_DIR=folder)
    assert collected.returncode == 0, collected.stderr
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def manage(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    environment = surroundings(**values)
    return subprocess.run([*MANAGE, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)


def surroundings(**values: str) -> dict[str, str]:
    """A clean environment, so that neither the tests' nor the developer's own decides."""
    base = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": "",
        "SECRET_KEY": "for-tests-of-started-processes-only-0123456789",
        "DJANGO_HTTPS": "0",
        "HOST": "127.0.0.1",
    }
    return base | values
