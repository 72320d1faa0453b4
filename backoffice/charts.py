"""Drawings made on the server. Places are shares of the drawing, so that it fits every screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

GAP = 0.25  # of a bar's place stays empty
MOST_DATES = 6  # under the bars


@dataclass(frozen=True)
class Bar:
    day: date
    value: int
    before: int
    url: str
    place: float  # all in percent
    width: float
    height: float
    ghost: float
    is_dated: bool

    @property
    def top(self) -> float:
        return 100 - self.height

    @property
    def ghost_top(self) -> float:
        return 100 - self.ghost

    @property
    def middle(self) -> float:
        return round(self.place + self.width / 2, 2)

    @property
    def date(self) -> str:
        return date_format(self.day, "j M")


def scale(highest: int) -> list[tuple[int, float]]:
    """The lines of the scale, (number, percent from the top): whole numbers, at most five, the last above all bars."""
    step = next(step for step in _steps() if step * 4 >= highest)
    lines = -(-max(highest, 1) // step)
    return [(step * line, round(100 - 100 * line / lines, 2)) for line in range(lines + 1)]


def _steps():
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


def bars(days: Sequence[tuple[date, int, int, str]]) -> tuple[list[Bar], list[tuple[int, float]]]:
    """A bar for each (day, value, value of the period before, address), and the scale they stand on."""
    lines = scale(max((max(value, before) for _day, value, before, _url in days), default=0))
    top, place = lines[-1][0], 100 / max(len(days), 1)
    every = -(-len(days) // MOST_DATES)
    return [
        Bar(
            *(day, value, before, url),
            place=round(number * place + place * GAP / 2, 2),
            width=round(place * (1 - GAP), 2),
            height=round(100 * value / top, 2),
            ghost=round(100 * before / top, 2),
            is_dated=number % every == 0,
        )
        for number, (day, value, before, url) in enumerate(days)
    ], lines


def sparkline(values: Sequence[float]) -> str:
    """Points of a line in a box of 100 by 24."""
    top, across = max(values, default=0) or 1, 100 / max(len(values) - 1, 1)
    return " ".join(f"{number * across:.1f},{23 - 22 * value / top:.1f}" for number, value in enumerate(values))
