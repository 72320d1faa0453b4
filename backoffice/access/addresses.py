"""Where a request comes from, as far as that can be trusted."""

from django.conf import settings
from django.http import HttpRequest

from backoffice.access.models import ADDRESS_LENGTH, AGENT_LENGTH


def of(request: HttpRequest) -> str:
    """The address of the client. Behind ``PROXY_COUNT`` proxies, the one that the outermost of them saw.

    What a client writes into X-Forwarded-For itself stands further left, and is not looked at.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.PROXY_COUNT
    seen = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    return seen[:ADDRESS_LENGTH]


def agent_of(request: HttpRequest) -> str:
    agent = request.headers.get("User-Agent", "")
    return "".join(character for character in agent if character.isprintable())[:AGENT_LENGTH]
