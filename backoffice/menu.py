"""The menu: groups of lists in the order of the day, declared in the settings, filtered by what a person may see.

What an app adds later and no group names stands under the last one, so nothing is lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.functional import Promise

from backoffice import dashboard

USUAL_ICON = "fas fa-circle"


@dataclass(frozen=True)
class Entry:
    name: str
    url: str
    icon: str
    key: str  # what its badge is called
    current: str = ""  # the value of aria-current


@dataclass(frozen=True)
class Group:
    name: str | Promise
    entries: list[Entry] = field(default_factory=list)


def groups(request: HttpRequest, apps: list[dict[str, Any]]) -> list[Group]:
    """The menu of who may see ``apps``, as the admin lists them."""
    seen = {f"{app['app_label']}.{model['object_name'].lower()}": model for app in apps for model in app["models"]}
    named = {_key(entry) for _name, entries in settings.MENU for entry in entries}
    rest = [key for key in seen if key not in named]
    last = len(settings.MENU) - 1
    menu = [
        Group(name, list(_entries(request, seen, [*entries, *(rest if number == last else [])])))
        for number, (name, entries) in enumerate(settings.MENU)
    ]
    return [group for group in menu if group.entries]


def _key(entry) -> str:
    return entry if isinstance(entry, str) else entry[0]


def _entries(request: HttpRequest, seen: dict[str, dict], declared: list) -> Iterator[Entry]:
    """Each is a model, or (model, name, query) for a part of its list, or (URL name, name, icon) for a page."""
    for entry in declared:
        key = _key(entry)
        if isinstance(entry, str) and key in seen and seen[key]["admin_url"]:
            yield _entry(request, str(seen[key]["name"]), seen[key]["admin_url"], _icon(key), key)
        elif not isinstance(entry, str) and ":" in key:
            yield _entry(request, str(entry[1]), reverse(key), entry[2], key)
        elif not isinstance(entry, str) and key in seen and seen[key]["admin_url"]:
            name, query, icon = entry[1:]
            yield _entry(request, str(name), f"{seen[key]['admin_url']}?{query}", icon, f"{key}?{query}")


def _entry(request: HttpRequest, name: str, url: str, icon: str, key: str) -> Entry:
    return Entry(name, url, icon, key, _current(request, url))


def _current(request: HttpRequest, url: str) -> str:
    """The page itself, or one below it. A part of a list is current alone, and the list then is not."""
    part = request.GET.urlencode()
    if "?" in url:
        return "page" if url == f"{request.path}?{part}" else ""
    if request.path == url:
        parts = {
            f"{request.path}?{entry[2]}" for _name, entries in settings.MENU for entry in entries if len(entry) == 4
        }
        return "" if f"{request.path}?{part}" in parts else "page"
    return "true" if request.path.startswith(url) else ""


def _icon(key: str) -> str:
    return settings.JAZZMIN_SETTINGS["icons"].get(key, USUAL_ICON)


def badges(request: HttpRequest) -> JsonResponse:
    """Numbers beside entries of the menu, asked for when the page stands: they cost no page its time."""
    return JsonResponse({"badges": dashboard.badges(request)})
