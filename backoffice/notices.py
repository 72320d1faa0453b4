"""What stands above every page until it is put right. Apps contribute what only they know."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from backoffice import jobs


@dataclass(frozen=True)
class Notice:
    """One sentence with what to do. ``button`` posts to ``action``, for who may."""

    text: str
    url: str = ""
    link: str = ""
    action: str = ""
    button: str = ""


Source = Callable[[HttpRequest], Iterable[Notice]]
_sources: list[Source] = []


def contribute(source: Source) -> None:
    """``source(request)`` gives notices for who looks at the page. Safe to repeat."""
    if source not in _sources:
        _sources.append(source)


def of(request: HttpRequest) -> list[Notice]:
    if not request.user.is_authenticated or not request.user.is_staff:
        return []
    return [notice for source in [standstill, *_sources] for notice in source(request)]


def context(request: HttpRequest) -> dict[str, Any]:
    """For ``each_context``; read only where a page shows it."""
    return {"notices": partial(of, request)}


def standstill(request: HttpRequest) -> Iterable[Notice]:
    """Jobs wait and no worker takes them."""
    if since := jobs.standing_still_since():
        text = _(
            "Background work has stood still for %(time)s: messages, imports and exports wait. Nothing is lost. Start a"
            " worker: manage.py ox_worker"
        )
        yield Notice(text % {"time": timesince(since)})
