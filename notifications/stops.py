"""Channels that stand still: the provider refuses our key, or fails so often that it is left alone for a while.

What is to be sent stays queued meanwhile. A stop for bad settings ends when a message gets through again: one is tried
every minute, and staff can try at once.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.choices import Channel
from notifications.tasks import deliver_waiting

FAILURES_IN_A_ROW = 10
REST = timedelta(minutes=1)


class Health(models.Model):
    """How a channel does. Without a row it does well."""

    channel = models.CharField(_("channel"), max_length=5, choices=Channel, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    rests_until = models.DateTimeField(null=True)
    words = models.TextField(_("provider's words"), blank=True)

    class Meta:
        verbose_name = _("state of a channel")
        verbose_name_plural = _("states of channels")

    def __str__(self):
        return self.get_channel_display()

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    def is_resting(self) -> bool:
        return self.rests_until is not None and self.rests_until > timezone.now()


def health(channel: str) -> Health:
    return Health.objects.filter(channel=channel).first() or Health(channel=channel)


def stop(channel: str, words: str) -> bool:
    """The settings are wrong. True when that is news."""
    row, _is_new = Health.objects.get_or_create(channel=channel)
    known = Health.objects.filter(channel=channel, stopped_at=None)
    is_news = known.update(stopped_at=timezone.now(), words=words) == 1
    if not is_news:
        Health.objects.filter(pk=row.pk).update(words=words)
    return is_news


def note_failure(channel: str, words: str) -> None:
    """A passing fault. Many in a row and the provider is left alone for a minute."""
    row, _is_new = Health.objects.get_or_create(channel=channel)
    Health.objects.filter(pk=row.pk).update(failures=F("failures") + 1, words=words)
    tired = Health.objects.filter(pk=row.pk, failures__gte=FAILURES_IN_A_ROW)
    tired.update(rests_until=timezone.now() + REST, failures=0)


def note_success(channel: str) -> bool:
    """True when the channel had been stopped, so that what waits can go."""
    failing = models.Q(failures__gt=0) | models.Q(rests_until__isnull=False) | models.Q(stopped_at__isnull=False)
    was_stopped = Health.objects.filter(channel=channel, stopped_at__isnull=False).exists()
    Health.objects.filter(failing, channel=channel).update(failures=0, rests_until=None, stopped_at=None, words="")
    return was_stopped


def resume(channel: str) -> None:
    """Somebody put the settings right: what waits is tried now, and stops it again if they are still wrong."""
    Health.objects.filter(channel=channel).update(failures=0, rests_until=None, stopped_at=None)
    deliver_waiting.enqueue(channel)
