"""The proof that every event that must be told has its message, committed with it."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import Concat, Lag

from notifications.choices import Channel, Event
from notifications.models import Notification
from notifications.rulebook import Rule
from orders.models import Customer, Order

WISHES = (
    (Channel.EMAIL, "email", (Customer.Told.EMAIL, Customer.Told.BOTH)),
    (Channel.TEXT, "phone", (Customer.Told.TEXT, Customer.Told.BOTH)),
)


def untold(using: str) -> Iterator[str]:
    """Confirmations of orders, as their history has them, without the message that their customer wanted then and that
    the rules asked for then."""
    for channel, field, wishes in WISHES:
        for number, address in _untold(using, channel, field, wishes).values_list("number", "goes_to"):
            yield f"{number} was confirmed and {address} has no message about it."


def _untold(using: str, channel: str, field: str, wishes: tuple[str, ...]) -> QuerySet:
    moment = {"history_date__lte": OuterRef("history_date")}
    customer = Customer.history.using(using).filter(id=OuterRef("customer_id"), **moment).order_by("-history_id")
    rule = Rule.history.using(using).filter(
        event=Event.ORDER_CONFIRMED, audience=Rule.Audience.CUSTOMER, channel=channel, **moment
    )
    messages = Notification.objects.using(using).filter(event=Event.ORDER_CONFIRMED, channel=channel)
    told = messages.filter(order_id=OuterRef("id"), change_set_id=OuterRef("change_set_id"))
    asked = Order.history.using(using).filter(history_id__in=_confirmations(using))
    asked = asked.annotate(
        goes_to=Subquery(customer.values(field)[:1]),
        wish=Subquery(customer.values("told")[:1]),
        is_asked_for=Subquery(rule.order_by("-history_id").values("is_on")[:1]),
        step=Subquery(rule.order_by("-history_id").values("history_type")[:1]),
    )
    return asked.filter(~Exists(told), wish__in=wishes, is_asked_for=True).exclude(step="-").exclude(goes_to="")


def _confirmations(using: str) -> QuerySet:
    before = Window(Lag("status"), partition_by="id", order_by="history_id")
    steps = Order.history.using(using).annotate(before=before, step=Concat("before", Value(" "), "status"))
    return steps.filter(step=f"{Order.Status.DRAFT} {Order.Status.CONFIRMED}").values("history_id")
