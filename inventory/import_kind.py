"""Items and their stock as a kind of import: what the engine in ``backoffice.imports`` asks for, in one place."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.imports import kinds, market_shapes, shapes, staged
from backoffice.imports.filters import list_of
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import FileRefused, Problem
from inventory import import_apply, import_check, import_clashes, import_effects, import_preview, import_words
from inventory.import_columns import ITEM_SYNONYMS
from inventory.models import Item, Location, StagedItem
from inventory.resources import CountResource, ItemResource
from inventory.sku import sku_key

MODES = [
    ("set", gettext_lazy("Set to the number in the file (a count)")),
    ("add", gettext_lazy("Add to what is there (a delivery)")),
    ("subtract", gettext_lazy("Subtract from what is there")),
]
KEYS = [
    ("", gettext_lazy("SKU, or barcode in a file without SKUs")),
    ("sku", "SKU"),
    ("barcode", gettext_lazy("Barcode")),
]


HEADINGS = {
    "name": gettext_lazy("name"),
    "barcode": gettext_lazy("barcode"),
    "category": gettext_lazy("category"),
    "condition": gettext_lazy("condition"),
    "unit_price": gettext_lazy("price"),
    "cost": gettext_lazy("cost"),
    "tax_rate": gettext_lazy("tax %"),
    "quantity": gettext_lazy("on hand"),
    "reorder_level": gettext_lazy("reorder level"),
    "location": gettext_lazy("location"),
}


class CountOptionsForm(forms.Form):
    """How items are found, and where rows without a location count."""

    key = forms.ChoiceField(label=gettext_lazy("Items are found by"), choices=KEYS, required=False)
    location = forms.ModelChoiceField(Location.objects.none(), label=gettext_lazy("Stock at"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        places = Location.objects.order_by("-is_default", "code")
        self.fields["location"].queryset = places
        self.fields["location"].empty_label = None
        if len(places) < 2:
            self.fields["location"].widget = forms.HiddenInput()

    def options(self) -> dict[str, Any]:
        return options(**self.cleaned_data)


class ItemOptionsForm(CountOptionsForm):
    """And how the figures of the file are meant."""

    mode = forms.ChoiceField(label=gettext_lazy("Quantities"), choices=MODES, initial="set")
    write = forms.ChoiceField(label=gettext_lazy("Items"), choices=staged.WRITES, required=False)
    field_order = ["mode", "write"]


def options(mode: str = "set", key: str = "", location: Location | None = None, write: str = "both") -> dict[str, Any]:
    return {"mode": mode, "key": key, "location": (location or Location.default()).pk, "write": write or "both"}


class ItemKind(kinds.Kind):
    name = "items"
    label = gettext_lazy("Items and stock")
    permission = "inventory.import_item"
    staged = StagedItem
    options_form: ClassVar[type[CountOptionsForm]] = ItemOptionsForm
    synonyms = ITEM_SYNONYMS
    key_field = "sku"
    composed_key = gettext_lazy("SKU from several columns")
    shapes = (
        shapes.ShopifyInventory,
        shapes.ShopifyAvailable,
        shapes.ShopifyLocations,
        shapes.Shopify,
        shapes.NewShopify,
        shapes.WooCommerce,
        shapes.GermanWooCommerce,
        *market_shapes.SHAPES,
    )
    columns = (
        "sku",
        "sku_key",
        "name",
        "barcode",
        "category",
        "condition",
        "unit_price",
        "cost",
        "tax_rate",
        "quantity",
        "reorder_level",
        "location",
    )

    def resource(self):
        return ItemResource()

    def check_columns(self, run, fields):
        self.settle_key(run, fields)
        if not fields - {"sku", "barcode", "location"} and run.options["key"] == "barcode":
            raise FileRefused(_("Besides the barcode the file says nothing that is known here."), code="no_fields")

    def settle_key(self, run: ImportRun, fields: set[str]) -> None:
        key = run.options.get("key") or ("sku" if "sku" in fields or "barcode" not in fields else "barcode")
        if key not in fields:
            message = _("No column holds the %(key)s, so it is unclear which items are meant. Match a column to it.")
            raise FileRefused(message % {"key": _("SKU") if key == "sku" else _("barcode")}, code="no_key")
        run.options = {**run.options, "key": key}

    def complete(self, run, row):
        values, wrong, key = row.values, [problem.field for problem in row.problems], run.options["key"]
        sku = values.setdefault("sku", "")
        values["sku_key"] = sku_key(sku)
        if "location" not in wrong:
            values.setdefault("location", run.options["location"])
        if values.get(key) or key in wrong:
            return []
        if key == "sku":
            message = _("The row has no SKU. Fill it in, or match the SKU to columns that tell items apart.")
            return [Problem(message, "no_key", "sku")]
        return [Problem(_("The row has no barcode."), "no_key", "barcode")]

    def heading(self, name):
        return HEADINGS[name].capitalize() if name != "sku" else "SKU"

    def stage(self, run, columns, values):
        import_check.stage(run, columns, values, takes_attributes=True)

    def check(self, run):
        return import_check.check(run)

    def apply_chunk(self, run):
        return import_apply.apply_chunk(run)

    def clashes(self, run):
        return import_clashes.clashes(run)

    def preview(self, run, rows):
        return import_preview.preview(run, rows)

    def summary(self, run: ImportRun) -> str:
        count = import_check.items_written(run)
        sentence = ngettext("Imported %(file)s, %(count)d item", "Imported %(file)s, %(count)d items", count)
        return sentence % {"file": run.original_name, "count": count}

    def said(self, run):
        return import_words.said(run)

    def titles(self):
        return import_words.TITLES

    def choices(self, name):
        return import_words.choices(name)

    def fixes(self, code):
        return import_words.FIXES.get(code, [])

    def fix(self, name, row):
        return ("name", row.sku or None) if name == "sku_as_name" else ("", None)

    def effects(self, run):
        return import_effects.effects(run)

    def written(self, run):
        return list_of("inventory_item", run)

    def records(self):
        return Item.objects.filter(is_active=True).order_by("sku_key")


class CountKind(ItemKind):
    """What was counted of items that exist. Nothing else is taken from the file."""

    name = "counts"
    label = gettext_lazy("Stock counts only")
    permission = "inventory.adjust_stocklevel"
    options_form = CountOptionsForm
    synonyms = {name: ITEM_SYNONYMS[name] for name in ("sku", "barcode", "location", "quantity")}

    def resource(self):
        return CountResource()

    def check_columns(self, run, fields):
        self.settle_key(run, fields)
        if "quantity" not in fields:
            raise FileRefused(_("No column holds the counted quantity. Match a column to it."), code="no_fields")

    def stage(self, run, columns, values):
        import_check.stage(run, columns, values, takes_attributes=False)

    def check(self, run):
        return import_check.check_counts(run)


def register() -> None:
    kinds.register(ItemKind)
    kinds.register(CountKind)
