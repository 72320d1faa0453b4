"""The proof that every event that must be told has its message, committed with it."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import Concat, Lag

from notifications.models import Notification
from orders.models import Customer, Order


def untold(using: str) -> Iterator[str]:
    """Confirmations of orders, as their history has them, without the message that their customer wanted then."""
    then = Customer.history.using(using).filter(id=OuterRef("customer_id"), history_date__lte=OuterRef("history_date"))
    newest = then.order_by("-history_id")
    messages = Notification.objects.using(using).filter(event=Notification.Event.ORDER_CONFIRMED)
    told = messages.filter(order_id=OuterRef("id"), change_set_id=OuterRef("change_set_id"))
    untold = (
        Order.history.using(using)
        .filter(history_id__in=_confirmations(using))
        .annotate(email=Subquery(newest.values("email")[:1]), wish=Subquery(newest.values("told")[:1]))
        .filter(~Exists(told), wish=Customer.Told.EMAIL)
        .exclude(email="")
    )
    for number, email in untold.values_list("number", "email"):
        yield f"{number} was confirmed and {email} has no message about it."


def _confirmations(using: str) -> QuerySet:
    before = Window(Lag("status"), partition_by="id", order_by="history_id")
    steps = Order.history.using(using).annotate(before=before, step=Concat("before", Value(" "), "status"))
    return steps.filter(step=f"{Order.Status.DRAFT} {Order.Status.CONFIRMED}").values("history_id")
