"""Sentry as the product sees it: an address on this machine that keeps what it is sent."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeSentry(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: list[bytes] = []

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server_port}/1"

    @property
    def text(self) -> str:
        return b"".join(self.bodies).decode()

    @property
    def events(self) -> list[dict[str, Any]]:
        """An envelope is lines of JSON; those of events tell of exceptions."""
        lines = [json.loads(line) for body in self.bodies for line in body.splitlines() if line]
        return [line for line in lines if "exception" in line]


class Handler(BaseHTTPRequestHandler):
    server: FakeSentry

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.bodies.append(gzip.decompress(body) if is_packed else body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        pass


@contextmanager
def listening() -> Iterator[FakeSentry]:
    with FakeSentry() as sentry:
        threading.Thread(target=sentry.serve_forever, daemon=True).start()
        try:
            yield sentry
        finally:
            sentry.shutdown()
