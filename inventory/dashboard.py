"""What stock shows on the first page: what runs low, and how much of it to reorder."""

from functools import cached_property

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.dashboard import Card, Figure, Step, list_url
from inventory.models import Item, StockLevel

VIEW = "inventory.view_stocklevel"
MOST = 8  # rows; the list has the others


def contribute():
    first_import = Step(
        title=_("Bring in what you have"),
        text=_("Upload your spreadsheet of items and stock as it is; every row is shown before anything is written."),
        url_name="admin:imports_importrun_add",
        permission="inventory.import_item",
        is_done=Item.objects.exists,
        place=50,
    )
    dashboard.contribute(Low, RunningLow, steps=[first_import])


class Low(Figure):
    badge_of = "inventory.stocklevel"
    title, permission, place = _("Running low"), VIEW, 30
    url = property(lambda self: list_url("inventory_stocklevel", low="1"))
    note = _("at or below the reorder level")

    @cached_property
    def value(self) -> int:
        return StockLevel.objects.running_low().count()

    @property
    def is_bad(self) -> bool:
        return bool(self.value)


class RunningLow(Card):
    """Those that lack most, with what to reorder."""

    area, template, place = "wide", "inventory/low_card.html", 20
    title, permission = _("Running low"), VIEW
    url = property(lambda self: list_url("inventory_stocklevel", low="1"))

    @cached_property
    def levels(self):
        lacking = F("reorder_level") - F("available")
        levels = StockLevel.objects.running_low().select_related("item", "location")
        return levels.order_by(lacking.desc(), "pk")[:MOST]
