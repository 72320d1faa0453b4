from django.contrib import admin, messages
from django.db.models import OuterRef, Prefetch, Subquery, Sum
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.exports.lists import ExportAdmin
from backoffice.history.admin import ReadOnlyAdmin, TrackedAdmin
from backoffice.imports.filters import ImportFilter
from backoffice.lists import LongList
from backoffice.words import asked, offered
from inventory import item_page
from inventory.forms import ReorderForm
from inventory.labels import LabelsAdmin
from inventory.models import Item, Location, StagedItem, StockLevel, StockMovement
from inventory.resources import CountResource, ItemResource, LevelResource, MovementResource
from inventory.sku import sku_key
from inventory.stock_screens import StockScreensAdmin
from inventory.stock_value_page import StockValueAdmin


class ImportedItems(ImportFilter):
    staged, points, at = StagedItem, "sku_key", "sku_key"


class StockLevelInline(admin.TabularInline):
    """Only the reorder level is typed. Quantities change through the verbs of stock."""

    model = StockLevel
    form = ReorderForm
    extra = max_num = 0
    can_delete = False
    fields = ["location", "reorder_level"]
    readonly_fields = ["location"]

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("location")


def low_badge() -> str:
    return format_html('<span class="bo-badge bo-badge-warn">{}</span>', _("running low"))


def sum_of_levels(figure: str) -> Subquery:
    levels = StockLevel.objects.filter(item=OuterRef("pk")).order_by().values("item")
    return Subquery(levels.annotate(sum=Sum(figure)).values("sum"))


@admin.register(Item)
class ItemAdmin(StockScreensAdmin, LabelsAdmin, ExportAdmin, TrackedAdmin):
    resource_classes = [ItemResource, CountResource]
    list_display = ["sku", "name", "category", "unit_price", "on_hand", "available", "state", "is_active"]
    list_display_links = ["sku", "name"]
    list_filter = ["is_active", "is_stocked", "condition", ImportedItems]
    search_fields = ["name"]  # shows the box; get_search_results decides
    search_help_text = _("SKU, barcode or name")
    fields = [
        ("sku", "barcode"),
        "name",
        ("category", "condition"),
        ("unit_price", "cost", "tax_rate"),
        ("is_stocked", "is_active"),
        "oversell",
    ]
    inlines = [StockLevelInline]
    as_of_fields = ("sku", "name", "category", "unit_price", "cost", "is_active")
    actions = ["print_labels", "print_shelf_labels", "export_selected"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(Prefetch("levels", StockLevel.objects.with_low()))

    def get_search_results(self, request, queryset, search_term):
        if request.GET.get("field_name") == "item":  # the item of an order line
            queryset = queryset.filter(is_active=True)
        return offered(request, queryset, search_term), False

    @admin.display(description=_("on hand"), ordering=sum_of_levels("on_hand"))
    def on_hand(self, item):
        return sum(level.on_hand for level in item.levels.all()) if item.is_stocked else "—"

    @admin.display(description=_("available"), ordering=sum_of_levels("available"))
    def available(self, item):
        return sum(level.available for level in item.levels.all()) if item.is_stocked else "—"

    @admin.display(description=_("stock"), empty_value="")
    def state(self, item):
        return low_badge() if item.is_stocked and any(level.is_low for level in item.levels.all()) else ""

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context |= {**item_page.context(obj, request.user), "screens": self.screens_of(request, obj)}
            context["labels"] = self.labels_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Location)
class LocationAdmin(TrackedAdmin):
    list_display = ["code", "name", "is_default"]


class LowFilter(admin.SimpleListFilter):
    title = _("stock")
    parameter_name = "low"

    def lookups(self, request, model_admin):
        return [("1", _("Running low"))]

    def queryset(self, request, queryset):
        return queryset.running_low() if self.value() == "1" else queryset


class LevelList(LongList):
    """Leads to the item, where stock is received; the reorder level leads to its own page."""

    def url_for_result(self, result):
        return reverse("admin:inventory_item_change", args=[result.item_id])


@admin.register(StockLevel)
class StockLevelAdmin(ExportAdmin, StockValueAdmin, TrackedAdmin):
    """What is where, what runs low and how much to reorder. Figures are read; the reorder level is typed."""

    form = ReorderForm
    resource_classes = [LevelResource]
    list_display = ["item", "location", "on_hand", "allocated", "available", "reorders_at", "suggested", "state"]
    list_filter = [LowFilter, "location"]
    empty_text = _("They come with the first stock of an item: receive some on its page, or import a spreadsheet.")
    list_select_related = ["item", "location"]
    ordering = ["item__sku_key", "location__code"]
    search_fields = ["item__sku_key"]  # shows the box; get_search_results decides
    search_help_text = _("SKU")
    fields = ["item", "location", ("on_hand", "allocated", "available"), "reorder_level"]
    readonly_fields = ["item", "location", "on_hand", "allocated", "available"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).with_low().select_related("item", "location")

    def get_search_results(self, request, queryset, search_term):
        return queryset.filter(item__sku_key__begins=sku_key(asked(search_term))), False

    def get_changelist(self, request, **kwargs):
        return LevelList

    @admin.display(description=_("reorder level"), ordering="reorder_level")
    def reorders_at(self, level):
        url = reverse("admin:inventory_stocklevel_change", args=[level.pk])
        return format_html('<a href="{}">{}</a>', url, localize(level.reorder_level))

    @admin.display(description=_("suggested"), empty_value="")
    def suggested(self, level):
        return level.suggested if level.is_low else ""

    @admin.display(description=_("stock"), empty_value="")
    def state(self, level):
        return low_badge() if level.is_low else ""

    def history_view(self, request, object_id, extra_context=None):
        """The item's own history has its levels in it."""
        if not (level := self.get_object(request, object_id)):
            raise Http404
        return HttpResponseRedirect(reverse("admin:inventory_item_history", args=[level.item_id]))

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {"show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request, level):
        facts = {"sku": level.item.sku, "location": level.location.name, "level": localize(level.reorder_level)}
        messages.success(request, _("%(sku)s at %(location)s: reorder level %(level)s.") % facts)
        return self.response_post_save_change(request, level)


@admin.register(StockMovement)
class StockMovementAdmin(ExportAdmin, ReadOnlyAdmin):
    resource_classes = [MovementResource]
    list_display = ["created_at", "item", "location", "kind", "on_hand_delta", "allocated_delta", "after", "because"]
    list_filter = ["kind", "level__location"]
    empty_text = _("Every receipt, count and shipment is written here. Open an item to receive stock.")
    list_select_related = ["level__item", "level__location", "change_set"]
    search_fields = ["reference"]  # shows the box; get_search_results decides
    search_help_text = _("SKU or document")
    fields = [
        ("created_at", "change_set"),
        ("item", "location"),
        ("kind", "because"),
        ("on_hand_delta", "allocated_delta"),
        "after",
    ]
    readonly_fields = ["item", "location", "after", "because"]

    def lookup_allowed(self, lookup, value, request):
        return lookup == "level__item" or super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request, queryset, search_term):
        words = asked(search_term)
        return queryset.search(words) if words else queryset, False

    @admin.display(description=_("item"))
    def item(self, movement):
        return movement.level.item

    @admin.display(description=_("location"))
    def location(self, movement):
        return movement.level.location

    @admin.display(description=_("on hand / allocated after"))
    def after(self, movement):
        return f"{movement.on_hand_after} / {movement.allocated_after}"

    @admin.display(description=_("why"))
    def because(self, movement):
        return movement.reference or movement.reason
