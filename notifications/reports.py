"""What providers report of messages: kept as it comes, once, and applied by the worker.

A report may only move a message forward, note what happened to it, and suppress its address. It never creates a
message's order, customer or user, and never touches one.
"""

import hashlib
from datetime import timedelta
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.history.change_sets import Source, change_set
from notifications import outbox
from notifications.choices import NEED_YOU, State, below
from notifications.models import Happening, Notification, Report
from notifications.suppression import Suppression, address_key, suppress
from notifications.tasks import apply_report

What = Happening.What
FIRST = 50  # before messages that wait: what a report says keeps some of them from being sent
KEPT_FOR = timedelta(days=90)
LONGEST_WORDS = 2000

KINDS = {
    EventType.DELIVERED: What.DELIVERED,
    EventType.OPENED: What.OPENED,
    EventType.CLICKED: What.CLICKED,
    EventType.DEFERRED: What.DEFERRED,
    EventType.BOUNCED: What.BOUNCED,
    EventType.REJECTED: What.BOUNCED,
    EventType.FAILED: What.FAILED,
    EventType.COMPLAINED: What.COMPLAINED,
    EventType.UNSUBSCRIBED: What.UNSUBSCRIBED,
}
STATES = {
    What.DELIVERED: State.DELIVERED,
    What.OPENED: State.OPENED,
    What.CLICKED: State.OPENED,
    What.BOUNCED: State.BOUNCED,
    What.FAILED: State.FAILED,
    What.COMPLAINED: State.COMPLAINED,
}
SUPPRESS = {
    What.BOUNCED: Suppression.Reason.BOUNCED,
    What.COMPLAINED: Suppression.Reason.COMPLAINED,
    What.UNSUBSCRIBED: Suppression.Reason.UNSUBSCRIBED,
}


def keep(event: AnymailTrackingEvent, provider: str) -> None:
    """Inserts and returns. A report that was told before leaves no second row and no second task."""
    if event.event_type not in KINDS:
        return
    with transaction.atomic():
        report, is_new = Report.objects.get_or_create(key=key_of(event, provider), defaults=fields_of(event, provider))
        if is_new:
            apply_report.using(priority=FIRST).enqueue(report.pk)


def key_of(event: AnymailTrackingEvent, provider: str) -> str:
    """Many providers number their events; where one does not, the fact itself is the key."""
    facts = [event.message_id, event.recipient, event.event_type, event.timestamp and event.timestamp.isoformat()]
    parts = [provider, *([event.event_id] if event.event_id else facts)]
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()


def fields_of(event: AnymailTrackingEvent, provider: str) -> dict[str, Any]:
    words = event.mta_response or event.description or event.reject_reason or ""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    return {
        "provider": provider,
        "kind": KINDS[event.event_type],
        "message_id": plain(event.message_id, 200),
        "reference": plain(metadata.get("notification"), 40),
        "recipient": plain(event.recipient, 320),
        "words": plain(words, LONGEST_WORDS),
        "at": event.timestamp or timezone.now(),
    }


def plain(value: Any, longest: int) -> str:
    return str(value or "").replace("\0", "")[:longest]


def apply(report_id: int) -> None:
    """What the report changes. Safe to repeat: a report is applied once."""
    with change_set(Source.WORKER, summary="Report of the mail provider"), transaction.atomic():
        _apply(Report.objects.get(pk=report_id))


def _apply(report: Report) -> None:
    notification = find(report)
    outcome = Report.Outcome.APPLIED if notification else Report.Outcome.UNMATCHED
    new = Report.objects.filter(pk=report.pk, outcome=Report.Outcome.NEW)
    if new.update(outcome=outcome, notification=notification) != 1 or not notification:
        return
    notification.note(report.kind, report.words, report.at)
    move(notification, report)
    if reason := SUPPRESS.get(What(report.kind)):
        suppress(notification.channel, notification.recipient, reason, report.words)


def find(report: Report) -> Notification | None:
    """By our number where the provider gives it back, by its own otherwise; and only if it went to that address."""
    ours = Q(pk=int(report.reference)) if report.reference.isascii() and report.reference.isdecimal() else Q()
    theirs = Q(provider_id=report.message_id) if report.message_id else Q()
    if not (ours or theirs):
        return None
    found = Notification.objects.filter(ours or theirs).order_by("pk").first()
    if found and report.recipient and address_key(report.recipient) != address_key(found.recipient):
        return None
    return found


def move(notification: Notification, report: Report) -> None:
    """Forward only. A message that came back is told to those who look after it."""
    state = STATES.get(What(report.kind))
    if not state:
        return
    values = {"error": report.words} if state in NEED_YOU else {}
    rows = Notification.objects.filter(pk=notification.pk, state__in=below(state))
    if rows.update(state=state, next_try_at=None, leased_until=None, **values) and state in NEED_YOU:
        notification.refresh_from_db()
        outbox.queue_failure(notification)


def forget_old() -> None:
    """Reports are applied by then; what they meant stays with the message."""
    Report.objects.filter(received_at__lt=timezone.now() - KEPT_FOR).delete()
