"""What an import of items says to people: what its options mean, what its problems are called, what may be answered."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.imports.models import ImportRun
from inventory.models import Item, Location

TITLES = {
    "repeated": gettext_lazy("Items that stand in the file more than once"),
    "disagree": gettext_lazy("Rows that do not agree about their item"),
    "barcode_taken": gettext_lazy("Barcodes of more than one item"),
    "other_sku": gettext_lazy("SKU and barcode that do not belong together"),
    "not_stocked": gettext_lazy("Quantities of what is not kept in stock"),
    "stock": gettext_lazy("Quantities that stock cannot bear"),
    "unknown_barcode": gettext_lazy("Barcodes that no item has"),
    "no_name": gettext_lazy("New items without a name"),
    "unknown": gettext_lazy("Items that are not there"),
    "no_key": gettext_lazy("Rows that do not say which item they are about"),
    "conflict": gettext_lazy("Records that changed since the check"),
}
FIXES = {"no_name": [("sku_as_name", gettext_lazy("Create these items, named like their SKU"))]}
MODES = {
    "set": gettext_lazy("Quantities in the file replace what is on hand at %(place)s."),
    "add": gettext_lazy("Quantities in the file are added to what is on hand at %(place)s."),
    "subtract": gettext_lazy("Quantities in the file are subtracted from what is on hand at %(place)s."),
}
WRITES = {
    "both": gettext_lazy("Items that are not there are created."),
    "update": gettext_lazy("Only items that are there are changed; the others are left out."),
    "create": gettext_lazy("Only items that are not there are created; the others are left out."),
}
KEYS = {
    "sku": gettext_lazy("Items are found by their SKU."),
    "barcode": gettext_lazy("Items are found by their barcode."),
}


def said(run: ImportRun) -> list[str]:
    """In whole sentences, because a count that was meant as a delivery is an expensive mistake."""
    told: list[Any] = [KEYS[run.options["key"]]]
    if "quantity" in run.matched:
        told.insert(0, MODES[run.options["mode"]] % {"place": _place(run)})
    if run.kind == "items":
        told.append(WRITES[run.options.get("write", "both")])
    return [str(sentence) for sentence in told]


def _place(run: ImportRun) -> str:
    if "location" in run.matched:
        return _("the location of each row")
    return Location.objects.get(pk=run.options["location"]).name


def choices(name: str) -> list[tuple[str, Any]]:
    if name == "condition":
        return list(Item.Condition.choices)
    if name == "location":
        return list(Location.objects.order_by("code").values_list("code", "name"))
    return []
