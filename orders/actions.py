"""Steps of many orders at once, from the list: all of them or none, with a report of what stood in the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from orders import workflow
from orders.models import Order

MOST = 100  # orders in one transaction, which holds up everybody else on SQLite
TOLD = 10  # refusals named

Refusals = list[tuple[Order, ValidationError]]


@dataclass(frozen=True)
class Step:
    """What is done to each order, and the lazy words that ask for it and tell of it."""

    verb: Callable[[Order], None]
    title: Any
    question: Any
    button: Any
    done: Any
    is_dangerous: bool = False


PLACE = Step(
    workflow.place,
    title=gettext_lazy("Place orders"),
    question=ngettext_lazy(
        "Place this order? Stock is held for it.",
        "Place these %(count)d orders? Stock is held for them.",
        "count",
    ),
    button=gettext_lazy("Place them"),
    done=ngettext_lazy("%(count)d order is placed.", "%(count)d orders are placed.", "count"),
)
SHIP = Step(
    workflow.ship,
    title=gettext_lazy("Ship orders"),
    question=ngettext_lazy(
        "Ship everything of this order? Its units leave the shelf.",
        "Ship everything of these %(count)d orders? Their units leave the shelf.",
        "count",
    ),
    button=gettext_lazy("Ship them"),
    done=ngettext_lazy("%(count)d order is shipped.", "%(count)d orders are shipped.", "count"),
)
CANCEL = Step(
    workflow.cancel,
    title=gettext_lazy("Cancel orders"),
    question=ngettext_lazy(
        "Cancel this order? What it holds is released.",
        "Cancel these %(count)d orders? What they hold is released.",
        "count",
    ),
    button=gettext_lazy("Cancel them"),
    done=ngettext_lazy("%(count)d order is cancelled.", "%(count)d orders are cancelled.", "count"),
    is_dangerous=True,
)


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

    @admin.action(permissions=["change"], description=gettext_lazy("Place selected orders…"))
    def place_selected(self, request, queryset):
        return self._ask_or_run(request, queryset, PLACE)

    @admin.action(permissions=["ship"], description=gettext_lazy("Ship everything of selected orders…"))
    def ship_selected(self, request, queryset):
        return self._ask_or_run(request, queryset, SHIP)

    @admin.action(permissions=["cancel"], description=gettext_lazy("Cancel selected orders…"))
    def cancel_selected(self, request, queryset):
        return self._ask_or_run(request, queryset, CANCEL)

    def _ask_or_run(self, request: HttpRequest, queryset, step: Step) -> TemplateResponse | None:
        orders = list(queryset.select_related("customer").order_by("pk")[: MOST + 1])
        if len(orders) > MOST:
            messages.error(request, _("At most %(most)d orders at once. Select fewer.") % {"most": MOST})
        elif "confirmed" not in request.POST:
            return self._ask_first(request, orders, step)
        elif refusals := together(orders, step.verb):
            self._report(request, refusals)
        else:
            messages.success(request, step.done % {"count": len(orders)})
        return None

    def _ask_first(self, request: HttpRequest, orders: list[Order], step: Step) -> TemplateResponse:
        """The page names each order, so that what is confirmed is what was shown, also of all that a filter left."""
        context = {
            **self.admin_site.each_context(request),
            "title": step.title,
            "question": step.question % {"count": len(orders)},
            "step": step,
            "action": request.POST["action"],
            "opts": self.opts,
            "orders": orders,
        }
        return TemplateResponse(request, "orders/confirm_selected.html", context)

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
