"""What a checked import of orders would mean as a whole."""

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from backoffice.imports.kinds import Effect
from backoffice.imports.models import ImportRun
from backoffice.money import money
from orders.models import StagedLine


def effects(run: ImportRun) -> list[Effect]:
    lines = StagedLine.objects.filter(run=run, action=StagedLine.Action.NEW).order_by()
    price = Coalesce(F("unit_price"), F("item__unit_price"))
    found = lines.aggregate(
        orders=Count("number", distinct=True), units=Sum("quantity"), amount=Sum(F("quantity") * price)
    )
    if not found["orders"]:
        return []
    units = _("Units promised") if run.options["status"] == "placed" else _("Units")
    return [
        Effect(_("Orders"), number_format(found["orders"], force_grouping=True)),
        Effect(units, number_format(found["units"], force_grouping=True)),
        Effect(_("Worth"), money(found["amount"]), _("before discounts and taxes")),
    ]
