"""The buttons of an order and the pages behind them: each step of the workflow with its permission, and the rule that
says why it is off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders import rules, workflow
from orders.line_forms import CancelForm, LinesForm, ReturnForm, ShipForm
from orders.models import Order


@dataclass(frozen=True, kw_only=True)
class Step:
    """``done`` is the message with the order's number; ``rule`` raises where the order's state forbids the step."""

    name: str
    label: str | Promise
    done: str | Promise
    rule: Callable[[Order], None]
    permission: str
    is_grave: bool = False

    @property
    def url_name(self) -> str:
        return f"orders_order_{self.name}"

    def why_not(self, order: Order) -> str:
        """Why the order's state forbids it; blank when it does not."""
        try:
            self.rule(order)
        except ValidationError as refusal:
            return " ".join(refusal.messages)
        return ""


@dataclass(frozen=True, kw_only=True)
class Button(Step):
    """A step that one press takes."""

    verb: Callable[[Order], None]


@dataclass(frozen=True, kw_only=True)
class Page(Step):
    """A step that asks first how many units of which line."""

    form: type[LinesForm]


STEPS: list[Button | Page] = [
    Button(
        name="ship",
        label=_("Ship everything"),
        done=_("%s: what was ready is shipped."),
        rule=rules.check_can_ship,
        permission="orders.ship_order",
        verb=workflow.ship,
    ),
    Page(
        name="ship_lines",
        label=_("Ship a part…"),
        done=_("%s: the units are shipped."),
        rule=rules.check_can_ship,
        permission="orders.ship_order",
        form=ShipForm,
    ),
    Page(
        name="return",
        label=_("Take back…"),
        done=_("%s: what came back is recorded."),
        rule=rules.check_can_return,
        permission="orders.return_order",
        form=ReturnForm,
    ),
    Button(
        name="reopen",
        label=_("Reopen"),
        done=_("%s is a draft again."),
        rule=rules.check_can_reopen,
        permission="orders.change_order",
        verb=workflow.reopen,
    ),
    Page(
        name="cancel",
        label=_("Cancel…"),
        done=_("%s: cancelled as you said."),
        rule=rules.check_can_cancel,
        permission="orders.cancel_order",
        form=CancelForm,
        is_grave=True,
    ),
]


class StepsAdmin(admin.ModelAdmin):
    """Adds ``<order>/ship/`` and its sisters to an order's admin, and the buttons to its page."""

    def get_urls(self):
        own = [path(f"<int:pk>/{step.name.replace('_', '-')}/", self._view(step), name=step.url_name) for step in STEPS]
        return own + super().get_urls()

    def steps_of(self, request, order: Order) -> list[dict[str, Any]]:
        """What the order's page shows of each step that this person may take."""
        allowed = (step for step in STEPS if request.user.has_perm(step.permission))
        return [
            {
                "step": step,
                "is_page": isinstance(step, Page),
                "url": reverse(f"admin:{step.url_name}", args=[order.pk]),
                "why_not": step.why_not(order),
            }
            for step in allowed
        ]

    def _view(self, step: Button | Page):
        def view(request, pk):
            order = get_object_or_404(self.get_queryset(request), pk=pk)
            if not request.user.has_perm(step.permission):
                raise PermissionDenied
            return self._ask(request, step, order) if isinstance(step, Page) else self._take(request, step, order)

        return self.admin_site.admin_view(view if isinstance(step, Page) else require_POST(view))

    def _take(self, request, step: Button, order: Order):
        try:
            step.verb(order)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, step.done % order.number)
        return self._back(order)

    def _ask(self, request, step: Page, order: Order):
        posted = request.POST if request.method == "POST" else None
        if refusal := step.why_not(order):
            messages.error(request, refusal)
            return self._back(order)
        form = step.form(posted, order=order)
        if posted is not None and form.is_valid() and form.carry_out():
            messages.success(request, step.done % order.number)
            return self._back(order)
        label = str(step.label).rstrip("…")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{order.number}: {label}",
            "opts": self.opts,
            "order": order,
            "label": label,
            "form": form,
        }
        return TemplateResponse(request, f"orders/{step.name}.html", context)

    def _back(self, order: Order):
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))
