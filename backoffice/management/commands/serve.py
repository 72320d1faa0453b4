"""``manage.py serve``: the web server and the workers, started and stopped together."""

import http.client
import os
import signal
import socket
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice import env, metrics
from backoffice.company import who
from backoffice.management import processes

SECONDS_TO_STOP = 30


class Command(BaseCommand):
    help = "Runs the web server and its workers until it is told to stop. HOST and PORT say where."

    def add_arguments(self, parser):
        parser.add_argument("--with-parent", action="store_true", help="also stop when the starting process has ended")

    def handle(self, *args, **options):
        self.parent = os.getppid() if options["with_parent"] else None
        self.host, self.port = env.text("HOST", "127.0.0.1"), env.number("PORT", 8000)
        self.stop_requested = False
        check_address(self.host, self.port)
        self.listen_for_stop()
        metrics.forget()
        children = {}
        try:
            children["web server"] = start_server(self.host, self.port)
            for name, queues in settings.WORKERS.items():
                children[name] = start_worker(queues)
            self.watch(children)
        finally:
            processes.stop(children, SECONDS_TO_STOP)

    def listen_for_stop(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self.request_stop)

    def request_stop(self, number, frame):
        self.stop_requested = True

    def watch(self, children):
        """Returns when a stop was requested; raises when a child ended by itself."""
        is_announced = False
        while not self.stop_requested and self.parent in (None, os.getppid()):
            if ended := [name for name, child in children.items() if child.poll() is not None]:
                raise CommandError(f"The {' and the '.join(ended)} ended unasked. Everything was stopped.")
            if not is_announced and is_answering(self.host, self.port):
                self.announce()
                is_announced = True
            time.sleep(0.1)

    def announce(self):
        lines = [f"{who.name()} is at http://{reachable(self.host)}:{self.port}/ (Ctrl-C stops it)"]
        lines += [f"  {role}: {name} / {word}" for role, (name, word) in self.demo_logins().items()]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def demo_logins(self):
        return getattr(settings, "DEMO_LOGINS", {}) if settings.DEMO else {}


def check_address(host: str, port: int) -> None:
    """Refuses with one sentence, before anything was started."""
    if not 0 < port < 65536:
        raise CommandError(f"PORT={port} is not between 1 and 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another port: make run PORT={port + 1}"
        ) from None


def start_server(host: str, port: int):
    options = ["--workers", "2", "--threads", "4", "--graceful-timeout", "15", "--log-level", "warning"]
    bind = ["--bind", f"{bracketed(host)}:{port}", "--no-control-socket"]
    return processes.start(
        [sys.executable, "-m", "gunicorn", "backoffice.wsgi", *bind, *options], cwd=settings.BASE_DIR
    )


def start_worker(queues: list[str]):
    """One for what is short and one for what may take long, so that an import never delays a mail."""
    concurrency = "1" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "4"
    return processes.start(
        [sys.executable, "manage.py", "ox_worker", "--queues", ",".join(queues), "--concurrency", concurrency],
        cwd=settings.BASE_DIR,
        env=os.environ | {"SQLITE_BUSY_SECONDS": "60"},  # a job can wait where a page would time out
    )


def is_answering(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable(host), port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500  # 400 where ALLOWED_HOSTS names the public host only
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host: str) -> str:
    """The address for a client on this machine: ``0.0.0.0`` listens everywhere and can be called nowhere."""
    return bracketed({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host))


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
