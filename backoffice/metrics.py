"""Figures for Prometheus at ``/metrics``: of every process of this machine, and of what the database says.

Nothing of it runs, nor is the library imported, until METRICS_TOKEN is set. Counts are kept in files of METRICS_DIR,
one for each process, web and worker alike, and added up when they are asked for. Gauges are read from the database
then.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import MiddlewareNotUsed
from django.db.models import Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare

from backoffice import jobs

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True)
class Gauge:
    """A figure that the database knows."""

    name: str
    says: str
    read: Callable[[], float]


def of_queue(name: str, says: str, rows: Callable[[], QuerySet]) -> list[Gauge]:
    """How many rows wait, and how long ago the oldest of them was made."""

    def oldest() -> float:
        since = rows().aggregate(since=Min("created_at"))["since"]
        return (timezone.now() - since).total_seconds() if since else 0

    age = Gauge(f"{name}_oldest_seconds", "How long ago the oldest of them was asked for", oldest)
    return [Gauge(name, says, lambda: rows().count()), age]


KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

_gauges: list[Gauge] = []
_counters: dict[str, str] = {}


def contribute(*gauges: Gauge, **counters: str) -> None:
    """Adds what an app knows, and names with a sentence what it counts."""
    _gauges.extend(gauges)
    _counters.update(counters)


def count(name: str) -> None:
    if settings.METRICS_TOKEN:
        _library().counters[name].inc()


def forget() -> None:
    """Removes what processes that have ended counted. Only while none runs."""
    for path in Path(settings.METRICS_DIR).glob("*.db"):
        path.unlink(missing_ok=True)


class RequestMetricsMiddleware:
    """Counts and times requests by the name of their view, so that no path and no key of a record is told."""

    def __init__(self, get_response):
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        started = time.monotonic()
        response = self.get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "none"
        method = request.method if request.method in KNOWN_METHODS else "other"
        _library().requests.labels(view, method, response.status_code).observe(time.monotonic() - started)
        return response


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    """For who shows the token. To everybody else, and without a token in the settings, there is no such page."""
    if not settings.METRICS_TOKEN or not constant_time_compare(token_of(request), settings.METRICS_TOKEN):
        raise Http404
    text, kind = _library().text()
    response = HttpResponse(text, content_type=kind)
    add_never_cache_headers(response)
    return response


def token_of(request: HttpRequest) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


@cache
def _library() -> "Library":
    Path(settings.METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", settings.METRICS_DIR)  # read when the library is imported
    return Library()


class Library:
    """All that touches prometheus_client."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        own = CollectorRegistry()
        self.requests = Histogram(
            "backoffice_request_seconds",
            "Requests and how long they took",
            ["view", "method", "status"],
            buckets=SECONDS,
            registry=own,
        )
        self.counters = {name: Counter(f"backoffice_{name}", says, registry=own) for name, says in _counters.items()}

    def text(self) -> tuple[bytes, str]:
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        asked = CollectorRegistry()
        MultiProcessCollector(asked, settings.METRICS_DIR)
        asked.register(jobs.collector())
        asked.register(self)
        return generate_latest(asked), CONTENT_TYPE_LATEST

    def describe(self) -> list[Any]:
        return []  # so that to register does not ask the database

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for gauge in _gauges:
            yield GaugeMetricFamily(f"backoffice_{gauge.name}", gauge.says, gauge.read())
