"""Everything that cannot be made again, database and uploads, in one file, taken while people work.

The database is copied first and the uploads after it: a file is written before its row, so whatever the rows name
is there. SQLite is copied by its online backup, PostgreSQL by ``pg_dump`` (a consistent snapshot). The archive is a
gzipped tar: ``manifest.json``, ``database``, ``uploads/…``.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.utils import timezone
from django.utils.translation import gettext as _

MANIFEST, DATABASE, UPLOADS = "manifest.json", "database", "uploads"


class BackupError(Exception):
    """Says what stood in the way, and what to do."""


def create(target: Path) -> dict[str, Any]:
    """Writes the archive, readable by its owner only, and returns its manifest. Never overwrites; never half there."""
    if target.exists():
        raise BackupError(_("%(path)s exists already. Name another file.") % {"path": target})
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        archive, copy = Path(scratch) / "archive", Path(scratch) / DATABASE
        _dump(copy)
        manifest: dict[str, Any] = {"engine": connection.vendor, "at": timezone.now().isoformat(), "uploads": 0}
        with os.fdopen(os.open(archive, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as tar:
                tar.add(copy, DATABASE)
                for name in _stored_files():
                    _add_upload(tar, name)
                    manifest["uploads"] += 1
                _add_text(tar, MANIFEST, json.dumps(manifest))
            os.fsync(raw.fileno())
        archive.rename(target)
    return manifest


def restore(source: Path, replace: bool = False) -> dict[str, Any]:
    """Puts an archive into the configured database and storage. Raises BackupError unless both fit and are empty.

    ``replace`` lets it take the place of what is there. Nobody else may be connected: stop web and worker first.
    """
    with tempfile.TemporaryDirectory() as scratch:
        manifest = _unpack(source, Path(scratch))
        if manifest["engine"] != connection.vendor:
            facts = {"path": source, "theirs": manifest["engine"], "ours": connection.vendor}
            raise BackupError(_("%(path)s is of a %(theirs)s database; this one is %(ours)s.") % facts)
        if connection.introspection.table_names() and not replace:
            raise BackupError(
                _("The database is not empty. Name an empty one, or say --replace to lose what is in it.")
            )
        _load(Path(scratch) / DATABASE)
        _store(Path(scratch) / UPLOADS)
    return manifest


# Database ---------------------------------------------------------------------------------------------------------


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(_sqlite_file())) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
    else:
        _run_postgresql("pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _load(source: Path) -> None:
    connections.close_all()
    if connection.vendor == "sqlite":
        live = Path(_sqlite_file())
        for leftover in (live, Path(f"{live}-wal"), Path(f"{live}-shm")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(source, live)
    else:
        options = ["--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction"]
        _run_postgresql("pg_restore", *options, str(source))


def _sqlite_file() -> str:
    return str(connection.settings_dict["NAME"])


def _run_postgresql(program: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's own programs on our database; its password never stands on a command line."""
    settings = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "username": "USER", "dbname": "NAME"}
    where = [f"--{option}={settings[key]}" for option, key in names.items() if settings.get(key)]
    command = shutil.which(program)
    if not command:
        raise BackupError(
            _("%(program)s is not on the PATH. Install PostgreSQL's client programs.") % {"program": program}
        )
    secret = {"PGPASSWORD": settings["PASSWORD"]} if settings.get("PASSWORD") else {}
    done = subprocess.run([command, *where, *arguments], env=os.environ | secret, capture_output=True, text=True)
    if done.returncode != 0:
        raise BackupError(f"{program}: {done.stderr.strip()}")


# Uploads ----------------------------------------------------------------------------------------------------------


def _stored_files(folder: str = "") -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever uploaded
        return
    yield from (os.path.join(folder, name) for name in sorted(files))
    for name in sorted(folders):
        yield from _stored_files(os.path.join(folder, name))


def _add_upload(tar: tarfile.TarFile, name: str) -> None:
    with default_storage.open(name) as file:
        entry = tarfile.TarInfo(f"{UPLOADS}/{name}")
        entry.size = file.size
        tar.addfile(entry, file)


def _store(folder: Path) -> None:
    for path in sorted(found for found in folder.rglob("*") if found.is_file()):
        name = str(path.relative_to(folder))
        default_storage.delete(name)
        with path.open("rb") as file:
            default_storage.save(name, File(file))


# Archive ----------------------------------------------------------------------------------------------------------


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        entry = tarfile.TarInfo(name)
        entry.size = file.tell()
        file.seek(0)
        tar.addfile(entry, file)


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Takes the archive apart; the ``data`` filter refuses what would leave the folder."""
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(folder, filter="data")
        return json.loads((folder / MANIFEST).read_text())
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(_("%(path)s is not a whole backup: %(error)s") % {"path": source, "error": error}) from error
