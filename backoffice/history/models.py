"""What every tracked row has in common: it belongs to an act, its past is kept, and the past cannot be rewritten."""

from functools import cache, cached_property

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.manager import HistoryDescriptor
from simple_history.models import HistoricalRecords


class OneTransaction(models.Model):
    """Saving and deleting are one transaction together with all receivers, which Django does not promise by itself.

    Whoever catches a refusal raised by a receiver and goes on must have opened a savepoint: the surrounding
    transaction is marked for rollback otherwise.
    """

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with transaction.atomic(using=kwargs.get("using"), savepoint=False):
            super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        with transaction.atomic(using=kwargs.get("using"), savepoint=False):
            return super().delete(*args, **kwargs)


class AppendOnly(OneTransaction):
    """Rows are added and never changed or removed; triggers in the database refuse it (see ``append_only``)."""

    class Meta:
        abstract = True


class ChangeSet(AppendOnly):
    """One act of one person: a save, an import, a command. Everything it changed points here."""

    class Source(models.TextChoices):
        ADMIN = "admin", _("admin")
        IMPORT = "import", _("import")
        COMMAND = "command", _("command")
        WORKER = "worker", _("worker")
        UNDO = "undo", _("undo")
        DEMO = "demo", _("demo")
        SYSTEM = "system", _("system")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    user_name = models.CharField(_("who"), max_length=150)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    summary = models.CharField(_("what"), max_length=300)
    reason = models.TextField(_("why"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("activity")
        indexes = [  # Activity reads newest first, of everybody, of one person, of one source
            models.Index(fields=["-at", "-id"], name="changeset_newest"),
            models.Index(fields=["user", "-at", "-id"], name="changeset_user"),
            models.Index(fields=["source", "-at", "-id"], name="changeset_source"),
        ]
        permissions = [
            ("undo_changeset", "Can undo a change set"),
            ("export_changeset", "Can export change sets"),
            ("remove_history", "Can remove old history"),
        ]

    def __str__(self):
        return self.summary or _("%(who)s, %(source)s") % {"who": self.user_name, "source": self.get_source_display()}

    def standing_undo(self) -> "Undo | None":
        """What took all of it back, or is about to; None when nothing did, or when that was itself undone."""
        return self.undos.filter(part="", stands=True).select_related("by").first()


class Note(AppendOnly):
    """What a person wrote beside a record, for those who come after. The record is named, so that it may go."""

    kind = models.CharField(max_length=60)  # the label of the record's model, such as orders.order
    object_id = models.BigIntegerField()
    text = models.TextField(_("note"), max_length=2000)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["kind", "object_id", "-id"], name="note_record_newest")]

    def __str__(self):
        return self.text

    @property
    def record(self) -> tuple[type[models.Model], int]:
        return apps.get_model(self.kind), self.object_id


class HistoryRow(AppendOnly):
    """Base of every historical model."""

    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Managers(HistoryDescriptor):
    """``record.history``, whose class is made once; the library makes it anew at each look."""

    @cached_property
    def _class(self):
        return self.manager_class.from_queryset(self.queryset_class)

    def __get__(self, instance, owner):
        return self._class(self.model, instance)


class History(HistoricalRecords):
    """simple-history with 64-bit ids, text reasons, and no indexes but those that a reader needs.

    A record's versions, the rows of an act, what was deleted, and what ``indexed`` names can be found. ``parent`` names
    the record that a row is told with; ``quiet`` fields follow from others and are left out when changes are told.
    """

    def __init__(self, *, indexed: tuple[str, ...] = (), parent: str = "", quiet: tuple[str, ...] = (), **options):
        self.indexed, self.parent, self.quiet = indexed, parent, quiet
        super().__init__(
            bases=[HistoryRow],
            history_id_field=models.BigAutoField(),
            history_change_reason_field=models.TextField(null=True),
            user_db_constraint=False,
            **options,
        )

    def finalize(self, sender, **kwargs):
        super().finalize(sender, **kwargs)
        found = vars(sender).get(self.manager_name)
        if isinstance(found, HistoryDescriptor):  # none on a model that only passes it on
            setattr(sender, self.manager_name, Managers(found.model, found.manager_class, found.queryset_class))

    def copy_fields(self, model):
        fields = super().copy_fields(model)
        for name, field in fields.items():
            field.db_index = name in self.indexed
        return fields

    def get_extra_fields(self, model, fields):
        return {**super().get_extra_fields(model, fields), "parent": self.parent, "quiet": self.quiet}

    def _get_history_user_fields(self):
        fields = super()._get_history_user_fields()
        fields["history_user"].db_index = False
        return fields

    def get_meta_options(self, model):
        name, pk = f"h{model._meta.model_name}", model._meta.pk.name
        return {
            **super().get_meta_options(model),
            "indexes": [
                models.Index(fields=[pk, "history_id", "history_date"], name=f"{name}_version"),
                models.Index(fields=["change_set", "history_id"], name=f"{name}_act"),
                models.Index(fields=["history_id"], condition=models.Q(history_type="-"), name=f"{name}_deleted"),
            ],
        }


@cache
def _tracked_fields(model) -> list[models.Field]:
    derived = set(model.history.model._history_excluded_fields)
    return [field for field in model._meta.concrete_fields if field.name not in derived]


class Tracked(OneTransaction):
    """A model with history that knows what it was when it was read. A save that changes nothing does nothing."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values, **kwargs):
        instance = super().from_db(db, field_names, values, **kwargs)
        instance._loaded = dict(zip(field_names, values, strict=True))
        return instance

    def loaded(self, attname: str):
        """The value as it was read from the database or last saved; None on a new row."""
        return getattr(self, "_loaded", {}).get(attname)

    def changed_fields(self) -> set[str]:
        """Names of tracked fields that differ from what was read. Every one on a new row."""
        present = (field for field in _tracked_fields(type(self)) if field.attname in self.__dict__)
        return {field.name for field in present if self._has_changed(field)}

    def _has_changed(self, field: models.Field) -> bool:
        loaded, value = getattr(self, "_loaded", {}), self.__dict__[field.attname]
        if field.attname not in loaded:
            return True
        before = loaded[field.attname]
        return value != before and field.to_python(value) != field.to_python(before)  # "12.50" is 12.50

    def save(self, *args, update_fields=None, **kwargs):
        changed = self.changed_fields()
        if update_fields is not None and changed - set(update_fields):
            unsaved = ", ".join(sorted(changed - set(update_fields)))
            raise ValueError(f"update_fields leaves out {unsaved}: history would record what was not saved.")
        if not self._state.adding and not changed:
            return  # writing a stale copy back would undo what others did, and history would not know
        super().save(*args, update_fields=update_fields, **kwargs)
        self._remember()

    def refresh_from_db(self, *args, **kwargs):
        super().refresh_from_db(*args, **kwargs)
        self._remember()

    def become(self, row: "Tracked") -> None:
        """Has the values of ``row``, which was read from the database: a refresh without asking for it again."""
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(row, field.attname))
        self._remember()

    def forget_changes(self) -> None:
        """Is again what was read: for a record that goes, so that history keeps what it was and not what was typed."""
        for attname, value in getattr(self, "_loaded", {}).items():
            setattr(self, attname, value)

    def _remember(self) -> None:
        self._loaded = {
            field.attname: self.__dict__[field.attname]
            for field in self._meta.concrete_fields
            if field.attname in self.__dict__
        }


class Undo(models.Model):
    """One act being taken back, whole or a part of it: who wants it and why, how far it got, what came of it."""

    class State(models.TextChoices):
        GOING = "going", _("going back")
        DONE = "done", _("done")

    undone = models.ForeignKey(ChangeSet, models.PROTECT, related_name="undos", verbose_name=_("what is undone"))
    part = models.CharField(max_length=120, blank=True)  # “inventory.item:12” or “inventory.item:12:name”; blank: all
    by = models.ForeignKey(
        ChangeSet, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("what undid it")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("why"))
    ticked = models.JSONField(default=list)  # what others touched since and goes back all the same
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.GOING)
    stands = models.BooleanField(default=True)  # until it is undone itself
    records = models.PositiveIntegerField(default=0)
    records_done = models.PositiveIntegerField(default=0)
    position = models.JSONField(default=list)
    left = models.JSONField(default=list)  # sentences about what did not go back
    left_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("undo")
        verbose_name_plural = _("undos")
        default_permissions = ()
        indexes = [models.Index(fields=["by"], name="undo_by")]
        constraints = [
            models.UniqueConstraint(
                fields=["undone"], condition=models.Q(part="", stands=True), name="undo_whole_act_once"
            )
        ]

    def __str__(self):
        return _("Undo of %(what)s") % {"what": self.undone}


class Door(models.Model):
    """SQLite's side of ``append_only.open_door``: one row, which may point at nothing only until the commit."""

    held_open_by = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="+", db_index=False)

    class Meta:
        default_permissions = ()
