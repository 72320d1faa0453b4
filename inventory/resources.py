"""Spreadsheet columns ↔ items and their stock. Import and export share them: what is exported imports unchanged."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from backoffice.exports.resources import ExportResource
from backoffice.imports import cells, widgets
from backoffice.imports.refusals import shown
from inventory.models import MAX_QUANTITY, Item, Location, StockLevel, StockMovement

CONDITIONS = {
    **dict.fromkeys(("new", "neu", "neuf", "nuevo", "nuovo", "nieuw", "brand new", "11"), Item.Condition.NEW),
    **dict.fromkeys(("used", "pre-owned", "gebraucht", "occasion", "usado", "usato"), Item.Condition.USED),
    **dict.fromkeys(("gebruikt", "second hand", "used - good", "used - very good"), Item.Condition.USED),
    **dict.fromkeys(("refurbished", "renewed", "generalüberholt", "reconditionné"), Item.Condition.REFURBISHED),
    **dict.fromkeys(("damaged", "beschädigt", "defekt", "broken", "for parts"), Item.Condition.DAMAGED),
}


class LocationCode(widgets.Text):
    """A location by code or name, whatever the case; cleaned to its id."""

    def __init__(self):
        super().__init__(most=100)
        self._ids: dict[str, int] | None = None

    @property
    def ids(self) -> dict[str, int]:
        if self._ids is None:
            places = list(Location.objects.values_list("pk", "code", "name"))
            names = {name.casefold(): pk for pk, _code, name in places}
            self._ids = names | {code.casefold(): pk for pk, code, _name in places}
        return self._ids

    def clean(self, value, row=None, **kwargs):
        wanted = cells.text(value, self.most)
        if found := self.ids.get(wanted.casefold()):
            return found
        facts = {"value": shown(wanted), "names": ", ".join(Location.objects.values_list("code", flat=True))}
        raise ValueError(_("There is no location “%(value)s”. There are: %(names)s.") % facts)


class CountResource(ExportResource):
    """One row for an item at a location: what it is called and how many are there."""

    sku = Field(attribute="sku", column_name="sku", widget=widgets.Code(100))
    barcode = Field(attribute="barcode", column_name="barcode", widget=widgets.Code(64))
    quantity = Field(attribute="row_level__on_hand", column_name="quantity", widget=widgets.Quantity(MAX_QUANTITY))
    location = Field(attribute="row_level__location__code", column_name="location", widget=LocationCode())

    class Meta:
        model = Item
        name = gettext_lazy("Stock counts")
        fields = ("sku", "barcode", "location", "quantity")
        export_order = fields

    def iter_queryset(self, queryset):
        """Each item once for each of its levels, the level at hand as ``row_level``."""
        for item in super().iter_queryset(queryset.prefetch_related("levels__location")):
            for level in list(item.levels.all()) or [None]:
                item.row_level = level
                yield item


class ItemResource(CountResource):
    """The same with all that an item is; one without stock has one row without location."""

    name = Field(attribute="name", column_name="name", widget=widgets.Text(200))
    category = Field(attribute="category", column_name="category", widget=widgets.Text(100))
    condition = Field(attribute="condition", column_name="condition", widget=widgets.Choice(CONDITIONS))
    unit_price = Field(attribute="unit_price", column_name="unit_price", widget=widgets.Money(12))
    cost = Field(attribute="cost", column_name="cost", widget=widgets.Money(12))
    tax_rate = Field(attribute="tax_rate", column_name="tax_rate", widget=widgets.Percent())
    reorder_level = Field(
        attribute="row_level__reorder_level", column_name="reorder_level", widget=widgets.Quantity(MAX_QUANTITY)
    )

    class Meta:
        model = Item
        name = gettext_lazy("Items and stock")
        fields = (
            "sku",
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
        export_order = fields


class LevelResource(ExportResource):
    """The list of stock levels. It imports as stock counts."""

    sku = Field(attribute="item__sku", column_name="sku")
    name = Field(attribute="item__name", column_name="name")
    location = Field(attribute="location__code", column_name="location")
    quantity = Field(attribute="on_hand", column_name="quantity")
    related = ("item", "location")

    class Meta:
        model = StockLevel
        fields = ("sku", "name", "location", "quantity", "allocated", "available", "reorder_level")
        export_order = fields


class MovementResource(ExportResource):
    """The ledger, line by line."""

    sku = Field(attribute="level__item__sku", column_name="sku")
    location = Field(attribute="level__location__code", column_name="location")
    who = Field(attribute="change_set__user_name", column_name="who")
    related = ("level__item", "level__location", "change_set")

    class Meta:
        model = StockMovement
        fields = (
            "created_at",
            "sku",
            "location",
            "kind",
            "on_hand_delta",
            "allocated_delta",
            "on_hand_after",
            "allocated_after",
            "reference",
            "reason",
            "who",
        )
        export_order = fields
