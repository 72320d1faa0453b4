"""Errors reported to Sentry: where and of what kind, never of whom.

An event is built anew of what cannot hold personal data or a secret: the kind of each exception and the places in the
code that it came through. What the exception says, values of variables, the address, headers, cookies, forms, the
person and what was logged before stay out, since any of them may hold a name. They are in the product's own log, under
the request's id, which the event carries.
"""

from typing import Any

from django.conf import settings

from backoffice import logs

KEPT = {"event_id", "timestamp", "level", "platform", "logger", "transaction", "environment", "sdk", "type"}
OF_FRAME = {"filename", "function", "module", "lineno", "in_app", "context_line", "pre_context", "post_context"}


def start() -> None:
    """Nothing is imported without SENTRY_DSN."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=scrub,
        before_send_log=drop,
        before_send_transaction=drop,
    )


def drop(event: Any, hint: Any) -> None:
    """Errors only."""


def scrub(event: Any, hint: Any) -> Any:
    kept = {name: value for name, value in event.items() if name in KEPT}
    kept["exception"] = {"values": [exception(told) for told in event.get("exception", {}).get("values", [])]}
    kept["tags"] = {"request": logs.known().get("request", "")}
    return kept


def exception(told: dict[str, Any]) -> dict[str, Any]:
    frames = (told.get("stacktrace") or {}).get("frames", [])
    clean = [{name: value for name, value in frame.items() if name in OF_FRAME} for frame in frames]
    return {"type": told.get("type"), "module": told.get("module"), "stacktrace": {"frames": clean}}
