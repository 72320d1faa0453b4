from django.contrib import admin
from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from backoffice.history.admin import ReadOnlyAdmin, TrackedAdmin
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.sku import sku_key


class StockLevelInline(admin.TabularInline):
    """Figures to read; only the reorder level is typed. Quantities change through the verbs of stock."""

    model = StockLevel
    extra = max_num = 0
    can_delete = False
    fields = ["location", "on_hand", "allocated", "available", "reorder_level"]
    readonly_fields = ["location", "on_hand", "allocated", "available"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("location")


@admin.register(Item)
class ItemAdmin(TrackedAdmin):
    list_display = ["sku", "name", "category", "unit_price", "on_hand", "available", "is_active"]
    list_display_links = ["sku", "name"]
    list_filter = ["is_active", "is_stocked", "condition"]
    search_fields = ["name"]  # shows the box; get_search_results decides
    search_help_text = _("SKU, barcode or name")
    fields = [
        ("sku", "barcode"),
        "name",
        ("category", "condition"),
        ("unit_price", "cost"),
        ("is_stocked", "is_active"),
    ]
    inlines = [StockLevelInline]

    def get_queryset(self, request):
        levels = StockLevel.objects.filter(item=OuterRef("pk")).order_by().values("item")
        return (
            super()
            .get_queryset(request)
            .annotate(
                on_hand=Subquery(levels.annotate(sum=Sum("on_hand")).values("sum")),
                available=Subquery(levels.annotate(sum=Sum("available")).values("sum")),
            )
        )

    def get_search_results(self, request, queryset, search_term):
        found = queryset.search(search_term) if search_term.strip() else queryset
        if request.GET.get("field_name") == "item":  # the item of an order line
            found = found.filter(is_active=True)
        return found, False

    @admin.display(description=_("on hand"), ordering="on_hand")
    def on_hand(self, item):
        return item.on_hand if item.is_stocked else "—"

    @admin.display(description=_("available"), ordering="available")
    def available(self, item):
        return item.available if item.is_stocked else "—"


@admin.register(Location)
class LocationAdmin(TrackedAdmin):
    list_display = ["code", "name", "is_default"]


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "item", "location", "kind", "on_hand_delta", "allocated_delta", "after", "because"]
    list_filter = ["kind", "level__location"]
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

    def get_search_results(self, request, queryset, search_term):
        if search_term.strip():
            of_item = Q(level__item__sku_key__startswith=sku_key(search_term))
            queryset = queryset.filter(of_item | Q(reference__startswith=search_term.strip()))
        return queryset, False

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
