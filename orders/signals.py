"""What orders tell others. Each is sent in one place, inside the transaction of what it tells; receivers only write
rows and enqueue jobs. That an order was placed, changed or cancelled, ``post_save`` of it and its lines tells."""

from django.dispatch import Signal

order_shipped = Signal()
"""``order``, ``quantities``: units, by line id, that left with this shipment. Sent when the order has its new state."""

backorder_arrived = Signal()
"""``order``, ``quantities``: units, by line id, that the order waited for and that are set aside for it now."""
