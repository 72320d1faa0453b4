"""Who hears of what: a table of rules that staff edit, and the rules that stand in it from the start."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from backoffice.history.models import History, Tracked
from notifications.choices import OF_IMPORTS, OF_ORDERS, Channel, Event, Frequency


class Rule(Tracked):
    """One event, one audience, one way to reach it."""

    class Audience(models.TextChoices):
        CUSTOMER = "customer", _("the customer, in the way they chose")
        ACTOR = "actor", _("whoever started it")
        ROLE = "role", _("everybody with a role")
        PERSON = "person", _("one person")
        CHAT = "chat", _("a chat")

    event = models.CharField(
        _("event"), max_length=20, choices=[each for each in Event.choices if each[0] != Event.DIGEST]
    )
    audience = models.CharField(_("who"), max_length=10, choices=Audience)
    role = models.ForeignKey(Group, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("role"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    chat = models.CharField(_("chat"), max_length=40, blank=True, help_text=_("A name that CHATS lists."))
    channel = models.CharField(_("by"), max_length=5, choices=Channel, default=Channel.EMAIL)
    frequency = models.CharField(_("when"), max_length=6, choices=Frequency, default=Frequency.AT_ONCE, blank=True)
    is_on = models.BooleanField(_("on"), default=True)

    history = History()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("who hears of what")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "event",
                "audience",
                Coalesce("role", 0),
                Coalesce("person", 0),
                "chat",
                "channel",
                name="rule_once",
                violation_error_message=_("There is a rule for this already. Change that one."),
            )
        ]

    def __str__(self):
        return f"{self.get_event_display()} → {self.whom}"

    @property
    def whom(self) -> str:
        return str(self.role or self.person or self.chat or self.get_audience_display())

    def clean(self):
        if not self.audience:
            return  # the field says so itself
        wanted = {self.Audience.ROLE: "role", self.Audience.PERSON: "person", self.Audience.CHAT: "chat"}
        named = wanted.get(self.Audience(self.audience))
        if named and not getattr(self, named):
            raise ValidationError({named: _("Say which one.")})
        for name in set(wanted.values()) - {named}:
            setattr(self, name, "" if name == "chat" else None)
        check_channel(self)
        check_audience(self)


def check_channel(rule: Rule) -> None:
    allowed = {
        Rule.Audience.CUSTOMER: (Channel.EMAIL, Channel.TEXT),
        Rule.Audience.CHAT: (Channel.CHAT,),
    }.get(Rule.Audience(rule.audience), (Channel.EMAIL,))
    if rule.channel not in allowed:
        ways = ", ".join(str(channel.label) for channel in allowed)
        raise ValidationError({"channel": _("They can be reached by: %(ways)s.") % {"ways": ways}})
    if rule.channel == Channel.CHAT and rule.chat not in settings.CHATS:
        names = ", ".join(settings.CHATS) or _("none yet")
        raise ValidationError({"chat": _("Chats are named in CHATS: %(names)s.") % {"names": names}})


def check_audience(rule: Rule) -> None:
    is_digest_of_customer = rule.audience == Rule.Audience.CUSTOMER and rule.frequency != Frequency.AT_ONCE
    if is_digest_of_customer:
        raise ValidationError({"frequency": _("Customers are told at once.")})
    if rule.audience == Rule.Audience.CUSTOMER and rule.event not in OF_ORDERS:
        raise ValidationError({"audience": _("Only what happens to an order has a customer.")})
    if rule.audience == Rule.Audience.ACTOR and rule.event not in OF_IMPORTS:
        raise ValidationError({"audience": _("Only an import is started by somebody who waits for it.")})


STAFF = (
    (Event.STOCK_RAN_LOW, "Warehouse", Frequency.AT_ONCE),
    (Event.DELIVERY_FAILED, "Sales", Frequency.HOURLY),
)


def first_rules() -> list[Rule]:
    """Customers hear of their orders, whoever imports of how it ended, the warehouse of what runs low."""
    audience = Rule.Audience
    ways = (Channel.EMAIL, Channel.TEXT)
    rules = [Rule(event=event, audience=audience.CUSTOMER, channel=way) for event in OF_ORDERS for way in ways]
    rules += [Rule(event=event, audience=audience.ACTOR) for event in OF_IMPORTS]
    roles = {group.name: group for group in Group.objects.filter(name__in=[role for _event, role, _when in STAFF])}
    rules += [
        Rule(event=event, audience=audience.ROLE, role=roles[role], frequency=frequency)
        for event, role, frequency in STAFF
        if role in roles
    ]
    return rules
