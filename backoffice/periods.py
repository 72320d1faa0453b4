"""Spans of whole days in the reader's time zone, and what they are compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

CHOICES, USUAL = (1, 7, 30, 90), 30  # days


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Period:
    """The last ``days`` days. Today has only begun, so what it is compared with ends at the same time of day."""

    days: int
    now: datetime

    @classmethod
    def asked(cls, text: str) -> "Period":
        """What the address asks for; anything that is no choice is the usual one."""
        return cls(int(text) if text in map(str, CHOICES) else USUAL, timezone.now())

    @property
    def last(self) -> date:
        return timezone.localdate(self.now)

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        return midnight(self.last + timedelta(days=1))

    @property
    def span(self) -> str:
        """As filters of lists take it."""
        return f"{self.first}..{self.last}"

    @property
    def back(self) -> timedelta:
        """How far the period before lies back. A single day is compared with the same day of last week."""
        return timedelta(days=7 if self.days == 1 else self.days)

    def before(self) -> tuple[datetime, datetime]:
        """From and until of the period before."""
        return midnight(self.first - self.back), self.now - self.back

    def each_day(self) -> Iterator[tuple[date, datetime, datetime]]:
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            yield day, midnight(day), midnight(day + timedelta(days=1))
