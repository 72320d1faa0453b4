"""``make audit`` against an index of holes on this machine: it passes only when it was told that there are none."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backoffice.tests.listening import Service, listening
from backoffice.tests.serving import ROOT, free_port

HOLE = {
    "id": "PYSEC-2026-1",
    "summary": "Anybody gets in.",
    "affected": [{"package": {"name": "django", "ecosystem": "PyPI"}, "ranges": []}],
}


class Index(Service):
    """Answers as OSV does: one package a question."""

    status: int
    holes: dict[str, list[dict[str, Any]]]
    asked: set[str]

    def do_POST(self):
        name = json.loads(self.body())["package"]["name"]
        self.asked.add(name)
        holes = self.holes.get(name)
        self.answer(self.status, json.dumps({"vulns": holes} if holes else {}).encode())


@contextmanager
def index(status: int = 200, **holes: list[dict[str, Any]]) -> Iterator[tuple[str, set[str]]]:
    asked: set[str] = set()
    with listening(Index, status=status, holes=holes, asked=asked) as port:
        yield f"http://127.0.0.1:{port}/v1/query", asked


def audit(url: str, home) -> subprocess.CompletedProcess[str]:
    """With what is installed taken as it is."""
    chosen = {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": url, "PIP_AUDIT_PROGRESS_SPINNER": "off"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **chosen}
    command = ["make", "--silent", "--assume-old=.venv/dev.stamp", "audit"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_where_no_hole_is_known_of_any_package_it_passes(tmp_path):
    with index() as (url, asked):
        done = audit(url, tmp_path)

    assert done.returncode == 0, done.stderr
    assert {"django", "argon2-cffi", "pytest"} <= asked  # what runs, and what tests it


@pytest.mark.parametrize("package", ["django", "pytest"])
def test_a_hole_of_one_package_fails_it_and_is_named(tmp_path, package):
    with index(**{package: [HOLE]}) as (url, _asked):
        done = audit(url, tmp_path)

    assert done.returncode != 0
    assert f"{package} " in done.stdout
    assert "PYSEC-2026-1" in done.stdout


def test_an_index_that_is_out_of_order_fails_it(tmp_path):
    with index(status=503) as (url, _asked):
        done = audit(url, tmp_path)

    assert done.returncode != 0


def test_an_index_that_nobody_answers_at_fails_it(tmp_path):
    done = audit(f"http://127.0.0.1:{free_port()}/v1/query", tmp_path)

    assert done.returncode != 0
