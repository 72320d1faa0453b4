from anymail.signals import tracking
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_delete, post_migrate, post_save

from backoffice.imports.models import ImportRun
from backoffice.imports.signals import import_ended
from inventory.models import StockLevel
from inventory.signals import stock_ran_low
from notifications import outbox, reports, setup
from notifications.choices import Event
from orders import edits
from orders.models import Order, OrderLine
from orders.signals import backorder_arrived, order_shipped

Status = Order.Status
TOLD_OF_ORDER = {"customer", "address", "due_date", "discount_percent", "tax_rate"}
TOLD_OF_LINE = {"item", "quantity", "unit_price", "discount_percent", "tax_rate", "backorder"}

TELLING = "notifications.queue_change"  # once for all lines of an edit


def connect():
    post_migrate.connect(install_rules, dispatch_uid="notifications.install_rules")
    post_save.connect(queue_confirmation, sender=Order, dispatch_uid="notifications.queue_confirmation")
    post_save.connect(queue_cancellation, sender=Order, dispatch_uid="notifications.queue_cancellation")
    post_save.connect(queue_change_of_order, sender=Order, dispatch_uid="notifications.queue_change_of_order")
    post_save.connect(queue_change_of_line, sender=OrderLine, dispatch_uid="notifications.queue_change_of_line")
    post_delete.connect(queue_removal_of_line, sender=OrderLine, dispatch_uid="notifications.queue_removal_of_line")
    order_shipped.connect(queue_shipment, sender=Order, dispatch_uid="notifications.queue_shipment")
    backorder_arrived.connect(queue_arrival, sender=Order, dispatch_uid="notifications.queue_arrival")
    stock_ran_low.connect(queue_low_stock, sender=StockLevel, dispatch_uid="notifications.queue_low_stock")
    import_ended.connect(queue_import, sender=ImportRun, dispatch_uid="notifications.queue_import")
    tracking.connect(keep_report, dispatch_uid="notifications.keep_report")


def install_rules(app_config, using, **kwargs):
    if app_config.label == "notifications" and using == DEFAULT_DB_ALIAS:
        setup.install()


def queue_confirmation(instance, raw, **kwargs):
    if not raw and instance.became(Status.CONFIRMED):
        outbox.queue_order(Event.ORDER_CONFIRMED, instance)


def queue_cancellation(instance, raw, **kwargs):
    if not raw and instance.became(Status.CANCELLED) and instance.loaded("status") in Order.HOLDING:
        outbox.queue_order(Event.ORDER_CANCELLED, instance)


def queue_change_of_order(instance, created, raw, **kwargs):
    is_confirmed = instance.holds_stock and instance.loaded("status") in Order.HOLDING
    if not raw and not created and is_confirmed and instance.changed_fields() & TOLD_OF_ORDER:
        outbox.queue_change(instance)


def queue_change_of_line(instance, created, raw, **kwargs):
    is_told = created or instance.changed_fields() & TOLD_OF_LINE
    if not raw and is_told and instance.order.holds_stock and edits.is_first(instance.order, TELLING):
        outbox.queue_change(instance.order)


def queue_removal_of_line(instance, origin=None, **kwargs):
    is_order_going = getattr(origin, "model", type(origin)) is Order
    if not is_order_going and instance.order.holds_stock and edits.is_first(instance.order, TELLING):
        outbox.queue_change(instance.order)


def queue_shipment(order, quantities, **kwargs):
    outbox.queue_order(Event.ORDER_SHIPPED, order, quantities=quantities)


def queue_arrival(order, quantities, **kwargs):
    outbox.queue_order(Event.BACKORDER_ARRIVED, order, once=outbox.act_of(order), quantities=quantities)


def queue_low_stock(levels, **kwargs):
    outbox.queue_low_stock(levels)


def queue_import(run, **kwargs):
    is_failed = run.state == ImportRun.State.FAILED
    outbox.queue_import(Event.IMPORT_FAILED if is_failed else Event.IMPORT_FINISHED, run)


def keep_report(event, esp_name, **kwargs):
    reports.keep(event, esp_name)
