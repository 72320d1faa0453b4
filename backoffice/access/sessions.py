"""Sessions in the database that know whose they are. ``SESSION_ENGINE`` names this module."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backoffice.access import addresses

ORIGIN = "origin"  # where the session was begun, kept in the session itself until its row is written
SEEN = "seen"  # when it was last used, to some minutes
SEEN_EVERY = timedelta(minutes=5)  # so that reading a page seldom writes


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        from backoffice.access.models import Session

        return Session

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        origin = data.get(ORIGIN, {})
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.address, row.agent = origin.get("address", ""), origin.get("agent", "")
        row.begun = _moment(origin.get("begun"))
        return row


def remember_origin(request: Any) -> None:
    """Says in the session where it was begun; its row takes it over."""
    request.session[ORIGIN] = {
        "address": addresses.of(request),
        "agent": addresses.agent_of(request),
        "begun": timezone.now().isoformat(),
    }


def is_over(session: Any) -> bool:
    """Whether the session was begun too long ago, or left alone for too long. Notes that it is used."""
    now, begun = timezone.now(), _moment(session.get(ORIGIN, {}).get("begun"))
    seen = _moment(session.get(SEEN)) or begun
    if not (begun and seen):
        return True
    if now - begun > timedelta(hours=settings.SESSION_HOURS) or now - seen > timedelta(minutes=settings.IDLE_MINUTES):
        return True
    if now - seen > SEEN_EVERY:
        session[SEEN] = now.isoformat()
    return False


def _moment(text: str | None):
    return parse_datetime(text) if text else None


def of(user_id: int):
    """The sessions of one person that have not run out, newest first."""
    live = SessionStore.get_model_class().objects.filter(user_id=user_id, expire_date__gt=timezone.now())
    return live.order_by("-begun")


def end_all(user_id: int, but: str | None = None) -> int:
    """Ends every session of a person, except the one whose key is ``but``; returns how many."""
    return of(user_id).exclude(session_key=but).delete()[0]
