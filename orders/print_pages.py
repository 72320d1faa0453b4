"""The papers of an order: each has an address below the order's own, as a page to print and with ``?format=pdf``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backoffice import printing, sheets
from backoffice.sheets import Sheet
from orders import paper
from orders.models import Order

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Paper:
    name: str
    label: str | Promise
    sheet: Callable[[Order], Sheet]


PAPERS = [
    Paper("packing-slip", _("Packing slip"), paper.packing_slip),
    Paper("next-packing-slip", _("Packing slip of what is ready"), lambda order: paper.packing_slip(order, paper.NEXT)),
    Paper("invoice", _("Invoice"), paper.invoice),
    Paper("picking-list", _("Picking list"), paper.picking_list),
]


class PrintAdmin(admin.ModelAdmin):
    """Adds ``<order>/packing-slip/`` and its sisters to an order's admin, and the links to its page."""

    def get_urls(self):
        own = [path(f"<int:pk>/{each.name}/", self._paper_view(each), name=_url_name(each)) for each in PAPERS]
        return own + super().get_urls()

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["papers"] = self.papers_of(obj) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def papers_of(self, order: Order) -> list[tuple[Paper, str]]:
        """The papers there are of the order, each with its address."""
        has_two_parcels = order.status == Order.Status.PARTLY_SHIPPED
        there_are = [each for each in PAPERS if has_two_parcels or each.name != "next-packing-slip"]
        return [(each, reverse(f"admin:{_url_name(each)}", args=[order.pk])) for each in there_are]

    @admin.action(description=_("Print picking lists"), permissions=["view"])
    def print_picking_lists(self, request, queryset):
        if queryset.count() > MOST_AT_ONCE:
            messages.error(request, _("Choose at most %d orders to print at once.") % MOST_AT_ONCE)
            return None
        orders = paper.orders_to_print(queryset).order_by("pk")
        return printing.response(sheets.pdf(paper.picking_list(order) for order in orders), "picking-lists.pdf")

    def _paper_view(self, each: Paper):
        @require_safe
        def view(request, pk):
            order = get_object_or_404(paper.orders_to_print(self.get_queryset(request)), pk=pk)
            if not self.has_view_permission(request, order):
                raise PermissionDenied
            sheet = each.sheet(order)
            if request.GET.get("format") == "pdf":
                return printing.response(sheets.pdf([sheet]), f"{order.number} {each.name}.pdf")
            context = {"sheet": sheet, "back": reverse("admin:orders_order_change", args=[pk])}
            return TemplateResponse(request, "backoffice/sheet.html", context)

        return self.admin_site.admin_view(view)


def _url_name(each: Paper) -> str:
    return f"orders_order_{each.name.replace('-', '_')}"
