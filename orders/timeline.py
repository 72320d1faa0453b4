"""What orders add to timelines: the lines and movements of an order, and what became of a customer's orders."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from backoffice.history import finding, kinds, timeline
from backoffice.history.timeline import Stream
from inventory.models import StockMovement
from inventory.timeline import MOVED, stock_stream
from orders import people
from orders.models import LINE, Customer, Order, OrderLine


def contribute():
    timeline.contribute(Order, timeline.children("lines", _("Lines"), OrderLine, "order"))
    timeline.contribute(Order, stock_stream(MOVED, movements_of_order))
    steps = kinds.of_history(Order.history.model)
    timeline.contribute(Customer, Stream("orders", _("Orders"), steps, steps_of_customer, ("customer",)))
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


def steps_of_customer(pk: Any) -> QuerySet:
    """Versions of their orders with another status than before: confirmed, shipped, cancelled, opened again."""
    versions = Order.history.model.objects
    earlier = versions.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    edited = versions.filter(customer=pk, history_type="~").annotate(was=Subquery(earlier.values("status")[:1]))
    return edited.exclude(was=F("status"))
