"""What `make` relies on: an interpreter is found, bad values are refused, and nothing outlives `serve`."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from backoffice import env
from backoffice.tests import run
from backoffice.tests.serving import ROOT, manage, serving

# Values from the environment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("0", False), ("off", False), ("", False)])
def test_a_flag_is_yes_or_no(monkeypatch, value, expected):
    monkeypatch.setenv("OPEN_ON_SUNDAY", value)

    assert env.flag("OPEN_ON_SUNDAY") is expected


def test_a_flag_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("OPEN_ON_SUNDAY", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="^OPEN_ON_SUNDAY='perhaps' is neither yes nor no. Use 1 or 0.$"):
        env.flag("OPEN_ON_SUNDAY")


def test_a_number_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("SHELVES", "many")

    with pytest.raises(ImproperlyConfigured, match="^SHELVES='many' is not a whole number.$"):
        env.number("SHELVES", 3)


def test_a_missing_secret_key_stops_the_start_with_a_sentence():
    done = manage("check", SECRET_KEY="")

    assert done.returncode != 0
    assert "SECRET_KEY is not set. Put a long random string" in done.stderr.splitlines()[-1]


def test_a_bad_value_stops_the_start_with_a_sentence():
    done = manage("check", DJANGO_HTTPS="perhaps")

    assert done.returncode != 0
    assert "DJANGO_HTTPS='perhaps' is neither yes nor no. Use 1 or 0." in done.stderr.splitlines()[-1]


# The interpreter -----------------------------------------------------------------------------------------------------


def test_a_suitable_python_on_the_path_is_taken(tmp_path):
    fake_python(tmp_path / "bin" / "python3.13", is_suitable=True)

    assert found_python(tmp_path).stdout == "python3.13\n"


def test_an_inactive_python_of_pyenv_is_found_behind_dead_names(tmp_path):
    """pyenv's shims answer to every version's name and then refuse to run it."""
    fake_python(tmp_path / "bin" / "python3.13", is_suitable=False)
    fake_python(tmp_path / "bin" / "python3", is_suitable=False)
    fake_python(tmp_path / "versions" / "3.9.18" / "bin" / "python3", is_suitable=False)
    fake_python(tmp_path / "versions" / "3.12.1" / "bin" / "python3", is_suitable=True)
    newest = fake_python(tmp_path / "versions" / "3.13.0" / "bin" / "python3", is_suitable=True)

    assert found_python(tmp_path).stdout == f"{newest}\n"


def test_without_a_suitable_python_one_sentence_says_so(tmp_path):
    fake_python(tmp_path / "bin" / "python3", is_suitable=False)

    done = found_python(tmp_path)

    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.splitlines()[0].startswith("No Python 3.12 or newer was found.")


def fake_python(path: Path, *, is_suitable: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {0 if is_suitable else 127}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def found_python(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the Makefile finds when ``folder`` holds all the machine's interpreters."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("make", "sh", "ls", "sort", "find"):
        real = next(Path(part) / name for part in os.defpath.split(":") if (Path(part or ".") / name).exists())
        (tools / name).symlink_to(real)
    environment = {"PATH": f"{folder}/bin:{tools}", "PYENV_ROOT": str(folder), "HOME": str(folder)}
    return subprocess.run(
        [tools / "make", "--silent", "python"], cwd=ROOT, env=environment, capture_output=True, text=True
    )


# The runner ----------------------------------------------------------------------------------------------------------


def test_a_failing_lint_stops_the_run():
    ran = []

    assert run.run({"lint": lambda: False, "sqlite": lambda: ran.append("sqlite") or True}) is False
    assert ran == []


def test_a_failing_suite_fails_the_run_and_stops_no_other():
    ran = []

    assert run.run({"sqlite": lambda: False, "browser": lambda: ran.append("browser") or True}) is False
    assert ran == ["browser"]


def test_a_run_without_failures_has_passed():
    assert run.run({"lint": lambda: True, "sqlite": lambda: True}) is True


def test_a_suite_without_tests_has_failed(capfd):
    assert run.pytest(["-p", "no:cacheprovider", "-m", "browser and deep and race"]) is False


def test_the_suite_runs_on_the_database_that_was_asked_for():
    assert connection.vendor == ("postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite")


# serve ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_stops_everything_it_started(tmp_path, number):
    with serving(f"sqlite:///{tmp_path}/serve.sqlite3") as server:
        family = descendants(server.pid)
        server.send_signal(number)

        assert server.wait(20) == 0
    assert len(family) >= 5  # gunicorn, its two workers, the two that work off jobs
    assert survivors(family) == []


def test_serve_stops_the_web_server_when_the_worker_ends(tmp_path):
    with serving(f"sqlite:///{tmp_path}/serve.sqlite3") as server:
        family = descendants(server.pid)
        os.kill(
            next(pid for pid, command in family.items() if "ox_worker" in command and "mail" in command), signal.SIGKILL
        )

        assert server.wait(20) == 1
        assert "The mail worker ended unasked. Everything was stopped." in server.stderr.read()
    assert survivors(family) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_nothing_survives_a_killed_serve(tmp_path):
    with serving(f"sqlite:///{tmp_path}/serve.sqlite3") as server:
        family = descendants(server.pid)
        server.kill()
        server.wait(20)

        deadline = time.monotonic() + 20
        while survivors(family) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert survivors(family) == []


def test_serve_refuses_a_port_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = manage("serve", PORT=str(port), DATABASE_URL=f"sqlite:///{tmp_path}/serve.sqlite3")

    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: Cannot listen on 127.0.0.1, port {port}: ")
    assert done.stdout == ""


def descendants(ancestor: int) -> dict[int, str]:
    """The commands of all processes below ``ancestor``, by process id."""
    family: dict[int, str] = {}
    below, parents = processes(), {ancestor}
    while parents:
        children = {pid: command for pid, parent, _state, command in below if parent in parents}
        family |= children
        parents = set(children)
    return family


def survivors(family: dict[int, str]) -> list[str]:
    """A zombie is dead: it waits for somebody to read its exit code, which a container's first process may never do."""
    return [command for pid, _parent, state, command in processes() if pid in family and not state.startswith("Z")]


def processes() -> list[tuple[int, int, str, str]]:
    columns = ["ps", "-A", "-ww", "-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "args="]
    listing = subprocess.run(columns, capture_output=True, text=True, check=True).stdout
    rows = (line.split(maxsplit=3) for line in listing.splitlines())
    return [(int(pid), int(parent), state, " ".join(command)) for pid, parent, state, *command in rows]


@pytest.mark.parametrize("name", ["requirements", "requirements-extras", "requirements-dev"])
def test_what_is_pinned_is_locked_with_its_hashes(name):
    """``make lock`` writes the lock files; a pin that was changed without it would not be what is installed."""
    pinned, locked = (versions_in(ROOT / f"{name}.{kind}") for kind in ("txt", "lock"))

    assert pinned
    assert {package: locked.get(package) for package in pinned} == pinned
    assert "--hash=sha256:" in (ROOT / f"{name}.lock").read_text()


def versions_in(path: Path) -> dict[str, str]:
    found = re.findall(r"^([\w-]+)(?:\[[\w,]+\])?==(\S+)", path.read_text(), re.MULTILINE)
    return {package.lower(): version for package, version in found}


def test_every_test_that_the_security_page_names_exists():
    named = re.findall(r"`([a-z_]+/[\w/]*tests[\w/.]*)`", (ROOT / "docs" / "security.md").read_text())

    assert len(named) > 50
    assert [name for name in named if not (ROOT / name).exists()] == []
