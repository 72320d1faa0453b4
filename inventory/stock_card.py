"""The drawing of a stock card: on hand over time as a step line, with a marker for each change of it.

Pure functions. Places are percentages of the drawing, so that it can be as wide as the screen and its text stays text.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LINES_ACROSS = 4  # at most, above the zero line


@dataclass(frozen=True)
class Change:
    """A movement of on hand, oldest first in a card."""

    at: datetime
    delta: int
    after: int
    title: str = ""
    url: str = ""

    @property
    def before(self) -> int:
        return self.after - self.delta


@dataclass(frozen=True)
class Marker:
    x: float
    y: float
    change: Change


@dataclass(frozen=True)
class Tick:
    y: float
    value: int


@dataclass(frozen=True)
class Card:
    line: str  # the d of an SVG path in a box of 100 by 100
    area: str  # the same, closed along the bottom
    markers: list[Marker]
    ticks: list[Tick]
    reorder: Tick | None
    start: datetime
    end: datetime


def draw(changes: Sequence[Change], on_hand: int, reorder_level: int, now: datetime) -> Card:
    """The card of one level until ``now``; ``on_hand`` is what it holds, which matters where nothing changed yet."""
    start = changes[0].at if changes else now - timedelta(days=1)
    end = max(now, start + timedelta(minutes=1))
    top = top_of(max([on_hand, reorder_level, *(max(change.before, change.after) for change in changes)]))
    markers = [Marker(_share(change.at, start, end), height(change.after, top), change) for change in changes]
    line = steps(height(changes[0].before if changes else on_hand, top), markers)
    step = step_of(top)
    return Card(
        line=line,
        area=f"{line} V100 H0 Z",
        markers=markers,
        ticks=[Tick(height(value, top), value) for value in range(0, top + 1, step)],
        reorder=Tick(height(reorder_level, top), reorder_level) if reorder_level else None,
        start=start,
        end=end,
    )


def steps(y: float, markers: Sequence[Marker]) -> str:
    """A line that stays level until the next marker and then jumps to it."""
    return " ".join([f"M0 {y:g}", *(f"H{marker.x:g} V{marker.y:g}" for marker in markers), "H100"])


def step_of(most: int) -> int:
    """The distance of the lines across: 1, 2 or 5 times a power of ten, at least 1."""
    power = 10 ** max(0, len(str(most // LINES_ACROSS)) - 1)
    candidates = [power, 2 * power, 5 * power, 10 * power]
    return candidates[bisect_left(candidates, most / LINES_ACROSS)]


def top_of(most: int) -> int:
    """The value at the upper edge: the first line across that is not below ``most``."""
    step = step_of(max(most, 1))
    return -(-max(most, 1) // step) * step


def height(value: int, top: int) -> float:
    return round(100 - 100 * value / top, 2)


def _share(at: datetime, start: datetime, end: datetime) -> float:
    return round(100 * ((at - start) / (end - start)), 2)
