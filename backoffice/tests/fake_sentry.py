"""Sentry as the product sees it: an address on this machine that keeps what it is sent."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from backoffice.tests import listening


@dataclass
class FakeSentry:
    dsn: str = ""
    bodies: list[bytes] = field(default_factory=list)

    @property
    def text(self) -> str:
        return b"".join(self.bodies).decode()

    @property
    def events(self) -> list[dict[str, Any]]:
        """An envelope is lines of JSON; those of events tell of exceptions."""
        lines = [json.loads(line) for body in self.bodies for line in body.splitlines() if line]
        return [line for line in lines if "exception" in line]


class Intake(listening.Service):
    bodies: list[bytes]

    def do_POST(self):
        body, is_packed = self.body(), self.headers.get("Content-Encoding") == "gzip"
        self.bodies.append(gzip.decompress(body) if is_packed else body)
        self.answer(200, b"{}")


@contextmanager
def on() -> Iterator[FakeSentry]:
    sentry = FakeSentry()
    with listening.listening(Intake, bodies=sentry.bodies) as port:
        sentry.dsn = f"http://public@127.0.0.1:{port}/1"
        yield sentry
