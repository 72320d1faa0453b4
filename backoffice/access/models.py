"""Who is signed in, and what happened at the door."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.access import browsers
from backoffice.history.models import AppendOnly

ADDRESS_LENGTH, AGENT_LENGTH = 45, 200


class Session(AbstractBaseSession):
    """Django's session in the database, with whose it is and where it was begun, so that people can end their own."""

    user_id = models.BigIntegerField(null=True, db_index=True)
    address = models.CharField(_("address"), max_length=ADDRESS_LENGTH, blank=True)
    agent = models.CharField(_("browser"), max_length=AGENT_LENGTH, blank=True)
    begun = models.DateTimeField(_("signed in"), null=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @property
    def browser(self) -> str:
        return browsers.name_of(self.agent)

    @classmethod
    def get_session_store_class(cls):
        from backoffice.access.sessions import SessionStore

        return SessionStore


class SecurityEvent(AppendOnly):
    """A sign-in, a failure, a lock-out, a change of rights, a download. Never changed, never removed."""

    class Kind(models.TextChoices):
        SIGNED_IN = "in", _("signed in")
        SIGNED_OUT = "out", _("signed out")
        FAILED = "failed", _("failed to sign in")
        LOCKED_OUT = "locked", _("locked out")
        CODE_REFUSED = "code", _("gave a wrong code")
        SECOND_FACTOR_ON = "2fa-on", _("set up a second factor")
        SECOND_FACTOR_OFF = "2fa-off", _("lost the second factor")
        PASSWORD = "password", _("got a new password")
        RIGHTS = "rights", _("got other rights")
        SESSIONS_ENDED = "ended", _("ended other sessions")
        DOWNLOAD = "download", _("downloaded")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=True, verbose_name=_("user")
    )
    user_name = models.CharField(_("who"), max_length=150, blank=True)
    by = models.CharField(_("by"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=ADDRESS_LENGTH, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), db_index=True)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user_name} {self.get_kind_display()}"
