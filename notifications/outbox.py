"""What is to be told, written down in the transaction of the event: no row without its event, no event without it."""

from backoffice.history import change_sets
from notifications.models import Notification
from notifications.tasks import deliver
from orders import told
from orders.models import Customer, Order
from orders.told import Told

EVENTS = {Order.Status.CONFIRMED: Notification.Event.ORDER_CONFIRMED}  # what going into a state is told as


def who_is_told(order: Order, status: str) -> list[Told]:
    """Those who hear of it when the order goes into that state: what the order page asks before it saves."""
    event = EVENTS.get(Order.Status(status)) if status in EVENTS else None
    return told_of(order, event) if event else []


def told_of(order: Order, event: str) -> list[Told]:
    customer = order.customer
    wants_email = customer.told == Customer.Told.EMAIL and customer.email
    return [Told(customer.name, customer.get_told_display(), customer.email)] if wants_email else []


def queue(event: str, order: Order) -> Notification | None:
    """Writes the outbox row and its task, in the caller's transaction. None when the customer is not to be told.

    Where whoever saves switched telling off, the row records that, and nothing is sent.
    """
    if not (recipients := told_of(order, event)):
        return None
    is_wanted = told.is_wanted()
    change_set = change_sets.current()
    notification = Notification.objects.create(
        event=event,
        order=order,
        recipient=recipients[0].where,
        state=Notification.State.QUEUED if is_wanted else Notification.State.WITHHELD,
        dedupe_key=f"{event}:{order.pk}:{order.version}:email",
        change_set=change_set,
        created_at=change_sets.now(),
    )
    if is_wanted:
        deliver.enqueue(notification.pk)
    return notification
