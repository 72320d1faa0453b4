"""Messages to people: one row per event, channel and recipient, written in the transaction of the event."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.history.models import ChangeSet
from orders.models import Order


class NotificationQuerySet(models.QuerySet):
    def claim(self, pk: int) -> bool:
        """Takes a message for sending; False when it was accepted or failed already. A repeat after a crash is True."""
        sending = Notification.State.SENDING
        waiting = self.filter(pk=pk, state__in=[Notification.State.QUEUED, sending])
        return waiting.update(state=sending, attempts=models.F("attempts") + 1) == 1


class Notification(models.Model):
    """One message to one recipient, and what became of it. This table is the outbox."""

    class Event(models.TextChoices):
        ORDER_CONFIRMED = "order_confirmed", _("order confirmed")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        ACCEPTED = "accepted", _("accepted")
        FAILED = "failed", _("failed")
        WITHHELD = "withheld", _("not sent, as was chosen")

    event = models.CharField(_("event"), max_length=30, choices=Event)
    order = models.ForeignKey(Order, models.CASCADE, related_name="notifications", verbose_name=_("order"))
    recipient = models.EmailField(_("recipient"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED, db_index=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    message_id = models.CharField(_("message id"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("provider's words"), blank=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="notifications")
    created_at = models.DateTimeField(_("queued"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        permissions = [("export_notification", "Can export notifications")]

    def __str__(self):
        return f"{self.get_event_display()} → {self.recipient}"

    def mark_accepted(self) -> None:
        self.state, self.error, self.accepted_at = self.State.ACCEPTED, "", timezone.now()
        self.save()

    def mark_failed(self, error: str) -> None:
        self.state, self.error = self.State.FAILED, error
        self.save()

    def mark_waiting(self, error: str) -> None:
        """Back in the queue after a passing fault."""
        self.state, self.error = self.State.QUEUED, error
        self.save()


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
