import uuid
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.forms import Script
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.exports.lists import ExportAdmin
from backoffice.history.admin import TrackedAdmin
from backoffice.imports.filters import ImportFilter
from backoffice.money import amount, percent
from backoffice.words import offered
from inventory.models import Location, StockLevel
from orders import preview, told, workflow
from orders.actions import ActionsAdmin
from orders.desk import DeskAdmin
from orders.entry import EntryAdmin, is_placing
from orders.forms import ItemField, ItemSelect, OrderForm, OrderLineForm, OrderLineFormSet, RecordSelect
from orders.models import Customer, Order, OrderLine, StagedCustomer
from orders.order_list import OrderListAdmin
from orders.preview import Figures
from orders.print_pages import PrintAdmin
from orders.resources import CustomerResource, LineResource, OrderResource
from orders.steps import StepsAdmin
from orders.telling import TellingAdmin, is_wanted
from orders.totals import compute


class ImportedCustomers(ImportFilter):
    staged, points = StagedCustomer, "customer"


@admin.register(Customer)
class CustomerAdmin(ExportAdmin, TrackedAdmin):
    resource_classes = [CustomerResource]
    list_display = ["name", "email", "phone", "told"]
    list_filter = [ImportedCustomers]
    search_fields = ["name"]  # shows the box; get_search_results decides
    search_help_text = _("Name or email")
    fields = ["name", ("email", "phone"), ("told", "language"), "address"]

    def get_search_results(self, request, queryset, search_term):
        return offered(request, queryset, search_term), False


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    form = OrderLineForm
    formset = OrderLineFormSet
    readonly_fields = ["available", "tax", "amount", "promised", "shipped"]
    autocomplete_fields = ["item"]
    extra = 0

    def get_queryset(self, request):
        place = Coalesce(OuterRef("location"), OuterRef("order__location"))
        available = Subquery(StockLevel.objects.filter(item=OuterRef("item"), location=place).values("available")[:1])
        lines = super().get_queryset(request).select_related("item", "location", "order__location")
        return lines.annotate(available=available)

    def get_fields(self, request, obj=None):
        promised = ["promised", "shipped"] if obj and obj.was_confirmed else []
        place = ["location"] if len(locations_of(request)) > 1 else []
        typed = ["item", *place, "available", "quantity", "unit_price", "discount_percent"]
        hidden = ["wait_because"] if self.admin_site.get_model_admin(Order).may_type(request, obj) else []
        return [*typed, "tax", "amount", *promised, *hidden]

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 3

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)  # a class of this request's own
        formset.is_placing, formset.refusal = is_placing(request), getattr(request, "refusal", None)
        formset.may_override = request.user.has_perm("orders.override_order")
        formset.locations = locations_of(request)
        formset.is_previewed = hasattr(request, "preview")
        return formset

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "item":
            kwargs |= {"form_class": ItemField, "widget": ItemSelect(db_field, self.admin_site)}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("available"))
    def available(self, line):
        if not line.pk or not line.item.is_stocked:
            return ""
        return line.available or 0  # nothing was ever received there

    @admin.display(description=_("allocated"))
    def promised(self, line):
        waiting = (
            (line.loaded("quantity") or 0) - line.shipped - line.allocated
        )  # of what is saved, not of what is typed
        if not line.pk or not line.order.holds_stock or not line.item.is_stocked or not waiting:
            return line.allocated
        return _("%(allocated)d, %(waiting)d wait") % {"allocated": line.allocated, "waiting": waiting}

    @admin.display(description=_("tax"))
    def tax(self, line):
        return percent(line.tax_rate) if line.tax_rate is not None else ""

    @admin.display(description=_("amount"))
    def amount(self, line):
        return amount(line.amount) if line.pk and line.unit_price is not None else ""


@admin.register(Order)
class OrderAdmin(
    EntryAdmin, TellingAdmin, DeskAdmin, StepsAdmin, PrintAdmin, ActionsAdmin, OrderListAdmin, ExportAdmin, TrackedAdmin
):
    form = OrderForm
    resource_classes = [LineResource, OrderResource]
    inlines = [OrderLineInline]
    as_of_fields = ("number", "customer", "status", "due_date", "location", "discount_percent")
    autocomplete_fields = ["customer"]
    fieldsets = [
        (None, {"fields": ["customer"]}),
        (_("Terms"), {"fields": ["location", "due_date", ("discount_percent", "tax_rate")]}),
        (_("Delivery"), {"fields": ["address", "note"]}),
    ]
    actions = [*ActionsAdmin.actions, "print_picking_lists", "export_selected"]

    class Media:
        css = {"all": ["orders/order.css"]}
        js = [Script(f"orders/{name}.js", defer=True) for name in ("entry", "customer", "paste", "camera", "told")]

    # Who may do what

    def has_change_permission(self, request, obj=None):
        is_closed = obj is not None and obj.status in (Order.Status.SHIPPED, Order.Status.CANCELLED)
        return not is_closed and super().has_change_permission(request, obj)

    def may_type(self, request, obj=None) -> bool:
        """Whether this person enters an order, or edits this one."""
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return not (obj and obj.was_confirmed) and super().has_delete_permission(request, obj)

    # The page

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "customer":
            kwargs["widget"] = RecordSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fieldsets(self, request, obj=None):
        hidden = [(None, {"fields": ["seen_version", "one_time_key"]})] if self.may_type(request, obj) else []
        return [*self.fieldsets, *hidden]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)  # a class of this request's own
        form.may_add_customer = request.user.has_perm("orders.add_customer")
        form.locations = locations_of(request)
        return form

    def get_changeform_initial_data(self, request):
        return {**super().get_changeform_initial_data(request), "one_time_key": uuid.uuid4().hex}

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"is_typed": self.may_type(request, obj), "totals": obj.totals() if obj else compute([], Decimal(0))}
        context["preview"] = getattr(request, "preview", None)
        if obj:
            context |= {"steps": self.steps_of(request, obj), "path": path_of(obj), **self.timeline_of(request, obj.pk)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def save_model(self, request, obj, form, change):
        """Saved in ``save_related``, where header and lines are one edit."""

    def save_related(self, request, form, formsets, change):
        order = form.instance
        if not change:
            order.entered_by = request.user
        with transaction.atomic(savepoint=False), told.choosing(is_wanted(request)):
            before = Figures.of(order.pk) if change and order.holds_stock else None
            with workflow.editing(order, [claim for formset in formsets for claim in formset.concerned]):
                form.save_new_customer()
                order.version += change and is_changed(order, formsets)
                order.save()
                super().save_related(request, form, formsets, change)
                if is_placing(request):
                    workflow.place(order)
            workflow.complete(order)
            if before:
                self.show_first(request, preview.effect(before, Figures.of(order.pk)))

    def response_add(self, request, obj, post_url_continue=None):
        return self._response(request, obj)

    def response_change(self, request, obj):
        return self._response(request, obj)

    def _response(self, request, order):
        done = _("%(number)s is placed.") if is_placing(request) else _("%(number)s is saved.")
        messages.success(request, done % {"number": order.number})
        target = (
            ["admin:orders_order_add"] if "_addanother" in request.POST else ["admin:orders_order_change", order.pk]
        )
        return HttpResponseRedirect(reverse(target[0], args=target[1:]))


def is_changed(order: Order, formsets) -> bool:
    """Whether a save would write anything: a form that says what the record says already is no edit."""
    return bool(order.changed_fields()) or any(formset.writes() for formset in formsets)


def path_of(order: Order) -> list[tuple[str, Any]]:
    """The states that an order like this goes through."""
    if order.status == Order.Status.CANCELLED:
        return [(state.value, state.label) for state in (Order.Status.DRAFT, Order.Status.CANCELLED)]
    return [choice for choice in Order.Status.choices if choice[0] != Order.Status.CANCELLED]


def locations_of(request) -> list[Location]:
    """All locations, read once for a request."""
    if not hasattr(request, "locations"):
        request.locations = list(Location.objects.order_by("-is_default", "code"))
    return request.locations
