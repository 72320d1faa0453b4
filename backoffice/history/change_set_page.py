"""The page of one act: everything that it changed, kind by kind where that is much, a page at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from backoffice.history import activity
from backoffice.history.entries import Entry, merged
from backoffice.history.kinds import Kind, all_kinds
from backoffice.history.models import ChangeSet
from backoffice.history.sentences import sentence
from backoffice.history.sight import Sight

ROWS = 100  # on a page


@dataclass(frozen=True)
class Chip:
    name: str
    label: str
    count: int
    is_counted: bool  # False: there are more


class ChangeSetPage:
    """All kinds together while they fit on one page; else the first kind, and chips that lead to the others."""

    def __init__(self, request: HttpRequest, change_set: ChangeSet):
        self.change_set, self.sight = change_set, Sight(request)
        self.kinds = {kind.name: kind for kind in self.sight.of(all_kinds())}
        self.chips = list(self._chips())
        self.shown = self._shown(request.GET.get("kind", ""))
        self.after = _number(request.GET.get("after", ""))

    def context(self) -> dict[str, Any]:
        told = activity.tell([self.change_set], self.sight, list(self.kinds.values()))
        if not self.chips and (len(self.kinds) < len(all_kinds()) or not self.change_set.summary):
            raise Http404  # it changed nothing that this person may see
        entries, last = self._entries()
        return {
            "entries": entries,
            "chips": self.chips if len(self.chips) > 1 else [],
            "shown": self.shown.name if self.shown else "",
            "after": last,
            "is_paged": bool(self.after),
            "sentence": sentence(told[0]) if told else "",
        }

    def _chips(self) -> Iterator[Chip]:
        counts = activity.count(self.change_set.pk, list(self.kinds.values()))
        for name, kind in self.kinds.items():
            if counts[name]:
                most = activity.MANY
                yield Chip(name, kind.label, min(counts[name], most), counts[name] <= most)

    def _shown(self, wanted: str) -> Kind | None:
        names = [chip.name for chip in self.chips]
        is_much = sum(chip.count for chip in self.chips) > ROWS
        name = wanted if wanted in names else names[0] if is_much else ""
        return self.kinds.get(name)

    def _entries(self) -> tuple[list[Entry], int | None]:
        """Of one page, and the row to go on after, if there are more."""
        if not self.shown:
            every = (self._told(kind, kind.rows(change_set=self.change_set)) for kind in self.kinds.values())
            return merged(*every)[::-1], None
        rows = self.shown.rows(change_set=self.change_set, pk__gt=self.after).order_by("pk")[: ROWS + 1]
        rows = list(rows)
        return self._told(self.shown, rows[:ROWS]), rows[ROWS - 1].pk if len(rows) > ROWS else None

    def _told(self, kind: Kind, rows: Any) -> list[Entry]:
        return self.sight.filtered(kind.tell(rows))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
