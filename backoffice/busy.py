"""When the database is busy: locks that clash in spite of their order are tried again, then answered in words.

A request whose transaction lost (deadlock 40P01, serialization 40001, lock timeout 55P03) has written nothing, so the
whole view runs again. SQLite has waited for its write lock already. What is busy still becomes a page that says so.
"""

import time
from random import uniform

from django.db import OperationalError, transaction
from django.shortcuts import render

ATTEMPTS = 3
TRY_AGAIN = {"40P01", "40001", "55P03"}
SQLITE_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED; extended codes carry them in the low byte


def is_passing(error: BaseException) -> bool:
    """Whether another try of the whole transaction may succeed at once."""
    return getattr(error.__cause__, "sqlstate", None) in TRY_AGAIN


def is_busy(error: BaseException) -> bool:
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return is_passing(error) or (code is not None and code & 0xFF in SQLITE_BUSY)


def answer_busy(request):
    response = render(request, "backoffice/busy.html", status=503)
    response["Retry-After"] = "5"
    return response


class BusyMiddleware:
    """Runs the view again when its locks clashed, up to three times, and answers 503 when that did not help."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return view(request, *args, **kwargs)
            except OperationalError as error:
                if transaction.get_connection().in_atomic_block or not is_busy(error):
                    raise
                if attempt == ATTEMPTS or not is_passing(error):
                    return answer_busy(request)
                time.sleep(uniform(0.05, 0.2) * attempt)
        return None
