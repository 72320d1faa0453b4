"""The ways out: mail through Anymail or SMTP, text messages and chats through Apprise. Each takes one message for one
recipient and raises when it is not taken."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import apprise
from anymail.message import AnymailMessage
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from notifications import faults, unsubscribing
from notifications.choices import Channel
from notifications.faults import GatewayError, NotTakenError
from notifications.models import Notification
from notifications.rendering import unsubscribe_link

SECRET = re.compile(r"[^/:@?&=]{6,}")


@dataclass(frozen=True)
class Receipt:
    provider: str
    message_id: str = ""


def hand_over(notification: Notification) -> Receipt:
    return WAYS[Channel(notification.channel)](notification)


def is_open(channel: str) -> bool:
    """Whether anything is set up for it."""
    return {Channel.EMAIL: True, Channel.TEXT: bool(settings.TEXT_URL), Channel.CHAT: bool(settings.CHATS)}[
        Channel(channel)
    ]


def hand_over_mail(notification: Notification) -> Receipt:
    check_address(notification.recipient)
    message = compose(notification)
    message.send()
    status = getattr(message, "anymail_status", None)
    check_taken(status)
    return Receipt(settings.EMAIL_PROVIDER, str(getattr(status, "message_id", "") or ""))


def check_taken(status: Any) -> None:
    """Anymail raises when a provider refuses every recipient that it names; one that it names in other words than ours
    is left unknown, and was not taken either."""
    if status and status.status and not status.message_id and not status.status & {"sent", "queued"}:
        raise NotTakenError(faults.said(status.esp_response) or _("The provider did not take it."))


def check_address(address: str) -> None:
    """Raises ValueError for what is not one plain address, before it stands in a header."""
    try:
        EmailValidator()(address)
    except ValidationError as error:
        raise ValueError(_("“%(value)s” is not an email address.") % {"value": address}) from error


def compose(notification: Notification) -> AnymailMessage:
    extra = unsubscribing.headers(unsubscribe_link(notification))
    message = AnymailMessage(
        notification.subject,
        notification.text,
        to=[notification.recipient],
        headers={"Message-ID": notification.message_id, **extra},
    )
    message.attach_alternative(notification.html, "text/html")
    message.metadata = {"notification": str(notification.pk)}
    return message


def hand_over_text(notification: Notification) -> Receipt:
    if not settings.TEXT_URL:
        raise ImproperlyConfigured(_("TEXT_URL is not set: there is no gateway for text messages."))
    if not re.fullmatch(r"\+[1-9]\d{6,14}", notification.recipient):
        message = _("“%(value)s” is not a phone number with country code.")
        raise ValueError(message % {"value": notification.recipient})
    return _notify(settings.TEXT_URL.replace("{phone}", notification.recipient), notification.text)


def hand_over_chat(notification: Notification) -> Receipt:
    if notification.recipient not in settings.CHATS:
        raise ImproperlyConfigured(_("CHATS does not name “%(chat)s”.") % {"chat": notification.recipient})
    return _notify(settings.CHATS[notification.recipient], notification.text)


def _notify(url: str, text: str) -> Receipt:
    """One target, one try: when to try again is decided by us."""
    gateway = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if not isinstance(gateway, apprise.NotifyBase):
        raise ImproperlyConfigured(f"Apprise does not know this kind of address: {url.partition(':')[0]}://…")
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        is_taken = gateway.notify(body=text, title="")
        words = log.getvalue().strip()
    if not is_taken:
        raise GatewayError(without_secrets(words, url) or "The gateway did not take it.")
    return Receipt(str(gateway.service_name))


def without_secrets(words: str, url: str) -> str:
    """A gateway's log may repeat the address it was called at, and with it the key."""
    parts = set(SECRET.findall(url.partition("://")[2]))
    for part in parts | {unquote(part) for part in parts}:
        words = words.replace(part, "…")
    return words


WAYS: dict[Channel, Callable[[Notification], Receipt]] = {
    Channel.EMAIL: hand_over_mail,
    Channel.TEXT: hand_over_text,
    Channel.CHAT: hand_over_chat,
}
