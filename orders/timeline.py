"""What orders add to a timeline: an order's lines and the movements that served them."""

from collections.abc import Iterator

from backoffice.history import timeline
from backoffice.history.timeline import Entry
from inventory.models import StockMovement
from inventory.timeline import movement_entries
from orders.models import LINE, Order, OrderLine


def contribute():
    timeline.contribute(Order, line_entries)
    timeline.contribute(Order, served_entries)


def line_entries(order: Order) -> list[Entry]:
    return timeline.of_children(OrderLine, order_id=order.pk)


def served_entries(order: Order) -> Iterator[Entry]:
    lines = OrderLine.history.filter(order_id=order.pk).values("id")  # lines that were deleted moved stock, too
    return movement_entries(StockMovement.objects.of_source(LINE, lines))
