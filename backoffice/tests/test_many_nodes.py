"""Two web nodes and two workers, processes of their own that share the database and the uploads and nothing else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from backoffice.management import processes
from backoffice.tests import soak
from backoffice.tests.serving import MANAGE, ROOT, empty_database, free_port, static, surroundings
from backoffice.tests.test_last_unit_over_http import wait_for

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(
        not os.environ.get("TEST_DATABASE_URL"), reason="many machines need PostgreSQL; `make test` runs this on it"
    ),
]
SECONDS = 20


class Nodes:
    def __init__(self, database: str, folder):
        self.shop, self.folder = soak.prepare(database), folder
        self.shared = {**soak.SHOP_ENVIRONMENT, "DATABASE_URL": database, "UPLOAD_DIR": str(folder / "shared")}
        self.running: dict[str, subprocess.Popen] = {}

    def start(self, name: str, *command: str) -> subprocess.Popen:
        environment = surroundings(**self.shared, METRICS_DIR=str(self.folder / name), STATIC_DIR=static())
        self.running[name] = processes.start(command, cwd=ROOT, env=environment)
        return self.running[name]

    def start_web(self, port: str) -> subprocess.Popen:
        """As the systemd unit does."""
        options = ["--workers", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
        bind = ["--bind", f"127.0.0.1:{port}"]
        started = self.start(f"web {port}", sys.executable, "-m", "gunicorn", "backoffice.wsgi", *bind, *options)
        wait_for(port)
        return started

    def start_workers(self) -> None:
        for name in ("worker 1", "worker 2"):
            self.start(name, *MANAGE, "ox_worker", "--concurrency", "2")

    def day(self) -> soak.Day:
        return soak.Day(time.monotonic() + SECONDS, self.shop)


@pytest.fixture
def nodes(tmp_path) -> Iterator[Nodes]:
    with empty_database(tmp_path) as database:
        found = Nodes(database, tmp_path)
        try:
            yield found
        finally:
            processes.stop(found.running, seconds=20)


@contextmanager
def meanwhile(act) -> Iterator[None]:
    """When people have been at work for a while."""

    def later() -> None:
        time.sleep(SECONDS / 3)
        act()

    thread = Thread(target=later)
    thread.start()
    yield
    thread.join()


def test_a_rolling_restart_fails_no_request(nodes):
    ports = [str(free_port()), str(free_port())]
    old = [nodes.start_web(port) for port in ports]
    nodes.start_workers()
    day = nodes.day()

    def restart() -> None:
        for process, port in zip(old, ports, strict=True):
            process.send_signal(signal.SIGTERM)
            process.wait(40)
            nodes.start_web(port)

    with meanwhile(restart):
        soak.work(day, *(f"http://127.0.0.1:{port}" for port in ports))
    soak.settle(day)

    assert (day.faults, day.cut_off) == ({}, 0)
    assert [process.returncode for process in old] == [0, 0]
