"""What is to be told, written down in the transaction of the event: no row without its event, no event without it."""

from backoffice.history import change_sets
from notifications.models import Notification
from notifications.tasks import deliver
from orders.models import Customer, Order


def queue(event: str, order: Order) -> Notification | None:
    """Writes the outbox row and its task, in the caller's transaction. None when the customer is not to be told."""
    customer = order.customer
    if customer.told != Customer.Told.EMAIL or not customer.email:
        return None
    change_set = change_sets.current()
    notification = Notification.objects.create(
        event=event,
        order=order,
        recipient=customer.email,
        dedupe_key=f"{event}:{order.pk}:{order.version}:email",
        change_set=change_set,
        created_at=change_sets.now(),
    )
    deliver.enqueue(notification.pk)
    return notification
