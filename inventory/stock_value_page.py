"""The list of stock and its value as of a date, by level, category or location, and its export."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from import_export.fields import Field

from backoffice.exports import sources
from backoffice.exports.asking import ask
from backoffice.exports.formats import FORMATS
from backoffice.exports.resources import ExportResource
from backoffice.exports.sources import Source
from backoffice.history import moments
from backoffice.history.moments import Moment
from inventory import stock_value
from inventory.models import StockLevel
from inventory.stock_value import CENT, GROUPINGS

ROWS = 50
SOURCE = "inventory.stock_as_of"


class StockAsOfResource(ExportResource):
    sku = Field(attribute="item__sku", column_name="sku")
    name = Field(attribute="item__name", column_name="name")
    category = Field(attribute="then_category", column_name="category")
    location = Field(attribute="location__name", column_name="location")
    on_hand = Field(attribute="then_on_hand", column_name="on hand")
    allocated = Field(attribute="then_allocated", column_name="allocated")
    cost = Field(attribute="then_cost", column_name="cost")
    value = Field(attribute="then_value", column_name="value")

    related = ("item", "location")

    class Meta:
        model = StockLevel
        fields = ("sku", "name", "category", "location", "on_hand", "allocated", "cost", "value")
        export_order = fields

    def dehydrate_value(self, level):
        return Decimal(level.then_value).quantize(CENT)


class StockAsOfSource(Source):
    name = SOURCE
    resources = (StockAsOfResource,)

    def label(self):
        return _("stock as of a date")

    def may_export(self, user):
        return user.has_perms(["inventory.view_stocklevel", "inventory.export_stocklevel"])

    def records(self, user, query, selected):
        asked = sources.request_of(user, query).GET
        found = stock_value.listed(moments.parse(asked.get("at", "")) or moments.now(), asked.get("q", ""))
        return found if selected is None else found.filter(pk__in=selected)


class StockValueAdmin(admin.ModelAdmin):
    """Mixed with AsOfAdmin: takes the place of its list of stock levels as of a date."""

    def get_urls(self):
        export = self.admin_site.admin_view(self.stock_export_view)
        return [path("as-of/export/", export, name="inventory_stock_as_of_export"), *super().get_urls()]

    def as_of_list_view(self, request):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        moment = self.moment_of(request)
        context = {
            **self.admin_site.each_context(request),
            **_found(request, moment),
            "title": _("Stock as of a date"),
            "opts": self.opts,
            "moment": moment,
            "may_export": StockAsOfSource().may_export(request.user),
            "export_url": f"{reverse('admin:inventory_stock_as_of_export')}?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "inventory/stock_value.html", context)

    def stock_export_view(self, request):
        wanted = request.POST.get("format", "xlsx")
        return ask(request, SOURCE, query=request.GET.urlencode(), format=wanted if wanted in FORMATS else "xlsx")


def _found(request: HttpRequest, moment: Moment) -> dict[str, Any]:
    """The rows that the address asks for."""
    grouping = next((each for each in GROUPINGS if each.name == request.GET.get("by")), None)
    words, after = request.GET.get("q", "").replace("\0", "").strip()[:100], request.GET.get("after", "")
    asked: dict[str, Any] = {"grouping": grouping, "groupings": GROUPINGS, "query": words, "is_paged": bool(after)}
    if grouping:
        groups = stock_value.by(grouping, moment)
        return {**asked, "groups": groups, "total": stock_value.added_up(groups)}
    asked["total"] = stock_value.total(moment)
    page = stock_value.listed(moment, words, int(after) if after.isdecimal() and len(after) < 19 else None)
    levels = list(page[: ROWS + 1])
    return {**asked, "levels": levels[:ROWS], "next": levels[ROWS - 1].pk if len(levels) > ROWS else None}
