"""What runs every minute so that nothing is ever stuck, and what gathers digests."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from backoffice.history.change_sets import Source, change_set
from backoffice.history.change_sets import current as current_act
from notifications import delivery, outbox
from notifications.audience import Recipient
from notifications.choices import Event, State
from notifications.models import Notification
from notifications.stops import Health
from notifications.tasks import deliver, deliver_waiting

FORGOTTEN_AFTER = timedelta(minutes=5)
AT_ONCE = 1000  # messages taken up in one go; the next minute takes the next


def look_after() -> None:
    release_abandoned()
    take_up_forgotten()
    for health in Health.objects.exclude(stopped_at=None):
        try_stopped(health.channel)
    for health in Health.objects.filter(rests_until__lt=timezone.now()):
        Health.objects.filter(pk=health.pk, rests_until=health.rests_until).update(rests_until=None)
        deliver_waiting.enqueue(health.channel)


def release_abandoned() -> None:
    """A worker died while it was sending: the message is uncertain, and repeated with the same ids."""
    for notification in Notification.objects.abandoned()[:AT_ONCE]:
        with transaction.atomic():
            words = "The worker stopped while it was sending this."
            if notification.attempts >= delivery.MOST_ATTEMPTS:
                notification.mark_uncertain(words, None)
            elif notification.mark_uncertain(words, 0):
                deliver.enqueue(notification.pk)


def take_up_forgotten() -> None:
    """Messages whose moment is long past have lost their task. Those of a channel that stands still wait for it."""
    resting = Health.objects.exclude(stopped_at=None, rests_until=None).values("channel")
    late = Notification.objects.waiting().filter(next_try_at__lt=timezone.now() - FORGOTTEN_AFTER)
    for notification in late.exclude(channel__in=resting).order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            Notification.objects.filter(pk=notification.pk).update(next_try_at=timezone.now())
            deliver.enqueue(notification.pk)


def try_stopped(channel: str) -> None:
    """Whether the settings are right by now is found out with the message that waits longest."""
    if oldest := Notification.objects.waiting().filter(channel=channel).order_by("pk").first():
        delivery.send(oldest.pk, is_trial=True)
    else:
        Health.objects.filter(channel=channel).update(stopped_at=None, words="")


def enqueue_waiting(channel: str) -> None:
    due = Notification.objects.waiting().filter(channel=channel, next_try_at__lte=timezone.now())
    for key in list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        deliver.enqueue(key)


def gather(frequency: str) -> None:
    """One digest for each recipient of what was held for it."""
    waiting: dict[Recipient, list[int]] = defaultdict(list)
    held = Notification.objects.filter(state=State.HELD, frequency__in=frequencies(frequency))
    facts = held.order_by("pk").values_list("pk", "who", "channel", "recipient", "language")
    for key, who, channel, address, language in facts:
        waiting[Recipient(who, channel, address, language=language)].append(key)
    for recipient, keys in waiting.items():
        with change_set(Source.WORKER, summary="Digest"), transaction.atomic():
            gather_for(recipient, keys)


def frequencies(frequency: str) -> list[str]:
    """What was held because too much came at once goes with the hourly digest."""
    return [frequency, ""] if frequency == "hourly" else [frequency]


def gather_for(recipient: Recipient, keys: list[int]) -> None:
    held = Notification.objects.filter(pk__in=keys, state=State.HELD)
    digests = outbox.queue(Event.DIGEST, str(current_act().pk), [recipient])
    for digest in digests:
        held.update(state=State.IN_DIGEST, digest=digest)
