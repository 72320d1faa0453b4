"""What an error while sending means: try again, never again, stop everything, or nobody knows.

Anymail and smtplib raise what the provider said; this is the one place that judges it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPHeloError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.exceptions import ImproperlyConfigured
from urllib3.exceptions import NewConnectionError

from notifications.rendering import WordingError

LONGEST_WAIT = 3600
LONGEST_WORDS = 2000
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

REFUSES_US = {401, 402, 403, 404, 405}  # wrong key, unpaid, not allowed, wrong domain: true of every message
PASSES = {408, 409, 425, 429}


class Meaning(Enum):
    PERMANENT = "permanent"
    TRANSIENT = "transient"
    CONFIGURATION = "configuration"
    AMBIGUOUS = "ambiguous"  # it may have been taken: the answer never came


@dataclass(frozen=True)
class Fault:
    meaning: Meaning
    words: str
    retry_after: float = 0.0


class NotTakenError(Exception):
    """The provider answered, and does not send this message."""


class GatewayError(Exception):
    """A text or chat gateway said no; which kind of no Apprise does not tell, so it is tried again."""


def judge(error: BaseException) -> Fault:
    return Fault(meaning_of(error), words_of(error), retry_after_of(error))


def meaning_of(error: BaseException) -> Meaning:
    if isinstance(error, ImproperlyConfigured | SMTPAuthenticationError | SMTPNotSupportedError | SMTPSenderRefused):
        return Meaning.CONFIGURATION
    if isinstance(error, requests.RequestException | AnymailAPIError):
        return _of_http(error)
    if isinstance(error, SMTPRecipientsRefused):
        return _of_code(max(code for code, _words in error.recipients.values()))
    if isinstance(error, SMTPConnectError | SMTPHeloError):
        return Meaning.TRANSIENT
    if isinstance(error, SMTPResponseException):
        return _of_code(error.smtp_code)
    if isinstance(error, SMTPServerDisconnected | TimeoutError):
        return Meaning.AMBIGUOUS
    if isinstance(error, PERMANENT):
        return Meaning.PERMANENT
    return Meaning.TRANSIENT


PERMANENT = (
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
    NotTakenError,
    WordingError,
    ValueError,  # a header or an address that cannot be written, from Django or the standard library
)


def _of_http(error: Any) -> Meaning:
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if status is None:
        return Meaning.TRANSIENT if never_arrived(error) else Meaning.AMBIGUOUS
    if 200 <= status < 300:
        return Meaning.AMBIGUOUS  # it said yes in words that cannot be read
    if status in REFUSES_US:
        return Meaning.CONFIGURATION
    return Meaning.PERMANENT if 400 <= status < 500 and status not in PASSES else Meaning.TRANSIENT


def never_arrived(error: BaseException | None) -> bool:
    """Whether the request did not reach the provider: no name, no connection, no TLS."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | NewConnectionError):
            return True
        reason = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        error = getattr(error, "reason", None) or error.__cause__ or error.__context__ or reason
        error = error if isinstance(error, BaseException) else None
    return False


def _of_code(code: int) -> Meaning:
    return Meaning.PERMANENT if code >= 500 else Meaning.TRANSIENT


def retry_after_of(error: BaseException) -> float:
    """Seconds that the provider asks for, as a number or a date, within reason."""
    response = getattr(error, "response", None)
    text = response.headers.get("Retry-After", "") if response is not None else ""
    return min(max(_seconds(text), 0.0), LONGEST_WAIT)


def _seconds(text: str) -> float:
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def words_of(error: BaseException) -> str:
    """The provider's own words where it said any, and what went wrong on the way otherwise."""
    words = said(getattr(error, "response", None)) or _refusal(error) or str(error) or type(error).__name__
    return INVISIBLE.sub("�", words)[:LONGEST_WORDS].strip()


def said(response: Any) -> str:
    if response is None:
        return ""
    head = f"{response.status_code} {response.reason or ''}".strip()
    return f"{head}: {_in_body(response)}".removesuffix(": ")


def _in_body(response: Any) -> str:
    try:
        body = response.json()
    except ValueError:
        return response.text.strip()
    found = body if isinstance(body, dict) else {}
    errors = found.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    named = [found.get("Message"), found.get("message"), first.get("message") if isinstance(first, dict) else first]
    return next((str(words) for words in named if words), response.text.strip())


def _refusal(error: BaseException) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(f"{code} {_text(words)}" for code, words in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return ""


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
