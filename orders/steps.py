"""The buttons of an order: one POST for each step of the workflow, with its permission and the reason it is off."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders import rules, workflow
from orders.models import Order

Status = Order.Status


@dataclass(frozen=True)
class Step:
    name: str
    label: str | Promise
    done: str | Promise  # the message afterwards, with the order's number
    verb: Callable[[Order], None]
    leads_to: Status
    permission: str

    def is_possible(self, order: Order) -> bool:
        return self.leads_to in rules.TRANSITIONS[Status(order.status)]


STEPS = [
    Step("ship", _("Ship everything"), _("%s is shipped."), workflow.ship, Status.SHIPPED, "orders.ship_order"),
    Step("cancel", _("Cancel order"), _("%s is cancelled."), workflow.cancel, Status.CANCELLED, "orders.cancel_order"),
    Step("reopen", _("Reopen"), _("%s is a draft again."), workflow.reopen, Status.DRAFT, "orders.change_order"),
]


class StepsAdmin(admin.ModelAdmin):
    """Adds ``<order>/ship/`` and its sisters to an order's admin, and the buttons to its page."""

    def get_urls(self):
        own = [path(f"<int:pk>/{step.name}/", self._view(step), name=f"orders_order_{step.name}") for step in STEPS]
        return own + super().get_urls()

    def steps_of(self, request, order: Order) -> list[Step]:
        return [step for step in STEPS if step.is_possible(order) and request.user.has_perm(step.permission)]

    def _view(self, step: Step):
        @require_POST
        def view(request, pk):
            order = get_object_or_404(self.get_queryset(request), pk=pk)
            if not request.user.has_perm(step.permission):
                raise PermissionDenied
            try:
                step.verb(order)
            except ValidationError as refusal:
                messages.error(request, " ".join(refusal.messages))
            else:
                messages.success(request, step.done % order.number)
            return HttpResponseRedirect(reverse("admin:orders_order_change", args=[pk]))

        return self.admin_site.admin_view(view)
