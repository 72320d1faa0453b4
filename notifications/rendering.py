"""From facts and wording to what is sent."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import override

from backoffice.company import who
from notifications import facts, unsubscribing, wording
from notifications.choices import COURTESIES, Channel
from notifications.models import Notification

LONGEST_SUBJECT = 200
LONGEST_SHORT = 900  # six text messages in a row


@dataclass(frozen=True)
class Parts:
    subject: str
    text: str
    html: str


class WordingError(Exception):
    """The wording cannot be filled: this message cannot be sent until somebody changes it."""


def parts_of(notification: Notification) -> Parts:
    """In the language of who gets it. Raises WordingError in the words of the template language."""
    language = language_of(notification)
    sources = wording.sources(notification.event, language)
    with override(language):
        if notification.channel != Channel.EMAIL:
            return _guarded(short_parts, sources, facts.of(notification))
        return _guarded(mail_parts, sources, facts.of(notification), unsubscribe_link(notification))


def language_of(notification: Notification) -> str:
    """The shop's for who chose none, or one that is spoken no more."""
    chosen = notification.language
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _guarded(build, *args: Any) -> Parts:
    try:
        return build(*args)
    except Exception as error:  # whatever staff wrote, one message fails and the others go on
        raise WordingError(f"{type(error).__name__}: {error}") from error


def unsubscribe_link(notification: Notification) -> str:
    if notification.event not in COURTESIES:
        return ""
    return unsubscribing.link(notification.channel, notification.recipient)


def short_parts(sources: dict[str, str], known: facts.Facts) -> Parts:
    text = " ".join(wording.fill(sources["short"], known).split())
    return Parts("", text[:LONGEST_SHORT], "")


def mail_parts(sources: dict[str, str], known: facts.Facts, unsubscribe: str = "") -> Parts:
    subject = " ".join(wording.fill(sources["subject"], known).split())
    body = wording.fill(sources["html"], known, is_html=True)
    frame = {
        "subject": subject,
        "body": mark_safe(body),  # its facts were escaped when it was filled
        "text": wording.fill(sources["text"], known).strip(),
        "company": who.name(),
        "unsubscribe": unsubscribe,
    }
    text, html = (unmarked(render_to_string(f"notifications/mail.{part}", frame)) for part in ("txt", "html"))
    return Parts(shortened(subject), text, html)


def unmarked(text: str) -> str:
    """What a template renders counts as safe markup; a page that shows it must escape it."""
    return "".join([text])


def shortened(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1]}…"
