"""Addresses that nothing is sent to: they bounced, complained, unsubscribed, or staff said so."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.history.models import History, Tracked
from notifications.choices import COURTESIES, Channel


def address_key(address: str) -> str:
    return address.strip().casefold()


class Suppression(Tracked):
    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("it bounced")
        COMPLAINED = "complained", _("marked as spam")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed from what is not about an order placed")
        BY_HAND = "by_hand", _("set by hand")

    channel = models.CharField(_("channel"), max_length=5, choices=Channel, default=Channel.EMAIL)
    address = models.CharField(_("address"), max_length=320)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, default=Reason.BY_HAND)
    words = models.TextField(_("provider's words"), blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    is_active = models.BooleanField(_("suppressed"), default=True)
    reactivated_at = models.DateTimeField(_("reactivated"), null=True)
    reactivated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    history = History()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address", "reason"],
                name="suppression_once",
                violation_error_message=_("This address is in the list already."),
            )
        ]
        permissions = [("reactivate_suppression", "Can let messages go to a suppressed address again")]

    def __str__(self):
        return self.address

    def save(self, *args, **kwargs):
        self.address = address_key(self.address)
        super().save(*args, **kwargs)

    def reactivate(self, user) -> None:
        self.is_active, self.reactivated_at, self.reactivated_by = False, timezone.now(), user
        self.save()


def suppress(channel: str, address: str, reason: str, words: str = "") -> None:
    """Nothing goes there any more. Saying it twice changes nothing."""
    row, is_new = Suppression.objects.get_or_create(
        channel=channel, address=address_key(address), reason=reason, defaults={"words": words}
    )
    if not is_new and not row.is_active:
        row.is_active, row.words, row.since = True, words, timezone.now()
        row.reactivated_at = row.reactivated_by = None
        row.save()


def suppressed(channel: str, addresses: set[str], event: str) -> set[str]:
    """Which of these addresses must not get a message about this event. Those who unsubscribed still hear of what
    they ordered."""
    keys = {address_key(address): address for address in addresses}
    rows = Suppression.objects.filter(channel=channel, address__in=keys, is_active=True)
    if event not in COURTESIES:
        rows = rows.exclude(reason=Suppression.Reason.UNSUBSCRIBED)
    return {keys[address] for address in rows.values_list("address", flat=True)}
