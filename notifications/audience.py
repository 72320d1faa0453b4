"""Who hears of an event: one query for what is being saved, and for what is only typed so far."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from backoffice import languages
from notifications.choices import Channel, Event
from notifications.rulebook import Rule
from orders.models import Customer

Audience = Rule.Audience


@dataclass(frozen=True)
class Recipient:
    who: str
    channel: str
    address: str  # for a chat, its name in CHATS
    frequency: str = ""
    language: str = ""  # blank is the shop's


def of(event: str, *, customer: Customer | None = None, actor: Any = None) -> list[Recipient]:
    """Everybody whom a rule that is on names, each once for each channel. A rule for at once wins over a digest."""
    found: dict[tuple[str, str], Recipient] = {}
    rules = (
        Rule.objects.filter(event=event, is_on=True).select_related("person__preferences").order_by("frequency", "pk")
    )
    for rule in rules:
        for recipient in _named_by(rule, customer, actor):
            found.setdefault((recipient.channel, recipient.address), recipient)
    return list(found.values())


def _named_by(rule: Rule, customer: Customer | None, actor: Any) -> Iterator[Recipient]:
    match rule.audience:
        case Audience.CUSTOMER:
            yield from of_customer(customer, rule.channel) if customer else []
        case Audience.ACTOR:
            yield from _staff([actor] if actor else [], rule)
        case Audience.ROLE:
            yield from _staff(
                User.objects.filter(groups=rule.role_id).order_by("pk").select_related("preferences"), rule
            )
        case Audience.PERSON:
            yield from _staff([rule.person] if rule.person else [], rule)
        case Audience.CHAT:
            yield Recipient(rule.chat, Channel.CHAT, rule.chat, rule.frequency)


def of_customer(customer: Customer, channel: str) -> list[Recipient]:
    address = customer.email if channel == Channel.EMAIL else customer.phone
    wishes = {Channel.EMAIL: customer.wants_email, Channel.TEXT: customer.wants_text}
    return (
        [Recipient(customer.name, channel, address, language=customer.language)]
        if address and wishes.get(Channel(channel))
        else []
    )


def _staff(users: Iterable[User], rule: Rule) -> Iterator[Recipient]:
    for user in users:
        if user.is_active and user.email:
            who = user.get_full_name() or user.get_username()
            yield Recipient(who, rule.channel, user.email, rule.frequency, languages.choice_of(user))


EVENTS_OF_ORDERS = {"": Event.ORDER_CHANGED, "confirmed": Event.ORDER_CONFIRMED, "cancelled": Event.ORDER_CANCELLED}
"""What it is told as when an order goes into a state; blank is a change that leaves the state alone."""
