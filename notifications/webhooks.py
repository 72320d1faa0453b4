"""The one address at which the chosen provider reports what became of mails. Without a secret there is none."""

import json
import time
from collections.abc import Callable
from functools import wraps

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from backoffice.mail_providers import PROVIDERS, Provider

View = Callable[..., HttpResponse]
WINDOW = 15 * 60  # seconds by which a signed moment may differ from our clock
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, AnymailAPIError, AnymailConfigurationError)


def patterns(name: str) -> list[URLPattern]:
    provider = PROVIDERS[name]
    if not provider.webhook or not has_secret(provider):
        return []
    view = import_string(provider.webhook).as_view()
    return [path(f"webhooks/{name}/", guarded(view, SIGNED_AT.get(name)), name="mail_reports")]


def has_secret(provider: Provider) -> bool:
    is_signed = any(settings.ANYMAIL.get(name) for name in provider.signing)
    return is_signed or (bool(settings.ANYMAIL.get("WEBHOOK_SECRET")) and not provider.must_sign)


def guarded(view: View, signed_at: Callable[[HttpRequest], float] | None) -> View:
    """A batch is taken whole or not at all, and what cannot be read is the sender's mistake."""

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            with transaction.atomic():
                if request.method == "POST" and signed_at and abs(time.time() - signed_at(request)) > WINDOW:
                    return HttpResponseBadRequest("The signature is too old.\n", content_type="text/plain")
                return view(request, *args, **kwargs)
        except UNREADABLE:
            return HttpResponseBadRequest("This cannot be read.\n", content_type="text/plain")

    return answer


def mailgun_signed_at(request: HttpRequest) -> float:
    if request.content_type == "application/json":
        return float(json.loads(request.body)["signature"]["timestamp"])
    return float(request.POST["timestamp"])


SIGNED_AT: dict[str, Callable[[HttpRequest], float]] = {"mailgun": mailgun_signed_at}
