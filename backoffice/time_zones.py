"""Times in the reader's own zone. What is stored is UTC; lists, timelines and the days of Today follow the reader."""

import zoneinfo

from django.http import HttpRequest
from django.utils import timezone

from backoffice.models import Preferences

KEY = "time_zone"  # in the session


class TimeZoneMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(chosen(request) or None):
            return self.get_response(request)


def chosen(request: HttpRequest) -> str:
    """The zone of who is signed in; blank for the company's. A zone that this machine no longer knows is none."""
    name = request.session.get(KEY, "")
    return name if name in zoneinfo.available_timezones() else ""


def remember(request: HttpRequest, user) -> None:
    """Puts a person's choice into the session that begins."""
    known = Preferences.objects.filter(user=user).values_list("time_zone", flat=True)
    request.session[KEY] = known.first() or ""
