"""The record of what happened at the door."""

from typing import Any

from django.utils import timezone

from backoffice.access import addresses
from backoffice.access.models import SecurityEvent
from backoffice.logs import escaped

Kind = SecurityEvent.Kind


def record(
    kind: str,
    *,
    user: Any = None,
    user_name: str = "",
    request: Any = None,
    detail: str = "",
    by: str = "",
) -> SecurityEvent:
    """Writes one event. ``user``, or a name that may be nobody's, is whom it is about; ``by`` is who did it to them."""
    return SecurityEvent.objects.create(
        kind=kind,
        user_id=user.pk if user else None,
        user_name=printable(user.get_username() if user else user_name, 150),
        by=by,
        address=addresses.of(request) if request else "",
        detail=printable(detail, 300),
        at=timezone.now(),
    )


def printable(text: str, most: int) -> str:
    """At most ``most`` characters, with control characters shown as what they are."""
    return escaped(text[:most])[:most]
