"""What the order page does with what is sent: once only, answered, and run again when it is refused while saving."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from orders import answers
from orders.models import Order


class EntryAdmin(admin.ModelAdmin):
    """Stands before the admin that tries a refused save a second time: what is refused here is shown at its line."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        if not object_id and (order := self._entered_already(request)):
            return self._show_entered(request, order)
        if answers.BUTTON in request.POST:
            request.POST = answers.given(request.POST)
        return self._save_once(request, object_id, form_url, extra_context)

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
        """A refusal that comes only while saving ends the transaction; then the form runs again and shows it."""
        view = admin.ModelAdmin.changeform_view
        try:
            return view(self, request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal
            return view(self, request, object_id, form_url, extra_context)

    def _entered_already(self, request) -> Order | None:
        """The order that an earlier submission of the same form made: a double click, a retry, back and again."""
        key = request.POST.get("one_time_key")
        return Order.objects.filter(form_key=key).first() if key else None

    def _show_entered(self, request, order):
        messages.info(request, _("%s was entered already.") % order.number)
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))


def is_placing(request) -> bool:
    return "_place" in request.POST
