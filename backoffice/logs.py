"""Log lines that say in which request, by whom and in which change set, and that nobody outside can forge.

A request's path is logged without its query, which may hold what people search for. Control characters are shown as
what they are, so that one event stays one line.
"""

import json
import logging
import re
import time
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

requests = logging.getLogger("backoffice.requests")
SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

_known: ContextVar[dict[str, Any] | None] = ContextVar("known", default=None)


def escaped(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class LineFormatter(logging.Formatter):
    """For people. A traceback follows on lines of its own; the message itself stays one line."""

    def formatMessage(self, record):
        return escaped(super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what is known of the request."""

    def format(self, record):
        return json.dumps({**self._said(record), **known(), **getattr(record, "facts", {})}, ensure_ascii=True)

    def _said(self, record: logging.LogRecord) -> dict[str, Any]:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        return {**said, "exception": self.formatException(record.exc_info)} if record.exc_info else said


def known() -> dict[str, Any]:
    """What is known of the request that is on; nothing outside of one."""
    return _known.get() or {}


def note(**facts: Any) -> None:
    """Adds to what every further line of this request says, such as its change set."""
    known().update(facts)


class RequestLogMiddleware:
    """Gives each request an id, which its answer carries too, and logs it with status and milliseconds."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        facts = {"request": id_of(request), "user": request.user.get_username()}
        token, started = _known.set(facts), time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = facts["request"]
            log(request, response, started)
            return response
        finally:
            _known.reset(token)


def id_of(request: HttpRequest) -> str:
    """The id that a proxy gave the request, if it looks like one, else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if SAFE_ID.fullmatch(given) else uuid.uuid4().hex


def log(request: HttpRequest, response: HttpResponse, started: float) -> None:
    milliseconds = round((time.monotonic() - started) * 1000)
    facts = {"method": request.method, "path": request.path, "status": response.status_code, "ms": milliseconds}
    message = "%s %s %s %d ms", request.method, request.path, response.status_code, milliseconds
    requests.info(*message, extra={"facts": facts})
