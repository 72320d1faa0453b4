"""What orders add to a timeline: an order's lines and the movements that served them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.history import finding, timeline
from inventory.models import StockMovement
from inventory.timeline import MOVED, stock_stream
from orders import people
from orders.models import LINE, Customer, Order, OrderLine


def contribute():
    timeline.contribute(Order, timeline.children("lines", _("Lines"), OrderLine, "order"))
    timeline.contribute(Order, stock_stream(MOVED, movements_of_order))
    finding.find_by(Order, find_orders)
    finding.find_by(Customer, find_customers)


def find_orders(words: str) -> QuerySet:
    return Order.objects.numbered(words)


def find_customers(words: str) -> QuerySet:
    key = people.key(words)
    return Customer.objects.filter(Q(name_key__begins=key) | Q(email_key=key))


def movements_of_order(pk: Any) -> QuerySet:
    lines = OrderLine.history.filter(order_id=pk).values("id")  # lines that were deleted moved stock, too
    return StockMovement.objects.of_source(LINE, lines)
