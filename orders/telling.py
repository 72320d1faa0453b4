"""The line above Save that says who will be told, for the order as it stands in the form."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import path
from django.utils.translation import gettext as _

from orders import told
from orders.models import Customer, Order

SWITCH = "tell"


class TellingAdmin(admin.ModelAdmin):
    """Adds ``told/?customer=7&status=confirmed`` to the order's admin, and the line and its switch to the page."""

    def get_urls(self):
        return [
            path("told/", self.admin_site.admin_view(self.told_view), name="orders_order_told"),
            *super().get_urls(),
        ]

    def told_view(self, request):
        if not (request.user.has_perm("orders.view_customer") and request.user.has_perm("orders.view_order")):
            raise PermissionDenied
        key, name = request.GET.get("customer", ""), request.GET.get("name", "")
        customer = Customer.objects.filter(pk=key).first() if key.isdigit() else None
        if not customer and name:
            customer = Customer(name=name, email=request.GET.get("email", ""))
        return JsonResponse({"text": line(Order(customer=customer), request.GET.get("status", ""))})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        order = context["adminform"].form.as_typed()
        status = "" if obj and obj.holds_stock else Order.Status.CONFIRMED
        context |= {"told_status": status, "told_line": line(order, status), "is_told": is_wanted(request)}
        return super().render_change_form(request, context, add, change, form_url, obj)


def is_wanted(request) -> bool:
    """The switch: on, unless the page was sent with it off."""
    return request.POST.get(SWITCH) != "no"


def line(order: Order, status: str) -> str:
    if not order.has_customer:
        return _("Choose a customer to see who is told.")
    people = told.who(order, status)
    if not people:
        return _("Nobody is told: the customer does not want to be, or has no address for it.")
    told_of = _("Told: %(people)s") if status else _("Told, if what was ordered changes: %(people)s")
    return told_of % {"people": ", ".join(map(str, people))}
