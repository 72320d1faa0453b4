"""One uploaded file and its rows on the way in."""

import re
import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.history.models import ChangeSet
from backoffice.imports import signals

NAME_CHARACTERS = re.compile(r"[^\w .,()+&@-]")


def private_name(run, filename) -> str:
    """Where the upload is kept: nothing of the name that the browser sent."""
    return f"imports/{uuid.uuid4().hex}"


def plain_name(filename: str) -> str:
    """The file's own name for people: no folders, no control characters, at most 120 characters."""
    name = NAME_CHARACTERS.sub("_", re.split(r"[/\\]", filename)[-1]).strip()
    return (name if len(name) <= 120 else f"{name[:100]}…{name[-19:]}") or "file"


class ImportRun(models.Model):
    """One file on its way in: what it is, how far it got, what came of it."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to match")
        MATCHED = "matched", _("to be checked")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("waiting for you")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", pgettext_lazy("import", "cancelled")

    kind = models.CharField(_("kind"), max_length=20)
    file = models.FileField(upload_to=private_name)
    original_name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"))
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    defaults = models.JSONField(default=dict)  # field → what every row has that the file has no column for
    options = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    only_good = models.BooleanField(_("good rows only"), default=False)
    header_fingerprint = models.CharField(max_length=64, blank=True)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    applied = models.PositiveIntegerField(_("applied"), default=0)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    position = models.CharField(max_length=200, blank=True)  # the key up to which rows are applied
    notices = models.JSONField(default=list)
    problems = models.JSONField(default=list)  # the refused rows by kind of problem
    effects = models.JSONField(default=list)
    newest_act = models.PositiveBigIntegerField(default=0)  # at the check: a later one may have changed what it saw
    error = models.TextField(_("error"), blank=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, db_index=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        permissions = [("export_importrun", "Can export the list of imports")]
        indexes = [models.Index(fields=["kind", "header_fingerprint"], name="import_kind_header")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(applied__lte=models.F("new") + models.F("changed")),
                name="import_applied_within_checked",
            )
        ]

    def __str__(self):
        return self.original_name

    @property
    def matched(self) -> list[str]:
        """The fields that have a column."""
        return [name for name, source in self.mapping.items() if source]

    @property
    def ready(self) -> int:
        """Rows that an apply would write."""
        return self.new + self.changed

    def is_over(self) -> bool:
        return self.state in {self.State.APPLIED, self.State.CANCELLED}

    def move(self, *sources: str, to: str, **values) -> bool:
        """One step of the run, by whoever comes first: False when it is not in one of the ``sources`` any more."""
        with transaction.atomic():
            moved = ImportRun.objects.filter(pk=self.pk, state__in=sources).update(state=to, **values)
            self.refresh_from_db()
            if moved and to == self.State.FAILED:
                self.tell_end()
        return moved == 1

    def tell_end(self) -> None:
        signals.import_ended.send(ImportRun, run=self)


class Correction(models.Model):
    """What was typed here in place of a cell. The file stays as it came; whatever reads it reads the correction."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="corrections", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    # the place of the cell's column, or a field that the file has no column for; blank: the whole row is left out
    column = models.CharField(max_length=40, blank=True)
    value = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["row", "column"]
        constraints = [models.UniqueConstraint(fields=["run", "row", "column"], name="correction_once")]

    def __str__(self):
        return f"{self.row}/{self.column}"


class StagedRow(models.Model):
    """A row of the file, cleaned, and what will become of it. Nothing here is live."""

    class Action(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")
        LEFT_OUT = "left_out", _("left out")

    # unconstrained: to look up the run for each of a million rows costs as much as to write them
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    row = models.PositiveIntegerField(_("row"))
    action = models.CharField(max_length=9, choices=Action, blank=True)
    problems = models.JSONField(default=list)
    applied = models.BooleanField(db_default=False)

    objects: models.Manager["StagedRow"]

    class Meta:
        abstract = True
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["run", "row"], name="%(class)s_once")]
        indexes = [models.Index(fields=["run", "action", "row"], name="%(class)s_action")]
