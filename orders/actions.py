"""Steps of many orders at once, from the list: all of them or none, with a report of what stood in the way."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders import workflow
from orders.models import Order

MOST = 100  # orders in one transaction, which holds up everybody else on SQLite
TOLD = 10  # refusals named

Refusals = list[tuple[Order, ValidationError]]


class ActionsAdmin(admin.ModelAdmin):
    actions = ["place_selected", "ship_selected", "cancel_selected"]

    def get_actions(self, request, action_location=ActionLocation.CHANGE_LIST):
        found = super().get_actions(request, action_location)
        found.pop("delete_selected", None)  # drafts are deleted one by one, confirmed orders never
        return found

    def has_ship_permission(self, request):
        return request.user.has_perm("orders.ship_order")

    def has_cancel_permission(self, request):
        return request.user.has_perm("orders.cancel_order")

    @admin.action(permissions=["change"], description=gettext_lazy("Place selected orders"))
    def place_selected(self, request, queryset):
        done = ngettext("%d order is placed.", "%d orders are placed.", queryset.count())
        self._run(request, queryset, workflow.place, done)

    @admin.action(permissions=["ship"], description=gettext_lazy("Ship everything of selected orders"))
    def ship_selected(self, request, queryset):
        done = ngettext("%d order is shipped.", "%d orders are shipped.", queryset.count())
        self._run(request, queryset, workflow.ship, done)

    @admin.action(permissions=["cancel"], description=gettext_lazy("Cancel selected orders…"))
    def cancel_selected(self, request, queryset):
        if "confirmed" not in request.POST:
            return self._ask_first(request, queryset)
        done = ngettext("%d order is cancelled.", "%d orders are cancelled.", queryset.count())
        return self._run(request, queryset, workflow.cancel, done)

    def _ask_first(self, request, queryset):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel orders"),
            "opts": self.opts,
            "orders": queryset.select_related("customer").order_by("pk")[: MOST + 1],
            "count": queryset.count(),
            "most": MOST,
            "selected": request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "orders/cancel_selected.html", context)

    def _run(self, request: HttpRequest, queryset, verb: Callable[[Order], None], done: str) -> None:
        orders = list(queryset.order_by("pk")[: MOST + 1])
        if len(orders) > MOST:
            messages.error(request, _("At most %(most)d orders at once. Select fewer.") % {"most": MOST})
        elif refusals := together(orders, verb):
            self._report(request, refusals)
        else:
            messages.success(request, done % len(orders))

    def _report(self, request: HttpRequest, refusals: Refusals) -> None:
        messages.error(request, _("Nothing was done: all of the selected orders or none."))
        for order, refusal in refusals[:TOLD]:
            url = reverse("admin:orders_order_change", args=[order.pk])
            sentence = " ".join(refusal.messages)
            messages.error(request, format_html('<a href="{}">{}</a>: {}', url, order.number, sentence))
        if (more := len(refusals) - TOLD) > 0:
            messages.error(request, _("And %(count)d more.") % {"count": more})


def together(orders: list[Order], verb: Callable[[Order], None]) -> Refusals:
    """Runs the verb on every order in one transaction; any refusal takes all of it back, and all are returned.

    The stock levels of all orders are locked first, in primary key order, as everywhere.
    """
    refusals: Refusals = []
    with transaction.atomic():
        workflow.lock_all(orders)
        for order in orders:
            try:
                with transaction.atomic():
                    verb(order)
            except ValidationError as refusal:
                refusals.append((order, refusal))
        if refusals:
            transaction.set_rollback(True)
    return refusals
