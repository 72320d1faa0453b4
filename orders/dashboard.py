"""What orders show on the first page: how many came in, what is to be shipped, and what was left lying."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice import charts, dashboard
from backoffice.dashboard import Card, Change, Figure, Need, Step, Text, list_url
from backoffice.money import money
from orders import daily
from orders.models import Order
from orders.querysets import LATE_AFTER

VIEW = "orders.view_order"
ORDERS = "orders_order"


def contribute():
    first_order = Step(
        title=gettext_lazy("Enter the first order"),
        text=gettext_lazy("Choose a customer and items. Stock is promised at once, and a shortage says so."),
        url_name="admin:orders_order_add",
        permission="orders.add_order",
        is_done=Order.objects.exists,
        place=90,
    )
    dashboard.contribute(Entered, ToShip, Revenue, Pipeline, PerDay, Late, Overdue, Forgotten, steps=[first_order])


class ByDay(Card):
    """What came in day by day, asked for once however many cards show it."""

    @property
    def entered(self) -> list[tuple[date, int, int]]:
        request: Any = self.request
        if not hasattr(request, "entered_by_day"):
            request.entered_by_day = daily.entered(self.period)
        return request.entered_by_day


class Entered(ByDay, Figure):
    title, permission, place = gettext_lazy("Orders entered"), VIEW, 10

    @property
    def days(self):
        return self.entered

    @property
    def value(self):
        return sum(now for _day, now, _before in self.days)

    @property
    def url(self) -> str:
        return list_url(ORDERS, entered=self.period.span)

    @property
    def change(self) -> Change:
        return Change(self.value, sum(before for _day, _now, before in self.days), self.period.days)

    @property
    def line(self) -> str:
        return charts.sparkline([now for _day, now, _before in self.days]) if len(self.days) > 1 else ""


class ToShip(Figure):
    badge_of = "orders.order"
    title, permission, place = gettext_lazy("To ship"), VIEW, 20

    @cached_property
    def found(self):
        return Order.objects.to_ship().aggregate(count=Count("pk"), since=Min("confirmed_at"))

    @property
    def value(self) -> int:
        return self.found["count"]

    @property
    def url(self) -> str:
        return list_url(ORDERS, progress="to_ship")

    @property
    def _waits(self):
        return timezone.now() - self.found["since"] if self.found["since"] else None

    @property
    def is_bad(self) -> bool:
        return bool(self._waits and self._waits > LATE_AFTER)

    @property
    def note(self) -> str:
        if not self._waits:
            return _("nothing waits")
        days = self._waits.days
        return (
            ngettext("the oldest waits %d day", "the oldest waits %d days", days) % days if days else _("since today")
        )


class Revenue(Entered):
    """What the orders of the period add up to, without drafts and cancelled ones."""

    title, place = gettext_lazy("Revenue"), 40

    @cached_property
    def days(self):
        return daily.revenue(self.period)

    @property
    def url(self) -> str:
        return list_url(ORDERS, entered=self.period.span, progress="sold")

    @property
    def shown(self) -> str:
        return money(self.value)


@dataclass(frozen=True)
class Stage:
    status: str
    title: Text
    count: int
    url: str


class Pipeline(Card):
    """How far the orders of the period got, from left to right."""

    area, template = "strip", "orders/pipeline_card.html"
    title, permission = gettext_lazy("How far they got"), VIEW

    @cached_property
    def stages(self) -> list[Stage]:
        within = Order.objects.filter(created_at__gte=self.period.start, created_at__lt=self.period.end)
        counts = dict(within.order_by().values_list("status").annotate(Count("pk")))
        return [
            Stage(status, title, counts.get(status, 0), self._url(status)) for status, title in Order.Status.choices
        ]

    def _url(self, status: str) -> str:
        return list_url(ORDERS, entered=self.period.span, status__exact=status)


class PerDay(ByDay):
    """A bar for each day, the same day of the period before as an outline behind it."""

    area, template, place = "wide", "orders/per_day_card.html", 10
    title, permission = gettext_lazy("Orders per day"), VIEW

    @cached_property
    def drawn(self):
        days = self.entered
        return charts.bars([(day, now, before, list_url(ORDERS, entered=f"{day}..{day}")) for day, now, before in days])

    @property
    def bars(self):
        return self.drawn[0]

    @property
    def lines(self):
        return self.drawn[1]


class Late(Need):
    title, permission, place, tone = gettext_lazy("To ship for more than 3 days"), VIEW, 10, "bad"
    url = property(lambda self: list_url(ORDERS, progress="late"))

    @cached_property
    def value(self) -> int:
        return Order.objects.late().count()


class Overdue(Need):
    title, permission, place, tone = gettext_lazy("Promised for a day that is over"), VIEW, 20, "bad"
    url = property(lambda self: list_url(ORDERS, due="overdue"))

    @cached_property
    def value(self) -> int:
        return Order.objects.overdue().count()


class Forgotten(Need):
    title, permission, place, tone = gettext_lazy("Drafts older than 7 days"), VIEW, 60, "draft"
    url = property(lambda self: list_url(ORDERS, progress="forgotten"))

    @cached_property
    def value(self) -> int:
        return Order.objects.forgotten().count()
