"""What there is and where. Figures of stock are changed by the ledger alone: see ``stock`` and ``receivers``."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.history import change_sets
from backoffice.history.models import AppendOnly, ChangeSet, History, Tracked
from backoffice.imports.models import StagedRow
from inventory.fields import LedgerField, MoneyField, PercentField
from inventory.querysets import ItemQuerySet, StockLevelQuerySet, StockMovementQuerySet
from inventory.sku import sku_key

MAX_QUANTITY = 1_000_000_000  # fits a 32-bit column on every database, with room for sums of two


def default_tax_rate() -> Decimal:
    return settings.TAX_RATE


class Item(Tracked):
    """Something that is sold."""

    class Condition(models.TextChoices):
        NEW = "new", _("new")
        USED = "used", _("used")
        REFURBISHED = "refurbished", _("refurbished")
        DAMAGED = "damaged", _("damaged")

    class Oversell(models.TextChoices):
        BLOCK = "block", _("refuse")
        BACKORDER = "backorder", _("take what there is, the rest waits")

    sku = models.CharField(_("SKU"), max_length=100, help_text=_("Item code, shown as typed."))
    sku_key = models.CharField(max_length=200, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    barcode = models.CharField(_("barcode"), max_length=64, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True, db_index=True)
    condition = models.CharField(_("condition"), max_length=20, choices=Condition, default=Condition.NEW)
    unit_price = MoneyField(_("price"), default=Decimal(0))
    cost = MoneyField(_("cost"), default=Decimal(0), help_text=_("What one unit costs the company."))
    tax_rate = PercentField(_("tax %"), default=default_tax_rate, help_text=_("Prices are net of tax."))
    is_stocked = models.BooleanField(_("kept in stock"), default=True, help_text=_("Off for shipping and services."))
    oversell = models.CharField(_("when stock is short"), max_length=10, choices=Oversell, default=Oversell.BLOCK)
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Off hides it from new orders."))

    objects = ItemQuerySet.as_manager()
    history = History(quiet=("sku_key",))
    words_of = "name"

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["sku_key"]
        permissions = [("import_item", "Can import items"), ("export_item", "Can export items")]
        indexes = [
            models.Index(fields=["condition", "sku_key"], name="item_not_new", condition=~Q(condition="new")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["barcode"],
                condition=~Q(barcode=""),
                name="item_barcode_unique",
                violation_error_message=_("Another item has this barcode."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0) & Q(cost__gte=0),
                name="item_money_not_negative",
                violation_error_message=_("Price and cost cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lte=100),
                name="item_tax_rate_bounded",
                violation_error_message=_("The tax rate is a percentage from 0 to 100."),
            ),
        ]

    def __str__(self):
        return f"{self.sku} {self.name}"

    def clean(self):
        self.sku_key = sku_key(self.sku)

    def save(self, *args, **kwargs):
        self.sku_key = sku_key(self.sku)
        super().save(*args, **kwargs)


class Location(Tracked):
    """A place that holds stock."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(_("default"), default=False, help_text=_("Where orders are served from."))

    history = History()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="location_one_default",
                violation_error_message=_("Another location is the default already."),
            )
        ]

    def __str__(self):
        return self.name

    @classmethod
    def default(cls) -> "Location":
        return cls.objects.get(is_default=True)


class StockLevel(Tracked):
    """An item at a location: what is on the shelf, what of it is promised, what can still be promised."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="levels", verbose_name=_("item"))
    location = models.ForeignKey(Location, models.PROTECT, related_name="levels", verbose_name=_("location"))
    on_hand = LedgerField(_("on hand"))
    allocated = LedgerField(_("allocated"))
    available = models.GeneratedField(
        expression=F("on_hand") - F("allocated"),
        output_field=models.IntegerField(_("available")),
        db_persist=True,
        verbose_name=_("available"),
    )
    reorder_level = models.PositiveIntegerField(
        _("reorder level"), default=0, validators=[MaxValueValidator(MAX_QUANTITY)]
    )

    objects = StockLevelQuerySet.as_manager()
    history = History(indexed=("item",), parent="item", excluded_fields=["on_hand", "allocated", "available"])

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        ordering = ["pk"]
        permissions = [
            ("adjust_stocklevel", "Can receive, adjust and count stock"),
            ("export_stocklevel", "Can export stock levels"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["item", "location"], name="level_item_location_unique"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("on_hand")),
                name="level_allocated_within_on_hand",
                violation_error_message=_("More would be promised than is on the shelf."),
            ),
            models.CheckConstraint(condition=Q(on_hand__lte=MAX_QUANTITY), name="level_on_hand_bounded"),
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def suggested(self) -> int:
        """How many to reorder, so that there is twice the reorder level."""
        return max(self.reorder_level * 2 - self.available, 0)


class StockMovement(AppendOnly):
    """One line of the ledger: by how much a level's balances changed, why, and what they were afterwards."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("receipt")
        ADJUSTMENT = "adjustment", _("adjustment")
        COUNT = "count", _("count")
        ALLOCATION = "allocation", _("allocation")
        RELEASE = "release", _("release")
        SHIPMENT = "shipment", _("shipment")
        RETURN = "return", _("return")
        TRANSFER_OUT = "transfer_out", _("transfer out")
        TRANSFER_IN = "transfer_in", _("transfer in")

    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="movements", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    on_hand_delta = models.IntegerField(_("on hand ±"), default=0)
    allocated_delta = models.IntegerField(_("allocated ±"), default=0)
    on_hand_after = models.IntegerField(_("on hand after"))
    allocated_after = models.IntegerField(_("allocated after"))
    reason = models.TextField(_("reason"), blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True, help_text=_("The document, for people."))
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.BigIntegerField(null=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="movements", db_index=False)
    created_at = models.DateTimeField(_("when"))

    objects = StockMovementQuerySet.as_manager()
    is_level_read = False  # whether ``level`` is what its verb read under the lock: see ``stock``

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-pk"]
        permissions = [("export_stockmovement", "Can export stock movements")]
        indexes = [
            # what was on hand on some day is read from the index alone
            models.Index(fields=["level", "-id", "created_at", "on_hand_after"], name="movement_level_newest"),
            models.Index(fields=["change_set", "id"], name="movement_act"),
            models.Index(fields=["kind", "id"], name="movement_kind"),
            models.Index(fields=["reference"], name="movement_reference", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["source_kind", "source_id"], name="movement_source", condition=Q(source_id__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.on_hand_delta:+} / {self.allocated_delta:+}"

    @property
    def available_after(self) -> int:
        return self.on_hand_after - self.allocated_after

    @property
    def available_before(self) -> int:
        on_hand, allocated = self.balances_before
        return on_hand - allocated

    @property
    def balances_before(self) -> tuple[int, int]:
        return self.on_hand_after - self.on_hand_delta, self.allocated_after - self.allocated_delta

    @property
    def balances_after(self) -> tuple[int, int]:
        return self.on_hand_after, self.allocated_after

    def weigh(self, level: StockLevel) -> None:
        """Fills in the balances after this movement, and puts them on ``level``, which must be locked: the next one
        at it is weighed against them."""
        level.on_hand = self.on_hand_after = level.on_hand + self.on_hand_delta
        level.allocated = self.allocated_after = level.allocated + self.allocated_delta
        level.available = self.available_after

    def save(self, *args, **kwargs):
        """By itself, it is posted as those of a verb are."""
        type(self).objects.post([self])

    def sign(self) -> None:
        """Puts the act and its moment on the movement."""
        self.change_set = change_sets.current()
        self.created_at = change_sets.now()


class StagedItem(StagedRow):
    """A row of an import of items: blank cells are NULL and leave what is there alone."""

    sku = models.CharField(max_length=100, blank=True)
    sku_key = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, null=True)
    barcode = models.CharField(max_length=64, null=True)
    category = models.CharField(max_length=100, null=True)
    condition = models.CharField(max_length=20, null=True)
    unit_price = MoneyField(null=True)
    cost = MoneyField(null=True)
    tax_rate = PercentField(null=True)
    quantity = models.IntegerField(null=True)
    reorder_level = models.IntegerField(null=True)
    location = models.ForeignKey(
        Location, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    item = models.ForeignKey(Item, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")
    level = models.ForeignKey(
        StockLevel, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    checked_history_id = models.BigIntegerField(null=True)
    checked_level_history_id = models.BigIntegerField(null=True)
    checked_movement_id = models.BigIntegerField(null=True)
    checked_on_hand = models.IntegerField(db_default=0)
    delta = models.IntegerField(db_default=0)
    item_differs = models.BooleanField(db_default=False)
    level_differs = models.BooleanField(db_default=False)

    class Meta(StagedRow.Meta):
        indexes = [
            *StagedRow.Meta.indexes,
            models.Index(fields=["run", "sku_key"], name="stageditem_key"),
        ]
