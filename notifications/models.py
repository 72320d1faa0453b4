"""Messages to people: one row per event, channel and recipient, written in the transaction of the event."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.history.models import ChangeSet
from backoffice.imports.models import ImportRun
from inventory.models import Item
from notifications import choices
from notifications.rulebook import Rule as Rule
from notifications.stops import Health as Health
from notifications.suppression import Suppression as Suppression
from notifications.wording import Wording as Wording
from orders.models import Order

State = choices.State


class NotificationQuerySet(models.QuerySet):
    def search(self, words: str):
        """The messages about the order with this number; else those to addresses that begin so."""
        of_order = self.filter(order__in=Order.objects.numbered(words))
        return of_order if of_order.exists() else self.filter(recipient__begins=words)

    def claim(self, pk: int, lease: uuid.UUID) -> bool:
        """Takes a message for sending, for as long as a lease lasts by the clock of the database.

        False when it has been sent, may not be sent, or somebody else is at it.
        """
        due = Q(state__in=choices.WAITING, next_try_at__isnull=False)
        abandoned = Q(state=State.SENDING, leased_until__lt=Now())
        claimed = self.filter(due | abandoned, pk=pk).update(
            state=State.SENDING,
            attempts=F("attempts") + 1,
            lease=lease,
            leased_until=Now() + settings.NOTIFICATION_LEASE,
        )
        return claimed == 1

    def leased(self, notification: "Notification"):
        """The row, as long as it is ours."""
        return self.filter(pk=notification.pk, lease=notification.lease, state=State.SENDING)

    def abandoned(self):
        """Their worker died while it was sending: nobody knows whether the provider took them."""
        return self.filter(state=State.SENDING, leased_until__lt=Now())

    def waiting(self):
        return self.filter(state__in=choices.WAITING, next_try_at__isnull=False)

    def need_you(self):
        return self.filter(state__in=choices.NEED_YOU).exclude(state=State.UNCERTAIN, next_try_at__isnull=False)


class Notification(models.Model):
    """One message to one recipient, and what became of it. This table is the outbox."""

    Event, Channel, State = choices.Event, choices.Channel, choices.State

    event = models.CharField(_("event"), max_length=20, choices=choices.Event)
    channel = models.CharField(_("channel"), max_length=5, choices=choices.Channel, default=choices.Channel.EMAIL)
    recipient = models.CharField(_("recipient"), max_length=320)
    who = models.CharField(_("who"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)  # blank is the shop's
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="notifications", verbose_name=_("order"))
    items = models.ManyToManyField(Item, related_name="notifications", verbose_name=_("items"))
    run = models.ForeignKey(ImportRun, models.CASCADE, null=True, related_name="+", verbose_name=_("import"))
    about = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="+", verbose_name=_("about"), db_index=False
    )
    repeats = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="repeated", verbose_name=_("sent again from")
    )
    digest = models.ForeignKey("self", models.CASCADE, null=True, related_name="gathered", verbose_name=_("sent in"))
    frequency = models.CharField(max_length=6, choices=choices.Frequency, blank=True)
    facts = models.JSONField(default=dict)  # what only the moment of the event knew
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    dedupe_key = models.CharField(max_length=450, unique=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    provider = models.CharField(_("provider"), max_length=40, blank=True)
    message_id = models.CharField(_("message id"), max_length=120, blank=True)
    provider_id = models.CharField(_("provider's id"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("provider's words"), blank=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(_("next try"), null=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="notifications")
    created_at = models.DateTimeField(_("queued"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["recipient", "id"],
                name="notification_recipient",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["state", "id"], name="notification_state"),
            models.Index(fields=["event", "id"], name="notification_event"),
            models.Index(fields=["channel", "id"], name="notification_channel"),
            models.Index(fields=["provider_id"], name="notification_provider_id", condition=~Q(provider_id="")),
        ]
        permissions = [
            ("export_notification", "Can export notifications"),
            ("resend_notification", "Can send a message again"),
            ("suppress_notification", "Can suppress the address of a message"),
        ]

    def __str__(self):
        return f"{self.get_event_display()} → {self.recipient}"

    @property
    def is_of_customer(self) -> bool:
        return self.event in choices.OF_ORDERS and self.channel != choices.Channel.CHAT

    @property
    def needs_you(self) -> bool:
        is_to_be_repeated = self.state == State.UNCERTAIN and self.next_try_at is not None
        return self.state in choices.NEED_YOU and not is_to_be_repeated

    def note(self, what: str, words: str = "", at: datetime | None = None) -> None:
        Happening.objects.create(notification=self, what=what, words=words, at=at or timezone.now())

    @transaction.atomic
    def mark_accepted(self, provider: str, provider_id: str) -> None:
        """The provider took it. A report of what became of it may have come before this is written."""
        sent = {"accepted_at": timezone.now(), "provider": provider, "provider_id": provider_id}
        rows = Notification.objects.filter(pk=self.pk)
        done = {"state": State.ACCEPTED, "error": "", "next_try_at": None, "leased_until": None}
        if not rows.filter(state__in=choices.below(State.ACCEPTED)).update(**sent, **done):
            rows.update(**sent)
        self.note(State.ACCEPTED)

    @transaction.atomic
    def mark_failed(self, words: str) -> bool:
        """No further try. False when the lease was lost to somebody else."""
        is_ours = self._leave(State.FAILED, error=words, next_try_at=None)
        if is_ours:
            self.note(State.FAILED, words)
        return is_ours

    @transaction.atomic
    def mark_uncertain(self, words: str, seconds: float | None) -> bool:
        """Nobody knows whether the provider took it. Repeated after so many seconds, with the same ids, or no more."""
        at = None if seconds is None else timezone.now() + timedelta(seconds=seconds)
        is_ours = self._leave(State.UNCERTAIN, error=words, next_try_at=at)
        if is_ours:
            self.note(State.UNCERTAIN, words)
        return is_ours

    @transaction.atomic
    def mark_delayed(self, words: str, seconds: float) -> bool:
        """Back in the queue after a passing fault."""
        at = timezone.now() + timedelta(seconds=seconds)
        is_ours = self._leave(State.QUEUED, error=words, next_try_at=at)
        if is_ours:
            self.note("delayed", words)
        return is_ours

    def mark_untried(self, words: str) -> None:
        """Back in the queue: the channel stands still, which is not this message's fault."""
        self._leave(State.QUEUED, error=words, next_try_at=timezone.now(), attempts=F("attempts") - 1)

    def mark_suppressed(self) -> None:
        self._leave(State.SUPPRESSED, next_try_at=None)

    def _leave(self, state: str, **values: Any) -> bool:
        rows = Notification.objects.leased(self)
        return rows.update(state=state, lease=None, leased_until=None, **values) == 1


class Happening(models.Model):
    """One step on the way of a message: what our worker met, and what the provider reported."""

    class What(models.TextChoices):
        ACCEPTED = "accepted", _("accepted by the provider")
        DELAYED = "delayed", _("delayed, will be tried again")
        UNCERTAIN = "uncertain", _("no answer: nobody knows whether it was taken")
        FAILED = "failed", _("failed")
        DEFERRED = "deferred", _("the mailbox makes the provider wait")
        DELIVERED = "delivered", _("delivered to the mailbox")
        OPENED = "opened", _("opened")
        CLICKED = "clicked", _("a link was followed")
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("marked as spam")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="happenings")
    what = models.CharField(_("what"), max_length=12, choices=What)
    words = models.TextField(_("words"), blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("happening")
        verbose_name_plural = _("happenings")
        ordering = ["at", "pk"]

    def __str__(self):
        return self.get_what_display()


class Report(models.Model):
    """What a provider told us, as it came. One row for one fact, however often it is told."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        APPLIED = "applied", _("applied")
        UNMATCHED = "unmatched", _("no such message")

    key = models.CharField(max_length=64, unique=True)
    provider = models.CharField(_("provider"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20)
    message_id = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=40, blank=True)  # our own number, from the metadata of the message
    recipient = models.CharField(_("recipient"), max_length=320, blank=True)
    words = models.TextField(_("words"), blank=True)
    at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.NEW)
    notification = models.ForeignKey(Notification, models.CASCADE, null=True, related_name="reports")

    class Meta:
        verbose_name = _("report of a provider")
        verbose_name_plural = _("reports of providers")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.provider} {self.kind}"


class CapturedMail(models.Model):
    """A mail that the capture backend kept instead of sending it."""

    recipient = models.CharField(_("recipient"), max_length=320)
    subject = models.CharField(_("subject"), max_length=998)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    message_id = models.CharField(_("message id"), max_length=120, unique=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("captured mail")
        verbose_name_plural = _("captured mails")
        ordering = ["-pk"]

    def __str__(self):
        return self.subject
