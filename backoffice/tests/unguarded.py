"""The shop with its guards off and the receiver of the tutorial in their place, as a WSGI application.

The negative control of races over HTTP: the same pages, forms and processes, and it must oversell.
"""

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.signals import post_save, pre_save

from backoffice.tests import tutorial
from backoffice.wsgi import application
from inventory import stock
from inventory.models import StockLevel, StockMovement
from inventory.signals import stock_moved
from orders.models import Order, OrderLine

__all__ = ["application"]

GUARDS = [
    (pre_save, StockMovement, "inventory.refuse_overdraw"),
    (stock_moved, StockMovement, "inventory.move_balances"),
    (post_save, Order, "orders.settle_order"),
    (pre_save, OrderLine, "orders.refuse_line"),
    (post_save, OrderLine, "orders.settle_line"),
]


SECONDS_FOR_OTHERS = 0.3  # pages come in one after the other on a machine that has much to do


def take_guards_off() -> None:
    tutorial.take_locks_off()
    tutorial.SECONDS_TO_BUILD_AN_ORDER = SECONDS_FOR_OTHERS
    for signal, sender, uid in GUARDS:
        assert signal.disconnect(sender=sender, dispatch_uid=uid), uid
    stock.settle = lambda claims: None
    if connection.vendor == "sqlite":
        tutorial.take_transactions_off()


def sell_as_the_tutorial_does(instance, **kwargs):
    level = StockLevel.objects.get(item_id=instance.item_id)
    try:
        tutorial.sell(level.pk, instance.quantity)
    except tutorial.SoldOutError:
        raise ValidationError("Sold out.") from None


take_guards_off()
post_save.connect(sell_as_the_tutorial_does, sender=OrderLine, dispatch_uid="tutorial")
