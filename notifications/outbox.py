"""What is to be told, written down in the transaction of the event: no row without its event, no event without it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.history import change_sets
from backoffice.imports.models import ImportRun
from inventory.models import StockLevel
from notifications import audience, facts, suppression
from notifications.audience import EVENTS_OF_ORDERS, Recipient
from notifications.choices import Channel, Event, Frequency, State
from notifications.models import Notification
from notifications.tasks import deliver
from orders import told
from orders.models import Order
from orders.told import Told

SUBJECT_ITEMS = 50  # of an act that made more run low, the message names so many


def who_is_told(order: Order, status: str) -> list[Told]:
    """Those who hear of it when the order goes into that state: what the order page asks before it saves."""
    if not (event := EVENTS_OF_ORDERS.get(status)):
        return []
    recipients = audience.of(event, customer=order.customer)
    blocked = blocked_of(event, recipients)
    return [Told(each.who, way(each), each.address) for each in recipients if each not in blocked]


def way(recipient: Recipient) -> str:
    return str(WAYS[Channel(recipient.channel)])


def queue_order(event: str, order: Order, *, once: Any = "", quantities: dict[int, int] | None = None) -> None:
    """``once`` tells this event of the order from the next of its kind: the version, or the act."""
    if recipients := audience.of(event, customer=order.customer):
        kept = {"shipped": facts.kept_lines(order, quantities)} if quantities else {}
        queue(event, f"{order.pk}:{once or order.version}", recipients, order=order, facts=kept)


def queue_change(order: Order) -> None:
    """Whatever an act changes of an order, it is told once."""
    queue_order(Event.ORDER_CHANGED, order, once=act_of(order))


def act_of(order: Order) -> str:
    return f"{order.version}.{change_sets.current().pk}"


def queue_low_stock(levels: Iterable[StockLevel]) -> None:
    if not (recipients := audience.of(Event.STOCK_RAN_LOW)):
        return
    low = StockLevel.objects.filter(pk__in=[level.pk for level in levels]).select_related("item", "location")
    told = list(low.order_by("item__sku_key", "pk"))
    kept = [fact_of(level) for level in told[:SUBJECT_ITEMS]]
    once = f"{change_sets.current().pk}:{told[0].pk}:{len(told)}"
    rows = queue(Event.STOCK_RAN_LOW, once, recipients, facts={"items": kept})
    for row in rows:
        row.items.set([level.item_id for level in told[:SUBJECT_ITEMS]])


def fact_of(level: StockLevel) -> dict[str, Any]:
    return {
        "sku": level.item.sku,
        "name": level.item.name,
        "location": level.location.name,
        "available": level.available,
        "reorder_level": level.reorder_level,
    }


def queue_import(event: str, run: ImportRun) -> None:
    once = f"{run.pk}:{run.started_at and run.started_at.timestamp()}"
    queue(event, once, audience.of(event, actor=run.user), run=run)


def queue_failure(failed: Notification) -> None:
    """Staff hear that a message did not arrive; not of one that told them so."""
    if failed.event not in {Event.DELIVERY_FAILED, Event.DIGEST}:
        queue(Event.DELIVERY_FAILED, str(failed.pk), audience.of(Event.DELIVERY_FAILED), about=failed)


def queue(event: str, once: str, recipients: list[Recipient], **subject: Any) -> list[Notification]:
    """Writes the outbox rows and their tasks, in the caller's transaction; those that stand there already are left.

    Where whoever saves switched telling off, or the address is suppressed, the row records that and nothing is sent.
    """
    keys = {each: dedupe_key(event, once, each) for each in map(storable, recipients)}
    known = set(Notification.objects.filter(dedupe_key__in=keys.values()).values_list("dedupe_key", flat=True))
    fresh = [each for each in keys if keys[each] not in known]
    blocked = blocked_of(event, fresh) if fresh else set()
    return [write(event, keys[each], each, each in blocked, **subject) for each in fresh]


def storable(recipient: Recipient) -> Recipient:
    """PostgreSQL takes no NUL; the row is kept, and its address refused, on both engines alike."""
    return replace(recipient, who=recipient.who.replace("\0", "�"), address=recipient.address.replace("\0", "�"))


def dedupe_key(event: str, once: str, recipient: Recipient) -> str:
    return f"{event}:{once}:{recipient.channel}:{recipient.address}"[:450]


def blocked_of(event: str, recipients: Iterable[Recipient]) -> set[Recipient]:
    by_channel: dict[str, set[str]] = {}
    for recipient in recipients:
        by_channel.setdefault(recipient.channel, set()).add(recipient.address)
    blocked = {
        (channel, address)
        for channel, addresses in by_channel.items()
        for address in suppression.suppressed(channel, addresses, event)
    }
    return {each for each in recipients if (each.channel, each.address) in blocked}


def write(event: str, key: str, recipient: Recipient, is_blocked: bool, **subject: Any) -> Notification:
    state = state_of(event, recipient, is_blocked)
    notification = Notification.objects.create(
        event=event,
        channel=recipient.channel,
        recipient=recipient.address,
        who=recipient.who[:150],
        language=recipient.language,
        frequency=recipient.frequency,
        state=state,
        dedupe_key=key,
        next_try_at=timezone.now() if state == State.QUEUED else None,
        change_set=change_sets.current(),
        created_at=change_sets.now(),
        **subject,
    )
    if state == State.QUEUED:
        deliver.enqueue(notification.pk)
    return notification


def state_of(event: str, recipient: Recipient, is_blocked: bool) -> State:
    if is_blocked:
        return State.SUPPRESSED
    if not told.is_wanted():
        return State.WITHHELD
    if recipient.frequency != Frequency.AT_ONCE or is_flooded(event, recipient):
        return State.HELD
    return State.QUEUED


def is_flooded(event: str, recipient: Recipient) -> bool:
    """Staff who got many messages within the hour get the others together, in the digest."""
    if event not in STAFF_EVENTS:
        return False
    since = timezone.now() - timedelta(hours=1)
    sent = Notification.objects.filter(recipient=recipient.address, created_at__gte=since)
    return sent.filter(event__in=STAFF_EVENTS).count() >= settings.NOTIFICATIONS_AN_HOUR


@transaction.atomic
def queue_again(notification: Notification) -> Notification:
    """Sends a message once more, newly worded, to the address that its recipient has now."""
    recipient = current_recipient(notification)
    number = notification.repeated.count() + 1
    again = write(
        notification.event,
        f"{notification.dedupe_key[:430]}:again-{number}",
        recipient,
        is_blocked=recipient in blocked_of(notification.event, [recipient]),
        order=notification.order,
        run=notification.run,
        about=notification.about,
        facts=notification.facts,
        repeats=notification,
    )
    again.items.set(notification.items.all())
    notification.gathered.update(digest=again)
    return again


def current_recipient(notification: Notification) -> Recipient:
    if notification.order and notification.is_of_customer and notification.who == notification.order.customer.name:
        customer = notification.order.customer
        address = customer.email if notification.channel == Channel.EMAIL else customer.phone
        address = address or notification.recipient
        return Recipient(customer.name, notification.channel, address, language=customer.language)
    return Recipient(notification.who, notification.channel, notification.recipient, language=notification.language)


WAYS = {Channel.EMAIL: _("by email"), Channel.TEXT: _("by text message"), Channel.CHAT: _("in the chat")}
STAFF_EVENTS = (Event.STOCK_RAN_LOW, Event.IMPORT_FINISHED, Event.IMPORT_FAILED, Event.DELIVERY_FAILED)
