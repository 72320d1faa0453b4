"""The list of orders: its columns, its filters and its search. Indexes answer what can be asked."""

from datetime import date, timedelta

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.imports.filters import ImportFilter
from backoffice.money import money
from backoffice.periods import midnight
from backoffice.words import asked
from orders.models import Customer, Order, OrderLine, StagedLine

WAITING = format_html('<span class="bo-badge bo-badge-warn">{}</span>', _("waits for stock"))


class EnteredFilter(admin.SimpleListFilter):
    """When the order was entered: a named span, or ``from..to`` with either side open."""

    title = _("entered")
    parameter_name = "entered"
    template = "orders/entered_filter.html"
    sides = ("entered_from", "entered_to")  # the two boxes of its form, which make one span

    def __init__(self, request, params, model, model_admin):
        typed = [params.pop(side, [""])[-1] for side in self.sides]
        if any(typed):
            params[self.parameter_name] = ["..".join(typed)]
        super().__init__(request, params, model, model_admin)
        span = self.value() or ""
        self.first, _dots, self.last = span.partition("..") if ".." in span else ("", "", "")

    def lookups(self, request, model_admin):
        return [("today", _("Today")), ("7", _("Last 7 days")), ("30", _("Last 30 days")), ("month", _("This month"))]

    def choices(self, changelist):
        own = [self.parameter_name, *self.sides]
        sent = {"q": [changelist.query] if changelist.query else []} | changelist.filter_params
        self.others = [(name, value) for name, values in sent.items() if name not in own for value in values]
        for value, title in [("", _("All")), *self.lookup_choices]:
            query = changelist.get_query_string({self.parameter_name: value} if value else {}, remove=own)
            yield {"selected": (self.value() or "") == value, "query_string": query, "display": title}

    def queryset(self, request, queryset):
        first, last = self._days(self.value() or "")
        if first:
            queryset = queryset.filter(created_at__gte=midnight(first))
        if last:
            queryset = queryset.filter(created_at__lt=midnight(last + timedelta(days=1)))
        return queryset

    def _days(self, span: str) -> tuple[date | None, date | None]:
        today = timezone.localdate()
        named = {"today": today, "7": today - timedelta(days=6), "30": today - timedelta(days=29)}
        named["month"] = today.replace(day=1)
        if span in named:
            return named[span], None
        first, _dots, last = span.partition("..")
        return _day(first), _day(last)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class ProgressFilter(admin.SimpleListFilter):
    """Groups of states that the first page counts."""

    title = _("progress")
    parameter_name = "progress"

    def lookups(self, request, model_admin):
        return [
            ("to_ship", _("To ship")),
            ("late", _("To ship for more than 3 days")),
            ("forgotten", _("Drafts older than 7 days")),
            ("sold", _("Confirmed or shipped")),
        ]

    def queryset(self, request, queryset):
        known = {value for value, _title in self.lookup_choices}
        return getattr(queryset, self.value())() if self.value() in known else queryset


class DueFilter(admin.SimpleListFilter):
    title = _("due")
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [("overdue", _("Overdue")), ("today", _("Today")), ("week", _("Within 7 days"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "overdue":
            return queryset.overdue()
        spans = {
            "today": Q(due_date=today),
            "week": Q(due_date__range=(today, today + timedelta(days=6))),
        }
        if self.value() not in spans:
            return queryset
        open_states = [Order.Status.DRAFT, *Order.HOLDING]
        return queryset.filter(spans[self.value()], status__in=open_states)


class WaitingFilter(admin.SimpleListFilter):
    title = _("stock")
    parameter_name = "waits"

    def lookups(self, request, model_admin):
        return [("1", _("Waits for stock"))]

    def queryset(self, request, queryset):
        return queryset.filter(waits=True) if self.value() == "1" else queryset


class ByFilter(admin.SimpleListFilter):
    title = _("entered by")
    parameter_name = "by"

    def lookups(self, request, model_admin):
        staff = get_user_model().objects.filter(is_staff=True).order_by("username")
        return [(str(pk), name) for pk, name in staff.values_list("pk", "username")[:50]]

    def queryset(self, request, queryset):
        return queryset.filter(entered_by=int(self.value())) if str(self.value()).isdecimal() else queryset


class CustomerFilter(admin.SimpleListFilter):
    """The orders of one customer, reached from the customer's page: a choice of all customers would be no choice."""

    title = _("customer")
    parameter_name = "customer"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name, "")
        customers = Customer.objects.filter(pk=int(chosen)) if chosen.isdecimal() else []
        return [(str(customer.pk), customer.name) for customer in customers]

    def queryset(self, request, queryset):
        return queryset.filter(customer=int(self.value())) if str(self.value()).isdecimal() else queryset


class ImportedOrders(ImportFilter):
    staged, points = StagedLine, "order"


class OrderListAdmin(admin.ModelAdmin):
    list_display = ["number", "customer", "state", "gross", "due", "created_at", "entered_by"]
    list_filter = [
        "status",
        ProgressFilter,
        EnteredFilter,
        DueFilter,
        WaitingFilter,
        "location",
        ByFilter,
        CustomerFilter,
        ImportedOrders,
    ]
    list_select_related = ["customer", "entered_by"]
    search_fields = ["number"]  # shows the box; get_search_results decides
    search_help_text = _("Number, customer, email or SKU")

    def get_queryset(self, request):
        missing = OrderLine.objects.filter(order=OuterRef("pk"), quantity__gt=F("allocated") + F("shipped"))
        is_waiting = Q(status__in=Order.HOLDING) & Exists(missing.filter(item__is_stocked=True))
        return super().get_queryset(request).annotate(waits=is_waiting)

    def get_search_results(self, request, queryset, search_term):
        words = asked(search_term)
        return queryset.search(words) if words else queryset, False

    @admin.display(description=_("status"), ordering="status")
    def state(self, order):
        badge = format_html('<span class="bo-badge bo-badge-{}">{}</span>', order.status, order.get_status_display())
        return format_html("{} {}", badge, WAITING) if order.waits else badge

    @admin.display(description=_("total"), ordering="total")
    def gross(self, order):
        return money(order.total)

    @admin.display(description=_("due"), ordering="due_date", empty_value="")
    def due(self, order):
        return date_format(order.due_date, "SHORT_DATE_FORMAT") if order.due_date else None
