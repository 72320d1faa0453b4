"""A mail provider on this machine: it speaks the wire formats of Postmark and Mailgun, and fails as it is told.

It writes down every message that it accepted, and whether its answer reached the caller, so that a test can predict
exactly which messages must arrive twice. ``python -m notifications.tests.fake_provider`` prints its address and answers
until its input ends.
"""

import json
import re
import socket
import struct
import sys
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from urllib.parse import parse_qs

HANG_SECONDS = 1.0  # longer than the callers of the tests wait for an answer

REFUSALS = {"500": 500, "503": 503, "408": 408}
CUT_OFF = ("accept_then_hang", "accept_then_reset", "half_body", "garbage_json")  # taken, and nobody hears of it
SAFE = ("500", "503", "408", "429", "reset")  # not taken
PLANS = (*SAFE, *CUT_OFF)


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    key: str  # our number of it, from the metadata
    message_id: str
    to: str
    subject: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Provider:
    """``plan(message)`` says how to answer: a name of ``PLANS``, or blank for as it should be."""

    plan: Callable[[Received], str] = lambda message: ""
    on_answered: Callable[[Received], None] = lambda message: None
    accepted: list[Received] = field(default_factory=list)
    cut_off: Counter[str] = field(default_factory=Counter)  # by key: accepted, and the caller cannot know
    calls: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    url: str = ""
    lock: Lock = field(default_factory=Lock)

    def accept(self, message: Received, *, is_cut_off: bool) -> None:
        with self.lock:
            self.accepted.append(message)
            self.cut_off[message.key] += is_cut_off

    @property
    def copies(self) -> Counter[str]:
        return Counter(message.key for message in self.accepted)

    def environment(self) -> dict[str, str]:
        """For a process of its own, that reads its settings from there."""
        return {
            "EMAIL_PROVIDER": "postmark",
            "POSTMARK_SERVER_TOKEN": "right",
            "POSTMARK_API_URL": f"{self.url}/postmark/",
            "WEBHOOK_SECRET": "postmark:for-tests-only-0123",
        }


def random_faults(share: float, dice: Random) -> Callable[[Received], str]:
    """A share of the calls goes wrong, in every way; addresses that begin with ``bad`` are always refused."""
    lock = Lock()

    def plan(message: Received) -> str:
        if message.to.startswith("bad"):
            return "400"
        with lock:
            return dice.choice(PLANS) if dice.random() < share else ""

    return plan


@contextmanager
def serving(**options) -> Iterator[Provider]:
    provider = Provider(**options)
    handler = type("Handler", (Handler,), {"provider": provider})
    server = Server(("127.0.0.1", 0), handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Server(ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 100

    def handle_error(self, request, client_address):
        """A caller that was killed or gave up is part of the test."""


class Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        speak = Postmark if self.path.startswith("/postmark/") else Mailgun
        if not speak.knows(self):
            return self.answer(401, speak.refusal(401))
        message = speak.read(self, body)
        self.provider.calls[message.key].append(time.time())
        return self.go_wrong(self.provider.plan(message), message, speak)

    def go_wrong(self, plan: str, message: Received, speak) -> None:
        if plan in REFUSALS:
            return self.answer(REFUSALS[plan], speak.refusal(REFUSALS[plan]))
        if plan == "429":
            return self.answer(429, speak.refusal(429), {"Retry-After": "2"})
        if plan in ("400", "401"):
            return self.answer(speak.statuses[plan], speak.refusal(int(plan), message.to))
        if plan == "reset":
            return self.hang_up()
        self.provider.accept(message, is_cut_off=bool(plan))
        good = speak.receipt(message)
        if plan == "accept_then_hang":
            time.sleep(HANG_SECONDS)
        elif plan == "accept_then_reset":
            self.hang_up()
        elif plan == "half_body":
            self.answer(200, good, cut_at=len(good) // 2)
        elif plan == "garbage_json":
            self.answer(200, b"<html>Welcome to nginx</html>")
        else:
            self.answer(200, good)
            self.provider.on_answered(message)
        return None

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None, cut_at: int | None = None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut_at])
        self.wfile.flush()
        if cut_at is not None:
            self.hang_up()

    def hang_up(self) -> None:
        """Drops the connection without a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


class Postmark:
    """POST /email: JSON, the token in a header, refusals as ErrorCode within 422."""

    statuses = {"400": 422, "401": 401}

    @staticmethod
    def knows(request: Handler) -> bool:
        return request.headers.get("X-Postmark-Server-Token") == "right"

    @staticmethod
    def read(request: Handler, body: bytes) -> Received:
        data = json.loads(body)
        headers = {each["Name"].lower(): each["Value"] for each in data.get("Headers", [])}
        key = data.get("Metadata", {}).get("notification", "")
        return Received(key, headers.get("message-id", ""), data["To"], data.get("Subject", ""), headers)

    @staticmethod
    def receipt(message: Received) -> bytes:
        answer = {"To": message.to, "MessageID": str(uuid.uuid4()), "ErrorCode": 0, "Message": "OK"}
        return json.dumps(answer).encode()

    @staticmethod
    def refusal(status: int, to: str = "") -> bytes:
        words = {400: f"Invalid 'To' address: '{to}'."}
        code = 300 if status == 400 else status
        return json.dumps({"ErrorCode": code, "Message": words.get(status, f"Fake Postmark says {status}")}).encode()


class Mailgun:
    """POST /v3/domain/messages: a form, basic authentication, plain status codes."""

    statuses = {"400": 400, "401": 401}

    @staticmethod
    def knows(request: Handler) -> bool:
        return request.headers.get("Authorization") == "Basic YXBpOnJpZ2h0"  # api:right

    @staticmethod
    def read(request: Handler, body: bytes) -> Received:
        fields = form(request.headers["Content-Type"], body)
        headers = {name[2:].lower(): value for name, value in fields.items() if name.startswith("h:")}
        key = fields.get("v:notification", "")
        return Received(key, headers.get("message-id", ""), fields["to"], fields.get("subject", ""), headers)

    @staticmethod
    def receipt(message: Received) -> bytes:
        return json.dumps({"id": f"<{uuid.uuid4()}@fake>", "message": "Queued. Thank you."}).encode()

    @staticmethod
    def refusal(status: int, to: str = "") -> bytes:
        return json.dumps({"message": f"Fake Mailgun says {status}"}).encode()


def form(content_type: str, body: bytes) -> dict[str, str]:
    if not content_type.startswith("multipart/"):
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}
    whole = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=policy.default)
    found = ((re.findall(r'name="([^"]*)"', str(part["Content-Disposition"])), part) for part in whole.iter_parts())
    return {names[0]: str(part.get_content()).rstrip("\r\n") for names, part in found}


if __name__ == "__main__":
    with serving() as here:
        print(here.url, flush=True)
        sys.stdin.read()
