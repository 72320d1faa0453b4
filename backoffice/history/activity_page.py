"""The page of Activity: what its address asks for, and the choices it offers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from backoffice.history import activity, finding
from backoffice.history.activity import Wanted
from backoffice.history.entries import names_of
from backoffice.history.finding import Record
from backoffice.history.kinds import all_kinds
from backoffice.history.models import ChangeSet
from backoffice.history.sentences import sentence
from backoffice.history.sight import Sight

MOST_PEOPLE = 200


@dataclass(frozen=True)
class Choice:
    display: str
    query_string: str
    selected: bool


@dataclass(frozen=True)
class Filter:
    title: str
    choices: list[Choice]


class ActivityPage:
    """Parses the address leniently: what makes no sense is left out, and seen to be left out in the filters."""

    def __init__(self, request: HttpRequest):
        self.get, self.sight = request.GET, Sight(request)
        self.kinds = {kind.name: kind for kind in self.sight.of(all_kinds())}
        self.words = self.get.get("q", "").replace("\0", "").strip()[:100]
        self.records = self._records()
        self.wanted = self._wanted()

    def context(self) -> dict[str, Any]:
        feed = activity.feed(self.wanted, self.sight)
        return {
            "acts": [(told, sentence(told)) for told in feed.acts],
            "older": self._with(before=feed.older) if feed.older else "",
            "is_paged": bool(self.wanted.before),
            "looked_back_to": feed.looked_back_to,
            "newest": self._with(),
            "filters": list(self._filters()),
            "records": self._named_records(),
            "query": self.words,
            "since": self.get.get("since", ""),
            "until": self.get.get("until", ""),
            "params": self._params("q"),
            "dated_params": self._params("since", "until"),
            "export_query": self._with(),
            "is_narrowed": any(self.get.get(name) for name in NAMES),
        }

    # What is asked for

    def _records(self) -> list[Record]:
        named = finding.named(self.get.get("object", ""))
        if named:
            return [named] if named[0]._meta.label_lower in self.kinds else []
        return finding.find(self.words, self.sight) if self.words else []

    def _wanted(self) -> Wanted:
        kind = self.kinds.get(self.get.get("kind", ""))
        name, source = self.get.get("field", ""), self.get.get("source", "")
        return Wanted(
            person=_number(self.get.get("person", "")),
            source=source if source in ChangeSet.Source else "",
            kind=kind,
            field=name if name in dict(activity.field_choices(kind)) else "",
            since=_day(self.get.get("since", "")),
            until=_day(self.get.get("until", "")),
            records=tuple(self.records),
            words="" if self.records else self.words,
            before=_number(self.get.get("before", "")),
        )

    # What is offered

    def _filters(self) -> Iterator[Filter]:
        yield self._filter(_("person"), "person", self._people())
        yield self._filter(_("source"), "source", ChangeSet.Source.choices)
        yield self._filter(_("kind"), "kind", [(kind.name, kind.label) for kind in self.kinds.values()])
        if fields := activity.field_choices(self.wanted.kind):
            yield self._filter(_("field"), "field", fields)
        yield self._dates()

    def _people(self) -> list[tuple[str, str]]:
        acted = Exists(ChangeSet.objects.filter(user=OuterRef("pk")))
        people = get_user_model().objects.filter(acted).order_by("username")[:MOST_PEOPLE]
        return [(str(person.pk), person.get_full_name() or person.get_username()) for person in people]

    def _filter(self, title: str, name: str, choices: Iterable[tuple[str, Any]]) -> Filter:
        now, left_out = self.get.get(name, ""), {"kind": ("field",)}.get(name, ())
        cleared = dict.fromkeys(left_out)
        every = Choice(_("All"), self._with(**{name: None, **cleared}), not now)
        return Filter(
            title,
            [every, *(Choice(str(label), self._with(**{name: key, **cleared}), key == now) for key, label in choices)],
        )

    def _dates(self) -> Filter:
        today, since, until = localdate(), self.wanted.since, self.wanted.until
        spans = [
            (_("Any time"), None, None),
            (_("Today"), today, None),
            (_("Yesterday"), today - timedelta(days=1), today - timedelta(days=1)),
            (_("Last 7 days"), today - timedelta(days=6), None),
            (_("Last 30 days"), today - timedelta(days=29), None),
            (_("This month"), today.replace(day=1), None),
        ]
        choices = [Choice(name, self._with(since=a, until=b), (a, b) == (since, until)) for name, a, b in spans]
        if not any(choice.selected for choice in choices):
            choices.append(Choice(span(since, until), self._with(since=since, until=until), True))
        return Filter(_("when"), choices)

    def _named_records(self) -> list[tuple[str, str]]:
        """The records that the feed is narrowed to, each with the address of its own feed."""
        texts: dict[Record, str] = {}
        for model in dict.fromkeys(model for model, _pk in self.records):
            texts |= names_of(model, [pk for each, pk in self.records if each is model])
        return [(texts[key], self._with(q=None, object=finding.address(key))) for key in self.records if key in texts]

    def _with(self, **changes: Any) -> str:
        """This page's address with parameters changed; None takes one away. Pages begin anew."""
        params = self.get.copy()
        for name, value in {"before": None, **changes}.items():
            params.pop(name, None)
            if value is not None:
                params[name] = str(value)
        return f"?{params.urlencode()}"

    def _params(self, *but: str) -> list[tuple[str, str]]:
        """What a form must carry along."""
        return [(name, value) for name in NAMES if name not in but and (value := self.get.get(name))]


NAMES = ("person", "source", "kind", "field", "object", "since", "until", "q")


def span(since: date | None, until: date | None) -> str:
    first, last = (date_format(day, "SHORT_DATE_FORMAT") if day else "…" for day in (since, until))
    return f"{first} – {last}"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # such as 2026-02-31
        return None
