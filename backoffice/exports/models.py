"""Who exported what: one row for each export, and its file until it expires."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


def private_name() -> str:
    return f"exports/{uuid.uuid4().hex}"


def expiry():
    return timezone.now() + timedelta(days=settings.EXPORT_KEEP_DAYS)


class Export(models.Model):
    """What was asked for is kept as it was asked, so that a worker can read it anew, with the rights of who asked."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WRITING = "writing", _("being written")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    source = models.CharField(max_length=60)  # the name of a Source
    label = models.CharField(_("what"), max_length=200)
    format = models.CharField(_("format"), max_length=4)
    resource = models.PositiveSmallIntegerField(default=0)  # which of the source's
    columns = models.JSONField(default=list)  # names of fields, none for all
    query = models.TextField(blank=True)  # the query string of the list
    selected = models.JSONField(null=True)  # primary keys, None for everything that the query finds
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    file = models.FileField(default=private_name)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("kept until"), default=expiry, db_index=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self):
        return self.label

    @property
    def is_busy(self) -> bool:
        return self.state in {self.State.WAITING, self.State.WRITING}

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def file_name(self) -> str:
        """What the file is called for people: “stock-levels-2026-11-27.xlsx”."""
        name = slugify(self.label, allow_unicode=True) or "export"
        return f"{name}-{timezone.localtime(self.created_at):%Y-%m-%d}.{self.format}"

    @property
    def told(self) -> str:
        """How far it got."""
        if not self.rows:
            return gettext("It has not begun yet.") if self.state == self.State.WAITING else ""
        return ngettext("%(rows)s row so far.", "%(rows)s rows so far.", self.rows) % {"rows": localize(self.rows)}

    def move(self, *sources: str, to: str, **values) -> bool:
        """One step, by whoever comes first: False when it is not in one of the ``sources`` any more."""
        moved = Export.objects.filter(pk=self.pk, state__in=sources).update(state=to, **values)
        self.refresh_from_db()
        return moved == 1
