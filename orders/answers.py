"""What can be done about a line that is short: answers offered at the line as buttons, and given to what was typed.

An answer changes the posted form and nothing else; whether stock bears it is decided again, under the locks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.utils.translation import gettext as _

from inventory.rules import Shortage

BUTTON = "_answer"
NO_REASON = "_no_reason"  # the line that should wait, and nobody said why
OWN = ("id", "order", "DELETE", "because", "wait_because")  # what a line does not share with one that is split off


@dataclass(frozen=True)
class Answer:
    """A button: what it says, and what it posts as ``_answer``: what to go on with, the verb, the line, numbers."""

    label: str
    value: str


@dataclass(frozen=True)
class Short:
    """A line of the form that cannot have all it asks for: ``fits`` units are available for it."""

    prefix: str
    asked: int
    fits: int
    shipped: int
    shortage: Shortage

    @property
    def missing(self) -> int:
        return self.asked - self.fits

    def answers(self, goal: str) -> list[Answer]:
        return [self._reduce(goal), *self._from_elsewhere(goal)]

    def wait(self, goal: str) -> Answer:
        label = _("Backorder %(missing)d") % {"missing": self.missing}
        return Answer(label, f"{goal} wait {self.prefix}")

    def _reduce(self, goal: str) -> Answer:
        kept = self.shipped + self.fits
        if not kept:
            return Answer(_("Remove this line"), f"{goal} remove {self.prefix}")
        return Answer(_("Set to %(kept)d") % {"kept": kept}, f"{goal} set {self.prefix} {kept}")

    def _from_elsewhere(self, goal: str) -> list[Answer]:
        kept = self.shipped + self.fits
        places = [place for place in self.shortage.elsewhere if place[2] >= self.missing]
        return [
            Answer(
                _("Take %(missing)d from %(location)s") % {"missing": self.missing, "location": name},
                f"{goal} take {self.prefix} {kept} {self.missing} {location_id}",
            )
            for location_id, name, _available in places
        ]


def override(goal: str, shorts: list[Short]) -> Answer:
    """Lets every short line of the form wait, for one reason."""
    return Answer(_("Override"), " ".join([goal, "override", *(short.prefix for short in shorts)]))


def given(posted: QueryDict) -> QueryDict:
    """What was typed with the answer given to it, and the button pressed that the person wanted to go on with."""
    data = posted.copy()
    try:
        goal, verb, *words = data.pop(BUTTON)[-1].split()
        data[{"place": "_place", "save": "_save"}[goal]] = "1"
        VERBS[verb](data, *words)
    except (KeyError, TypeError, ValueError) as malformed:
        raise SuspiciousOperation("Not an answer that is offered.") from malformed
    return data


def _set(data: QueryDict, prefix: str, quantity: str) -> None:
    data[f"{prefix}-quantity"] = quantity


def _remove(data: QueryDict, prefix: str) -> None:
    if data.get(f"{prefix}-id"):
        data[f"{prefix}-DELETE"] = "on"
    else:
        for name in _names(data, prefix):
            data[f"{prefix}-{name}"] = ""


def _take(data: QueryDict, prefix: str, kept: str, taken: str, location: str) -> None:
    """The line keeps what is there; another one takes the rest from the location. Nothing there: the line moves."""
    if kept != "0":
        data[f"{prefix}-quantity"] = kept
        prefix = _split_off(data, prefix)
    data[f"{prefix}-quantity"], data[f"{prefix}-location"] = taken, location


def _split_off(data: QueryDict, prefix: str) -> str:
    formset, count = prefix.rpartition("-")[0], int(str(data[f"{prefix.rpartition('-')[0]}-TOTAL_FORMS"]))
    added = f"{formset}-{count}"
    for name in _names(data, prefix):
        if name not in OWN:
            data.setlist(f"{added}-{name}", data.getlist(f"{prefix}-{name}"))
    data[f"{formset}-TOTAL_FORMS"] = str(count + 1)
    return added


def _wait(data: QueryDict, prefix: str) -> None:
    _let_wait(data, [prefix], data.get(f"{prefix}-because", ""))


def _override(data: QueryDict, *prefixes: str) -> None:
    _let_wait(data, prefixes, data.get("override_reason", ""))


def _let_wait(data: QueryDict, prefixes, reason: str) -> None:
    if not reason.strip():
        data.setlist(NO_REASON, list(prefixes))
    for prefix in prefixes:
        data[f"{prefix}-wait_because"] = reason.strip()[:200]


def _names(data: QueryDict, prefix: str) -> list[str]:
    return [key.removeprefix(f"{prefix}-") for key in data if key.startswith(f"{prefix}-")]


VERBS: dict[str, Callable[..., None]] = {
    "set": _set,
    "remove": _remove,
    "take": _take,
    "wait": _wait,
    "override": _override,
}
