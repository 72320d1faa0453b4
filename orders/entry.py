"""What the order page does with what is sent: once only, answered, on top of what others did, and previewed.

A save that is refused, or that only was to be seen, has ended its transaction; then the form runs again and shows why.
"""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from orders import answers, overtaken, preview, resending, rules
from orders.models import Order
from orders.overtaken import OvertakenError, TakeOver
from orders.preview import Effect, PreviewError


class EntryAdmin(admin.ModelAdmin):
    """Stands before the admin that tries a refused save a second time: what is refused here is shown at its line."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if not object_id and (order := self._entered_already(request)):
            return self._show_entered(request, order)
        if answers.BUTTON in request.POST:
            request.POST = answers.given(request.POST)
        if object_id and (response := self._take_over(request, object_id)):
            return response
        try:
            return self._save_once(request, object_id, form_url, extra_context)
        except OvertakenError:
            return self._take_over(request, object_id)

    def _save_once(self, request, object_id, form_url, extra_context):
        """Another submission of the same form may have entered the order while this one waited for its locks."""
        try:
            response = self._save_or_explain(request, object_id, form_url, extra_context)
        except IntegrityError:
            if not object_id and (order := self._entered_already(request)):
                return self._show_entered(request, order)
            raise
        is_refused = not isinstance(response, HttpResponseRedirect)
        if not object_id and is_refused and (order := self._entered_already(request)):
            return self._show_entered(request, order)
        return response

    def _save_or_explain(self, request, object_id, form_url, extra_context):
        view = admin.ModelAdmin.changeform_view
        try:
            return view(self, request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal
        except PreviewError as shown:
            request.preview = shown.effect
        return view(self, request, object_id, form_url, extra_context)

    # Once only

    def _entered_already(self, request) -> Order | None:
        """The order that an earlier submission of the same form made: a double click, a retry, back and again."""
        key = request.POST.get("one_time_key")
        return Order.objects.filter(form_key=key).first() if key else None

    def _show_entered(self, request, order):
        messages.info(request, _("%s was entered already.") % order.number)
        if differences := resending.differences(order, request.POST):
            text = _(
                "What was sent now differs and was not saved: %(differences)s. Change the order here if you meant it."
            )
            messages.warning(request, text % {"differences": "; ".join(differences)})
        return self._show(order)

    def _show(self, order):
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))

    # On top of what others did

    def _take_over(self, request, object_id):
        """The page with both versions side by side; None where the form goes on, because it is settled or fresh."""
        order = self.get_object(request, unquote(object_id))
        if not order or not overtaken.is_stale(order, request.POST) or not request.user.has_perm("orders.change_order"):
            return None
        take_over = TakeOver(order, request.POST, *self._forms(request))
        if not take_over.differences and (order.holds_stock or not is_placing(request)):
            messages.info(request, _("%s has these changes already.") % order.number)
            return self._show(order)
        may_save = self.has_change_permission(request, order)
        if may_save and (take_over.is_settled or not take_over.differences):
            request.POST = take_over.merged()
            return None
        return self._show_take_over(request, order, take_over, may_save)

    def _forms(self, request):
        """The classes of the header's form and of a line's."""
        formset, _inline = next(iter(self.get_formsets_with_inlines(request)))
        return self.get_form(request, change=True), formset.form

    def _show_take_over(self, request, order, take_over, may_save):
        advice = _("Choose what stays.") if may_save else _("It cannot be changed any more.")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Changed meanwhile"),
            "opts": self.opts,
            "order": order,
            "version": str(order.version),
            "message": f"{rules.changed_meanwhile_message(order)} {advice}",
            "take_over": take_over,
            "entries": take_over.acts(),
            "may_save": may_save,
        }
        return TemplateResponse(request, "orders/taken_over.html", context, status=409)

    # Previewed

    def show_first(self, request, effect: Effect) -> None:
        """Ends a save that moves money or stock, unless exactly this effect was confirmed."""
        if not effect.is_trivial and request.POST.get(preview.CONFIRMED) != effect.digest:
            raise PreviewError(effect)


def is_placing(request) -> bool:
    return "_place" in request.POST
