"""Who wants what, and how far it got."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.fields import LinesField
from backoffice.history import change_sets
from backoffice.history.models import History, Tracked
from inventory.claims import Claim, Source
from inventory.fields import LedgerField, MoneyField, PercentField, TotalField
from inventory.models import MAX_QUANTITY, Item, Location
from orders import people, totals
from orders.querysets import CustomerQuerySet, OrderLineQuerySet, OrderQuerySet
from orders.staged import StagedCustomer as StagedCustomer
from orders.staged import StagedLine as StagedLine
from orders.totals import Totals

LINE = "orders.orderline"  # the source kind of movements that serve an order line


LANGUAGES = [("", _("the shop's")), *settings.LANGUAGES]


class Customer(Tracked):
    class Told(models.TextChoices):
        EMAIL = "email", _("by email")
        TEXT = "text", _("by text message")
        BOTH = "both", _("by email and text message")
        NOT = "not", _("not at all")

    name = models.CharField(_("name"), max_length=150, db_index=True)
    email = models.EmailField(_("email"), blank=True, db_index=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    address = LinesField(_("address"), blank=True)
    told = models.CharField(_("wants to be told"), max_length=5, choices=Told, default=Told.EMAIL)
    language = models.CharField(
        _("language of messages"), max_length=8, choices=LANGUAGES, blank=True, default="", db_default=""
    )
    name_key = models.CharField(max_length=people.KEY_LENGTH, editable=False, db_index=True)
    email_key = models.CharField(max_length=people.KEY_LENGTH, editable=False, db_index=True)

    objects = CustomerQuerySet.as_manager()
    history = History(excluded_fields=["name_key", "email_key"])
    words_of = "name"

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "pk"]
        permissions = [("import_customer", "Can import customers"), ("export_customer", "Can export customers")]

    def __str__(self):
        return self.name

    @property
    def wants_email(self) -> bool:
        return self.told in {self.Told.EMAIL, self.Told.BOTH}

    @property
    def wants_text(self) -> bool:
        return self.told in {self.Told.TEXT, self.Told.BOTH}

    def clean(self):
        try:
            self.phone = people.e164(self.phone) if self.phone else ""
        except ValueError as refusal:
            raise ValidationError({"phone": str(refusal)}) from None

    def save(self, *args, **kwargs):
        self.name_key, self.email_key = people.key(self.name), people.key(self.email)
        super().save(*args, **kwargs)


class Order(Tracked):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONFIRMED = "confirmed", _("confirmed")
        PARTLY_SHIPPED = "partly", _("partly shipped")
        SHIPPED = "shipped", _("shipped")
        CANCELLED = "cancelled", _("cancelled")

    HOLDING = (Status.CONFIRMED, Status.PARTLY_SHIPPED)  # the states in which lines hold stock
    SOLD = (*HOLDING, Status.SHIPPED)

    number = models.CharField(_("number"), max_length=40, unique=True, blank=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="+", verbose_name=_("served from"), default=None, blank=True
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    due_date = models.DateField(_("due"), null=True, blank=True)
    address = LinesField(_("ship to"), blank=True, help_text=_("Blank: the customer's address."))
    note = LinesField(_("note for the warehouse"), blank=True)
    discount_percent = PercentField(
        _("discount %"), default=Decimal(0), blank=True, help_text=_("Off the sum of the lines.")
    )
    tax_rate = PercentField(
        _("tax %"), null=True, blank=True, help_text=_("Blank: each item's own rate. 0 for customers abroad.")
    )
    total = TotalField(_("total"))
    version = models.PositiveIntegerField(default=0, editable=False)
    form_key = models.CharField(max_length=40, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(_("entered"), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)

    objects = OrderQuerySet.as_manager()
    history = History(indexed=("customer",), quiet=("version", "confirmed_at"), excluded_fields=["form_key", "total"])

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "id"], name="order_status"),
            models.Index(fields=["total", "id"], name="order_total"),
            models.Index(
                fields=["created_at", "status", "total"], name="order_entered"
            ),  # revenue, from the index alone
            models.Index(
                fields=["confirmed_at"], name="order_to_ship", condition=Q(status__in=["confirmed", "partly"])
            ),
            models.Index(fields=["created_at"], name="order_drafts", condition=Q(status="draft")),
            models.Index(fields=["due_date", "id"], name="order_due", condition=Q(due_date__isnull=False)),
            models.Index(fields=["status", "due_date"], name="order_overdue"),  # counted without the shipped ones
        ]
        permissions = [
            ("cancel_order", "Can cancel an order"),
            ("ship_order", "Can ship an order"),
            ("import_order", "Can import orders"),
            ("export_order", "Can export orders"),
            ("return_order", "Can take back what was shipped"),
            ("override_order", "Can let a line wait for stock although its item refuses"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="order_discount_bounded",
                violation_error_message=_("The discount is a percentage from 0 to 100."),
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__isnull=True) | Q(tax_rate__gte=0, tax_rate__lte=100),
                name="order_tax_rate_bounded",
                violation_error_message=_("The tax rate is a percentage from 0 to 100."),
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def holds_stock(self) -> bool:
        return self.status in self.HOLDING

    @property
    def has_customer(self) -> bool:
        """Whether somebody was chosen, saved or not."""
        return bool(self.customer_id or getattr(self, "customer", None))

    @property
    def was_confirmed(self) -> bool:
        return self.confirmed_at is not None

    def became(self, status: str) -> bool:
        """Whether the save that is on moves the order into this state."""
        return self.status == status != self.loaded("status")

    def moves_stock(self) -> bool:
        """Whether the save that is on changes what the lines should hold, or where."""
        return bool(self.changed_fields() & {"status", "location"})

    def moves_prices(self) -> bool:
        """Whether the save that is on changes what the lines cost together."""
        return bool(self.changed_fields() & {"discount_percent", "tax_rate"})

    def totals(self) -> Totals:
        return totals.compute(self.lines.all(), self.discount_percent)

    def save(self, *args, **kwargs):
        if self._state.adding:
            self.created_at = self.created_at or change_sets.now()
            self.location_id = self.location_id or Location.default().pk
        super().save(*args, **kwargs)


class OrderLine(Tracked):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="order_lines", verbose_name=_("item"))
    location = models.ForeignKey(
        Location,
        models.PROTECT,
        related_name="+",
        verbose_name=_("from"),
        null=True,
        blank=True,
        help_text=_("Where the units are taken from. Blank: where the order is served from."),
    )
    quantity = models.PositiveIntegerField(
        _("quantity"), validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
    )
    unit_price = MoneyField(_("price"), blank=True, default=None, help_text=_("Blank: today's price of the item."))
    discount_percent = PercentField(_("discount %"), default=Decimal(0), blank=True)
    tax_rate = PercentField(_("tax %"), editable=False, default=None)
    allocated = LedgerField(_("allocated"))
    shipped = LedgerField(_("shipped"))
    returned = LedgerField(_("returned"))
    backorder = models.BooleanField(
        _("may wait"), default=False, help_text=_("Takes what there is, although the item's rule is to refuse.")
    )
    backorder_reason = models.CharField(_("why it may wait"), max_length=200, blank=True)

    keeps_rate = False  # set where a line becomes what it was, with the rate of tax of then

    objects = OrderLineQuerySet.as_manager()
    history = History(indexed=("order",), parent="order", excluded_fields=["allocated", "shipped", "returned"])

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY),
                name="line_quantity_bounded",
                violation_error_message=_("Use a whole number from 1 up."),
            ),
            models.CheckConstraint(
                condition=Q(shipped__gte=0, shipped__lte=F("quantity")),
                name="line_shipped_within_quantity",
                violation_error_message=_("Less than what was shipped already."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount_percent__gte=0, discount_percent__lte=100),
                name="line_price_bounded",
                violation_error_message=_("A price is not negative, and a discount is a percentage from 0 to 100."),
            ),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=100), name="line_tax_rate_bounded"),
            models.CheckConstraint(condition=Q(allocated__gte=0), name="line_allocated_not_negative"),
            models.CheckConstraint(
                condition=Q(returned__gte=0, returned__lte=F("shipped")), name="line_returned_within_shipped"
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"

    @property
    def amount(self) -> Decimal:
        """Before the order's discount and before tax."""
        return totals.line_amount(self)

    @property
    def may_wait(self) -> bool:
        """Whether the line takes what there is and waits for the rest, instead of being refused."""
        return self.backorder or self.item.oversell == Item.Oversell.BACKORDER

    @property
    def waiting(self) -> int:
        """Units that were promised to nobody yet. Only of a confirmed order."""
        return self.quantity - self.shipped - self.allocated if self.item.is_stocked else 0

    def claim(self, order: Order) -> Claim:
        """What this line should hold now. ``order`` is the line's own, passed so that it is not read again."""
        return self.full_claim(order) if order.holds_stock else self.no_claim(order)

    def full_claim(self, order: Order) -> Claim:
        """What this line holds in a confirmed order: everything that is not shipped yet, if it is kept in stock."""
        left = self.quantity - self.shipped if self.item.is_stocked else 0
        return self.claim_of(left, order, self.may_wait)

    def no_claim(self, order: Order) -> Claim:
        return self.claim_of(0, order)

    def claim_of(self, quantity: int, order: Order, may_wait: bool = False) -> Claim:
        return Claim(self.source(order), self.item, self.served_from(order), quantity, may_wait)

    def served_from(self, order: Order) -> Location:
        return self.location or order.location

    def source(self, order: Order) -> Source:
        return Source(LINE, self.pk, order.number)

    def freeze(self, is_rate_new: bool = False) -> None:
        """Fills in what the line keeps from now on, whatever becomes of the item: price and rate of tax."""
        if self.unit_price is None:
            self.unit_price = self.item.unit_price
        if self.order.tax_rate is not None:
            self.tax_rate = self.order.tax_rate
        elif self.keeps_rate:
            return
        elif is_rate_new or self.tax_rate is None or self.loaded("item_id") not in (None, self.item_id):
            self.tax_rate = self.item.tax_rate

    def save(self, *args, **kwargs):
        self.freeze()
        super().save(*args, **kwargs)
