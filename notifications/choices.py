"""What can be told, on which way, and how far a message can get."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    ORDER_CONFIRMED = "order_confirmed", _("order confirmed")
    ORDER_CHANGED = "order_changed", _("order changed")
    ORDER_SHIPPED = "order_shipped", _("order shipped")
    ORDER_CANCELLED = "order_cancelled", _("order cancelled")
    BACKORDER_ARRIVED = "backorder_arrived", _("backorder arrived")
    STOCK_RAN_LOW = "stock_ran_low", _("stock ran low")
    IMPORT_FINISHED = "import_finished", _("import finished")
    IMPORT_FAILED = "import_failed", _("import failed")
    DELIVERY_FAILED = "delivery_failed", _("a message did not arrive")
    DIGEST = "digest", _("digest")


OF_ORDERS = (
    Event.ORDER_CONFIRMED,
    Event.ORDER_CHANGED,
    Event.ORDER_SHIPPED,
    Event.ORDER_CANCELLED,
    Event.BACKORDER_ARRIVED,
)
OF_IMPORTS = (Event.IMPORT_FINISHED, Event.IMPORT_FAILED)
COURTESIES = (Event.BACKORDER_ARRIVED,)
"""Messages to customers that the sale does not depend on: these can be unsubscribed from."""


class Channel(models.TextChoices):
    EMAIL = "email", _("email")
    TEXT = "text", _("text message")
    CHAT = "chat", _("chat")


class Frequency(models.TextChoices):
    AT_ONCE = "", _("at once")
    HOURLY = "hourly", _("in an hourly digest")
    DAILY = "daily", _("in a daily digest")


class State(models.TextChoices):
    QUEUED = "queued", _("queued")
    HELD = "held", _("waits for the digest")
    SENDING = "sending", _("sending")
    UNCERTAIN = "uncertain", _("uncertain")
    ACCEPTED = "accepted", _("accepted")
    DELIVERED = "delivered", _("delivered")
    OPENED = "opened", _("opened")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("marked as spam")
    FAILED = "failed", _("failed")
    IN_DIGEST = "in_digest", _("sent in a digest")
    WITHHELD = "withheld", _("not sent, as was chosen")
    SUPPRESSED = "suppressed", _("not sent: the address is suppressed")


WAITING = (State.QUEUED, State.UNCERTAIN)
"""In these a message is sent when its moment comes; an uncertain one only while a next try is set."""

NEED_YOU = (State.FAILED, State.BOUNCED, State.COMPLAINED, State.UNCERTAIN)

RANKS = {
    State.QUEUED: 0,
    State.SENDING: 1,
    State.UNCERTAIN: 1,
    State.ACCEPTED: 2,
    State.DELIVERED: 3,
    State.OPENED: 4,
    State.BOUNCED: 5,
    State.FAILED: 5,
    State.COMPLAINED: 6,
}
"""Reports of providers come late, twice and out of order: they only ever move a message to a higher rank."""


def below(state: str) -> list[State]:
    """The states that a report of ``state`` may still move on."""
    return [other for other, rank in RANKS.items() if rank < RANKS[State(state)]]
