from django.db.models.signals import post_save

from notifications import outbox
from notifications.models import Notification
from orders.models import Order


def connect():
    post_save.connect(queue_confirmation, sender=Order, dispatch_uid="notifications.queue_confirmation")


def queue_confirmation(instance, raw, **kwargs):
    if not raw and instance.became(Order.Status.CONFIRMED):
        outbox.queue(Notification.Event.ORDER_CONFIRMED, instance)
