"""The command palette: one box that goes to any page, finds any record and starts any act that its reader may do.

An app contributes finders when it is ready. Each finder asks for the permissions it needs, reads indexed columns only,
and yields few entries; what nobody may see is never offered.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backoffice import menu
from backoffice.words import asked

FEW = 6  # entries of one finder


@dataclass(frozen=True)
class Entry:
    """One line of the palette. ``keys`` are typed one after the other, outside of any field, to go there at once."""

    label: str
    url: str
    hint: str = ""
    keys: str = ""


Finder = Callable[[HttpRequest, str], Iterable[Entry]]
_finders: list[tuple[str | Promise, Finder]] = []


def contribute(group: str | Promise, finder: Finder, *, first: bool = False) -> None:
    """Adds a finder whose entries stand under ``group``, after or before all others."""
    _finders.insert(0 if first else len(_finders), (group, finder))


def find(request: HttpRequest, question: str) -> list[dict[str, Any]]:
    """Groups of entries that answer the question, each with at most ``FEW``. Blank: what can be done and gone to."""
    question = asked(question)
    groups: dict[str, list[dict[str, Any]]] = {}
    for group, finder in [*_finders, (_("Go to"), pages)]:
        found = groups.setdefault(str(group), [])
        found += map(asdict, islice(finder(request, question), FEW if question else None))
    return [{"name": name, "entries": entries} for name, entries in groups.items() if entries]


def answer(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"groups": find(request, request.GET.get("q", ""))})


def pages(request: HttpRequest, question: str) -> Iterator[Entry]:
    """Today and the entries of the menu, in the menu's order, with the keys that the settings give them."""
    entries = [Entry(_("Today"), reverse("admin:index"), keys="g t")]
    for group in menu.groups(request, admin.site.get_app_list(request)):
        for one in group.entries:
            entries.append(Entry(one.name, one.url, str(group.name), settings.PAGE_KEYS.get(one.key, "")))
    return matching(entries, question)


def acts(*declared: tuple[str | Promise, str, str, str]) -> Finder:
    """A finder of acts declared as (label, URL name, permission, keys), each for who has the permission."""

    def finder(request: HttpRequest, question: str) -> Iterator[Entry]:
        allowed = (act for act in declared if request.user.has_perm(act[2]))
        return matching((Entry(str(label), reverse(name), keys=keys) for label, name, _perm, keys in allowed), question)

    return finder


def matching(entries: Iterable[Entry], question: str = "") -> Iterator[Entry]:
    """Those in whose label or hint every word of the question begins a word."""
    wanted = question.casefold().split()
    for entry in entries:
        words = f"{entry.label} {entry.hint}".casefold().split()
        if all(any(word.startswith(start) for word in words) for start in wanted):
            yield entry
