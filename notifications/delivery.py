"""From outbox row to provider: render from committed data, hand over, mark. Safe to repeat.

At least once, never lost: a row is marked accepted only after the provider took it, and a repeat carries the same
Message-ID, so that a provider or mailbox can tell that it is the same message. No transaction is open while the
provider is asked.
"""

import logging
import uuid
from datetime import timedelta
from random import uniform

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notifications import channels, faults, outbox, rendering, stops, suppression
from notifications.faults import Fault, Meaning
from notifications.models import Notification
from notifications.tasks import deliver, deliver_waiting

MOST_ATTEMPTS = 12
logger = logging.getLogger(__name__)


def send(notification_id: int, *, is_trial: bool = False) -> None:
    """Sends one message unless that was done. ``is_trial`` tries it although its channel stands still."""
    notification = Notification.objects.select_related("order__customer", "run", "about__order").get(pk=notification_id)
    health = stops.health(notification.channel)
    if (health.is_stopped and not is_trial) or health.is_resting():
        return  # it stays queued: ``upkeep`` takes it up again
    notification.lease = uuid.uuid4()
    if not Notification.objects.claim(notification_id, notification.lease):
        return
    notification.attempts += 1
    if is_suppressed(notification):
        notification.mark_suppressed()
        return
    try:
        prepare(notification)
        receipt = channels.hand_over(notification)
    except Exception as error:
        settle(notification, faults.judge(error))
    else:
        notification.mark_accepted(receipt.provider, receipt.message_id)
        go_on(health)


def is_suppressed(notification: Notification) -> bool:
    """The address may have bounced since the message was queued."""
    addresses = {notification.recipient}
    return bool(suppression.suppressed(notification.channel, addresses, notification.event))


def prepare(notification: Notification) -> None:
    """Fills in what is sent, once: a repeat sends the very same, and the row is the record of it."""
    if notification.message_id:
        return
    parts = rendering.parts_of(notification)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    notification.subject, notification.text, notification.html = parts.subject, parts.text, parts.html
    notification.message_id = f"<notification-{notification.pk}@{domain}>"
    notification.save(update_fields=["subject", "text", "html", "message_id"])


def settle(notification: Notification, fault: Fault) -> None:
    """What becomes of a message that was not taken."""
    if fault.meaning is Meaning.CONFIGURATION:
        stand_still(notification, fault)
    elif fault.meaning is Meaning.PERMANENT:
        give_up(notification, fault.words)
    else:
        stops.note_failure(notification.channel, fault.words)
        try_later(notification, fault)


def stand_still(notification: Notification, fault: Fault) -> None:
    notification.mark_untried(fault.words)
    if stops.stop(notification.channel, fault.words):
        logger.error("%s stands still, messages stay queued: %s", notification.get_channel_display(), fault.words)


@transaction.atomic
def give_up(notification: Notification, words: str) -> None:
    if notification.mark_failed(words):
        outbox.queue_failure(Notification.objects.get(pk=notification.pk))


@transaction.atomic
def try_later(notification: Notification, fault: Fault) -> None:
    """The next try is a task of its own, written with the state: a message that waits has one."""
    is_ambiguous = fault.meaning is Meaning.AMBIGUOUS
    if notification.attempts >= MOST_ATTEMPTS:
        is_ours = notification.mark_uncertain(fault.words, None) if is_ambiguous else False
        return None if is_ours else give_up(notification, fault.words)
    seconds = back_off(notification.attempts, fault.retry_after)
    mark = notification.mark_uncertain if is_ambiguous else notification.mark_delayed
    if mark(fault.words, seconds):
        deliver.using(run_after=timezone.now() + timedelta(seconds=seconds)).enqueue(notification.pk)
    return None


def back_off(attempts: int, retry_after: float = 0.0) -> float:
    """Seconds to the next try: doubling from 10 s to an hour, with jitter so that retries do not come in herds; never
    sooner than the provider asked for."""
    ceiling = min(3600, 10 * 2 ** (attempts - 1))
    return max(uniform(ceiling / 2, ceiling), retry_after)


def go_on(health: stops.Health) -> None:
    """It gets through. If the channel stood still, what waits may go."""
    is_ailing = health.failures or health.rests_until or health.stopped_at
    if is_ailing and stops.note_success(health.channel):
        deliver_waiting.enqueue(health.channel)
