"""Locking out who guesses passwords: an account from one address soon, an address as a whole a little later.

Never an account everywhere: whoever knows a name could keep its owner out.
"""

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.db.models import Sum
from django.shortcuts import render

LONGEST_NAME = 255
LENIENCE = 4  # an address, which a whole office may share, may fail this many times as often as an account from it


class LockoutHandler(AxesDatabaseHandler):
    """Counts the failures of the account from this address, and of the address, against one limit."""

    def get_failures(self, request, credentials=None):
        by_address, by_account = (
            attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(by_account, by_address // LENIENCE)


def name_of(request, credentials=None) -> str:
    """The name that was typed, as long as a row of axes takes: PostgreSQL refuses a longer one."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(typed)[:LONGEST_NAME]


def was_locked_out(request) -> bool:
    """Whether the lock stood before this try, which then is no news: axes has not counted it."""
    return getattr(request, "axes_locked_out", False) and request.axes_failures_since_start is None


def answer(request, response=None, credentials=None):
    """The page that who is locked out sees. It is the same whether the account exists or not."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    locked = render(request, "access/locked_out.html", {"minutes": minutes}, status=429)
    locked["Retry-After"] = str(minutes * 60)
    return locked
