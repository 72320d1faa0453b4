"""What orders add to an item's page: those that hold it or wait for it, in the order in which stock goes to them."""

from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from inventory.models import Item
from inventory.panels import Holder
from orders.models import Order, OrderLine

MOST = 100


def holders(item: Item, user: Any) -> list[Holder]:
    wants = Q(allocated__gt=0) | Q(quantity__gt=F("allocated") + F("shipped"))
    lines = OrderLine.objects.filter(wants, item=item, order__status__in=Order.HOLDING)
    lines = lines.select_related("order__customer", "order__location", "location").order_by(
        "order__confirmed_at", "order_id", "pk"
    )
    may_open = user.has_perm("orders.view_order")
    return [_holder(line, item, may_open) for line in lines[:MOST]]


def _holder(line: OrderLine, item: Item, may_open: bool) -> Holder:
    line.item = item
    return Holder(
        reference=line.order.number,
        who=line.order.customer.name,
        location=line.served_from(line.order).name,
        held=line.allocated,
        waiting=line.waiting,
        url=reverse("admin:orders_order_change", args=[line.order_id]) if may_open else "",
    )
