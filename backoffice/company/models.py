from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.fields import LinesField
from backoffice.history.models import History, Tracked

ONLY = 1  # the key of the one company


class Company(Tracked):
    """Who the shop is. There is one, or none as long as nobody saved it: read ``who.company()``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(_("name"), max_length=80, help_text=_("At the top of every page, paper and message."))
    address = LinesField(_("address"), max_length=200, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    contact = models.CharField(
        _("contact"), max_length=80, blank=True, help_text=_("Phone, mail or site: what is printed on papers.")
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Use the three capital letters of a currency, such as EUR."))],
        help_text=_("Written beside amounts. No amount is converted."),
    )

    history = History()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        default_permissions = ("view", "change")
        constraints = [models.CheckConstraint(condition=models.Q(id=ONLY), name="company_one")]

    def __str__(self):
        return self.name

    @property
    def lines(self) -> list[str]:
        """What papers say of it below its name."""
        return [line for line in [*self.address.splitlines(), self.tax_number, self.contact] if line.strip()]
