"""A service of somebody else's, played on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Service(BaseHTTPRequestHandler):
    """Says what it does by ``do_POST``, and nothing on the terminal."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def listening(service: type[Service], **knows: Any) -> Iterator[int]:
    """The port at which it answers, with attributes of this occasion."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (service,), knows))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
