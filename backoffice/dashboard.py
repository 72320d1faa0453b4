"""Today: what a newcomer understands at a glance. Each app contributes its cards; the frame knows none of them.

A card reads what it shows with one query, when it is drawn. Its numbers are addresses of the lists that explain them,
and equal what those lists count.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money import percent
from backoffice.periods import CHOICES, Period

Text = str | Promise


class Card:
    """One part of the page, for who has ``permission``. ``place`` orders the cards of an area."""

    area: ClassVar[str]  # figures, strip, wide, needs or side
    template: ClassVar[str]
    title: Text
    permission: str
    place = 50

    def __init__(self, request: HttpRequest, period: Period):
        self.request, self.period = request, period

    @classmethod
    def is_for(cls, user: Any) -> bool:
        return user.has_perm(cls.permission)


class Figure(Card):
    """A number that is the address of its list.

    Subclasses give ``value`` and ``url``, and may give ``shown`` (the value for people), ``change``, ``note`` with
    ``is_bad``, and ``line`` (the points of a sparkline).
    """

    area, template = "figures", "backoffice/cards/figure.html"
    badge_of = ""  # the entry of the menu that carries the number, too

    @property
    def value(self) -> Any:
        raise NotImplementedError

    @property
    def url(self) -> str:
        raise NotImplementedError


class Need(Figure):
    """A line of *Needs you*; not shown while its number is 0. ``tone`` is a badge of the stylesheet."""

    area, template = "needs", "backoffice/cards/need.html"
    tone = "warn"


@dataclass(frozen=True)
class Change:
    """Against the period before. It says so in words, so that it reads without colour."""

    now: Any
    before: Any
    days: int

    @property
    def direction(self) -> str:
        return "same" if self.now == self.before else "up" if self.now > self.before else "down"

    @property
    def text(self) -> str:
        than = _("the same day last week") if self.days == 1 else _("the %d days before") % self.days
        if self.now == self.before:
            return _("as many as %(than)s") % {"than": than}
        if not self.before:
            return _("none in %(than)s") % {"than": than}
        by = percent(abs(round(100 * (self.now - self.before) / self.before)))
        words = _("%(by)s more than %(than)s") if self.now > self.before else _("%(by)s less than %(than)s")
        return words % {"by": by, "than": than}


@dataclass(frozen=True)
class Step:
    """Something to do before the first day of work, for who may. ``is_done`` asks the database."""

    title: Text
    text: Text
    url_name: str
    permission: str
    is_done: Callable[[], bool]
    place: int = 50

    @property
    def url(self) -> str:
        return reverse(self.url_name)


_cards: list[type[Card]] = []
_steps: list[Step] = []


def contribute(*cards: type[Card], steps: Iterable[Step] = ()) -> None:
    """Adds what an app shows on the first page, and what it wants done before there is anything to show."""
    _cards.extend(cards)
    _steps.extend(steps)


def list_url(model: str, **filters: Any) -> str:
    """The list of a model (``orders_order``), filtered."""
    query = f"?{urlencode(filters)}" if filters else ""
    return f"{reverse(f'admin:{model}_changelist')}{query}"


def badges(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """By entry of the menu: the number beside it, and in words what it counts. Nothing where there is nothing to do."""
    period = Period.asked("")
    figures = [card(request, period) for card in _cards if issubclass(card, Figure) and card.badge_of]
    allowed = [figure for figure in figures if figure.is_for(request.user) and figure.value]
    return {figure.badge_of: {"count": figure.value, "title": str(figure.title)} for figure in allowed}


class Today:
    """The page, as its template asks for it."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.period = Period.asked(request.GET.get("days", ""))

    @property
    def periods(self) -> list[tuple[int, str]]:
        return [(days, _("Today") if days == 1 else ngettext("%d day", "%d days", days) % days) for days in CHOICES]

    @cached_property
    def steps(self) -> list[tuple[Step, bool]]:
        """What there is to do at first, and whether it is done. Empty when all of it is, or for who may do none."""
        user = self.request.user
        mine = [step for step in sorted(_steps, key=lambda step: step.place) if user.has_perm(step.permission)]
        done = [(step, step.is_done()) for step in mine]
        return [] if not done or done[-1][1] else done  # the last step is the first day

    @property
    def next_step(self) -> Step | None:
        return next((step for step, is_done in self.steps if not is_done), None)

    @property
    def is_empty(self) -> bool:
        """Whether cards would have nothing to show yet."""
        return bool(self.steps) and not any(is_done for _step, is_done in self.steps)

    @cached_property
    def areas(self) -> dict[str, list[Card]]:
        areas: dict[str, list[Card]] = {name: [] for name in ("figures", "strip", "wide", "needs", "side")}
        for card in sorted(_cards, key=lambda card: card.place):
            if card.is_for(self.request.user):
                areas[card.area].append(card(self.request, self.period))
        return areas

    @property
    def has_cards(self) -> bool:
        return any(self.areas.values())

    @cached_property
    def needs(self) -> list[Card]:
        return [need for need in self.areas["needs"] if isinstance(need, Figure) and need.value]
