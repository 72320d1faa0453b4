"""What the order page asks while an order is being typed: an item, the figures, pasted lines, a customer's last orders.

Nothing here locks or writes: what is answered is decided again, under locks, when the order is saved.
"""

from difflib import get_close_matches
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.money import amount
from inventory import decimals
from inventory.models import Item, Location, StockLevel
from inventory.sku import sku_key
from orders import pasted, typed, workflow
from orders.models import Customer, Order

FEW = 8  # items suggested
RECENT = 5  # orders of a customer


class DeskAdmin(admin.ModelAdmin):
    """Adds the addresses that the order page's scripts ask. Each is for who may enter or edit orders."""

    def get_urls(self):
        own = [
            path("find-item/", self._for_clerks(require_GET(find_item)), name="orders_order_find_item"),
            path("figures/", self._for_clerks(require_POST(figures)), name="orders_order_figures"),
            path("read-lines/", self._for_clerks(require_POST(read_lines)), name="orders_order_read_lines"),
            path("customer/<int:pk>/", self._for_clerks(require_GET(customer)), name="orders_order_customer"),
            path(
                "<int:pk>/duplicate/", self.admin_site.admin_view(require_POST(self.duplicate)), name="orders_duplicate"
            ),
        ]
        return own + super().get_urls()

    def _for_clerks(self, view):
        def guarded(request, **kwargs):
            is_clerk = request.user.has_perm("orders.add_order") or request.user.has_perm("orders.change_order")
            if not (is_clerk and request.user.has_perm("inventory.view_item")):
                raise PermissionDenied
            return view(request, **kwargs)

        return self.admin_site.admin_view(guarded)

    def duplicate(self, request, pk):
        if not self.has_add_permission(request):
            raise PermissionDenied
        order = get_object_or_404(self.get_queryset(request), pk=pk)
        copy, left_out = workflow.duplicate(order, request.user)
        self.message_user(request, _("%(number)s is a copy at today's prices.") % {"number": copy.number})
        if left_out:
            skus = ", ".join(item.sku for item in left_out)
            self.message_user(request, _("Not sold any more and left out: %(skus)s.") % {"skus": skus}, "WARNING")
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[copy.pk]))


# An item --------------------------------------------------------------------------------------------------------------


def find_item(request):
    location = typed.location_of(request.GET.get("location"))
    found, is_exact = look_up(request.GET.get("q", "")[:200], location)
    return JsonResponse({"items": [as_json(item) for item in found], "exact": is_exact})


def look_up(words: str, location: Location) -> tuple[list[Any], bool]:
    """Active items, best first: the one with this barcode, else with this SKU; else those whose SKU begins so, then
    those with the words in their name. The flag says whether there is no doubt."""
    words = words.replace("\0", "").strip()
    key = sku_key(words)
    if not key:
        return [], False
    items = Item.objects.filter(is_active=True).annotate(available=_available_at(location))
    named = list(items.filter(Q(barcode=words) | Q(sku_key=key)))
    if named:
        return sorted(named, key=lambda item: item.barcode != words)[:1], True
    begins = list(items.filter(sku_key__begins=key)[:FEW])
    if len(begins) < FEW:
        begun = [item.pk for item in begins]
        begins += items.search(words).exclude(pk__in=begun)[: FEW - len(begins)]
    return begins, False


def _available_at(location: Location) -> Subquery:
    return Subquery(StockLevel.objects.filter(item=OuterRef("pk"), location=location).values("available")[:1])


def as_json(item: Any) -> dict[str, Any]:
    return {
        "id": item.pk,
        "text": str(item),
        "sku": item.sku,
        "name": item.name,
        "price": decimals.typed(f"{item.unit_price:.2f}"),
        "shown_price": amount(item.unit_price),
        "available": (item.available or 0) if item.is_stocked else None,
    }


# The figures ----------------------------------------------------------------------------------------------------------


def figures(request):
    order = typed.read(request.POST)
    context = {"totals": order.totals}
    html = render_to_string("orders/totals.html", context, request)
    return JsonResponse({"lines": order.lines, "totals": html})


# Pasted lines ---------------------------------------------------------------------------------------------------------


def read_lines(request):
    """Rows of SKU or barcode, quantity and price, each with its item or what comes near it."""
    location = typed.location_of(request.POST.get("location"))
    rows = pasted.read(request.POST.get("text", ""))
    items = _items_named([row.code for row in rows], location)
    return JsonResponse({"rows": [_answer(row, items.get(row.code), location) for row in rows]})


def _items_named(codes: list[str], location: Location) -> dict[str, Any]:
    keys = {sku_key(code): code for code in codes}
    items = Item.objects.filter(is_active=True).annotate(available=_available_at(location))
    found = items.filter(Q(sku_key__in=list(keys)) | Q(barcode__in=codes))
    by_key = {item.sku_key: item for item in found}
    by_barcode = {item.barcode: item for item in found if item.barcode}
    return {code: by_barcode.get(code) or by_key.get(sku_key(code)) for code in codes}


def _answer(row: pasted.Line, item: Any, location: Location) -> dict[str, Any]:
    near = [] if item else [as_json(found) for found in near_misses(row.code, location)]
    problem = row.problem or ("" if item else _("No item %(code)s.") % {"code": row.code})
    return {
        "number": row.number,
        "code": row.code,
        "quantity": row.quantity,
        "price": decimals.typed(row.price),
        "problem": problem,
        "item": as_json(item) if item else None,
        "near": near,
    }


def near_misses(code: str, location: Location) -> list[Any]:
    """Items whose SKU looks like the code, of those that begin alike."""
    key = sku_key(code)
    items = Item.objects.filter(is_active=True, sku_key__begins=key[:2]).annotate(available=_available_at(location))
    by_key = {item.sku_key: item for item in items[:500]}
    return [by_key[found] for found in get_close_matches(key, by_key, n=3, cutoff=0.7)]


# A customer -----------------------------------------------------------------------------------------------------------


def customer(request, pk):
    if not request.user.has_perm("orders.view_customer"):
        raise PermissionDenied
    found = get_object_or_404(admin.site.get_model_admin(Customer).get_queryset(request), pk=pk)
    orders = Order.objects.filter(customer=found)
    context = {"customer": found, "orders": orders[:RECENT], "count": orders.count()}
    return render(request, "orders/customer.html", context)
