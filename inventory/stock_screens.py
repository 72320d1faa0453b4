"""The buttons of an item: a small page for each verb of stock. What a verb refuses is shown at its field."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.forms import REASONS, AdjustForm, CountForm, ReceiveForm, StockForm, TransferForm
from inventory.models import Item, Location

PERMISSION = "inventory.adjust_stocklevel"


@dataclass(frozen=True)
class Screen:
    name: str
    label: str | Promise
    button: str | Promise
    form: type[StockForm]
    needs_two_locations: bool = False


SCREENS = [
    Screen("receive", _("Receive"), _("Receive"), ReceiveForm),
    Screen("adjust", _("Adjust"), _("Adjust"), AdjustForm),
    Screen("count", _("Count"), _("Save count"), CountForm),
    Screen("transfer", _("Transfer"), _("Transfer"), TransferForm, needs_two_locations=True),
]


class StockScreensAdmin(admin.ModelAdmin):
    """Adds ``<item>/receive/`` and its sisters to an item's admin, and the buttons to its page."""

    def get_urls(self):
        own = [path(f"<int:pk>/{screen.name}/", self._view(screen), name=_url_name(screen)) for screen in SCREENS]
        return own + super().get_urls()

    def screens_of(self, request, item: Item) -> list[tuple[Screen, str]]:
        """The screens that this person may open for the item, each with its address."""
        if not (item.is_stocked and request.user.has_perm(PERMISSION)):
            return []
        is_one = Location.objects.count() == 1
        possible = [screen for screen in SCREENS if not (screen.needs_two_locations and is_one)]
        return [(screen, reverse(f"admin:{_url_name(screen)}", args=[item.pk])) for screen in possible]

    def _view(self, screen: Screen):
        def view(request, pk):
            if not request.user.has_perm(PERMISSION):
                raise PermissionDenied
            item = get_object_or_404(self.get_queryset(request), pk=pk)
            if screen not in dict(self.screens_of(request, item)):
                messages.error(
                    request, _("Nothing to do there: the item is not kept in stock, or there is one location.")
                )
                return HttpResponseRedirect(reverse("admin:inventory_item_change", args=[pk]))
            return self._answer(request, screen, item)

        return self.admin_site.admin_view(view)

    def _answer(self, request, screen: Screen, item: Item):
        locations = list(Location.objects.order_by("-is_default", "code"))
        location = _chosen(locations, request.GET.get("location"))
        posted = request.POST if request.method == "POST" else None
        form = screen.form(posted, item=item, location=location)
        if posted is not None and form.is_valid() and form.carry_out():
            messages.success(request, form.done)
            return HttpResponseRedirect(reverse("admin:inventory_item_change", args=[item.pk]))
        on_hand = dict(item.levels.values_list("location", "on_hand"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{screen.label} {item.sku}",
            "opts": self.opts,
            "screen": screen,
            "item": item,
            "form": form,
            "location": location,
            "locations": [(place, on_hand.get(place.pk, 0)) for place in locations],
            "reasons": REASONS,
        }
        return TemplateResponse(request, "inventory/stock_screen.html", context)


def _url_name(screen: Screen) -> str:
    return f"inventory_item_{screen.name}"


def _chosen(locations: list[Location], wanted: str | None) -> Location:
    """The location that the address names; the default one if it names none."""
    if not wanted:
        return locations[0]
    for location in locations:
        if str(location.pk) == wanted:
            return location
    raise Http404
