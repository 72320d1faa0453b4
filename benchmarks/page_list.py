"""Which pages are asked for, and how long the server takes for them: all that a manager can open, as they grow.

A page is a row of the table, and often many addresses: all sortings of a list, say. Each is tried, the slowest counts.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import mean
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from benchmarks.old_shop import FIRST_NAMES, LAST_NAMES, THINGS
from inventory.models import Item
from orders.models import Customer, Order

ASKED, TRIED = 15, 2  # times: the slowest address of a page, and each of the others
PATIENCE = 3.0  # seconds for one page; what is that slow need not be asked so often
LONG = 10_000  # characters of a question
Address = Callable[[int], str]  # of the n-th request, so that each is about another record


class Visitor:
    """A signed-in manager who counts what an answer costs."""

    def __init__(self) -> None:
        user, _made = get_user_model().objects.get_or_create(username="manager", is_staff=True)
        user.groups.add(Group.objects.get(name="Manager"))
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(user)
        self.queries, self.in_database = 0, 0.0

    def ask(self, address: str) -> float:
        """Seconds of the server. What the database had of them, and how often, is added up beside."""
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(self._count))
            started = time.perf_counter()
            self.answer = self.client.get(address, secure=True)
            seconds = time.perf_counter() - started
        if self.answer.status_code not in (200, 302):
            raise AssertionError(f"{address[:200]}: {self.answer.status_code}")
        return seconds

    def _count(self, execute, *args):
        started = time.perf_counter()
        try:
            return execute(*args)
        finally:
            self.queries += 1
            self.in_database += time.perf_counter() - started


def measured() -> dict[str, dict[str, Any]]:
    """For each page the milliseconds of each request, of the database on average, and the most queries of one."""
    visitor = Visitor()
    found = {}
    for name, addresses in _pages(visitor):
        if addresses:
            print(name, end=" ", file=sys.stderr, flush=True)  # it takes minutes
            found[name] = _measure(visitor, addresses)
            print(*(f"{time:.0f}" for time in sorted(found[name]["times"])), found[name]["address"], file=sys.stderr)
    return found


def _measure(visitor: Visitor, addresses: list[Address]) -> dict[str, Any]:
    tried = [max(_times(visitor, address, TRIED)["times"]) for address in addresses] if addresses[1:] else [0]
    return _times(visitor, addresses[tried.index(max(tried))], ASKED)


def _times(visitor: Visitor, address: Address, count: int) -> dict[str, Any]:
    """After a first request, which only warms up, unless it was so slow that there need be no other."""
    asked = [_ask(visitor, address(0))]
    until = time.monotonic() + PATIENCE
    if asked[0][0] < 1000 * PATIENCE:
        asked = [_ask(visitor, address(1))]
    while len(asked) < count and time.monotonic() < until and asked[0][0] < 1000 * PATIENCE:
        asked.append(_ask(visitor, address(len(asked) + 1)))
    times, database, queries = zip(*asked, strict=True)
    return {"times": times, "database": mean(database), "queries": max(queries), "address": address(1)[:100]}


def _ask(visitor: Visitor, address: str) -> tuple[float, float, int]:
    """Milliseconds of the server and of the database, and the number of queries."""
    before, queries = visitor.in_database, visitor.queries
    milliseconds = 1000 * visitor.ask(address)
    return milliseconds, 1000 * (visitor.in_database - before), visitor.queries - queries


# Which ----------------------------------------------------------------------------------------------------------------


def _pages(visitor: Visitor) -> Iterator[tuple[str, list[Address]]]:
    for url, changes in _lists(visitor):
        yield from _pages_of_list(url, changes)
    for name, model in {"item": Item, "order": Order, "customer": Customer}.items():
        yield f"Change page: {name}", [_record(model, "change")]
        yield f"Timeline: {name}", [_record(model, "history")]
    yield "Order entry", [_fixed(reverse("admin:orders_order_add"))]
    yield "Activity", [_fixed(reverse("admin:history_changeset_changelist"))]
    yield "First page", [_fixed(reverse("admin:index"))]
    for what, field, words in (("items", _item_of_line, ITEM_WORDS), ("customers", _customer_of_order, CUSTOMER_WORDS)):
        yield f"Autocomplete: {what}", [_asking(reverse("admin:autocomplete"), word, **field) for word in words]
    words = [*ITEM_WORDS, *CUSTOMER_WORDS, *ORDER_WORDS]
    yield "Palette", [_asking(reverse("admin:palette"), word) for word in words]


def _lists(visitor: Visitor) -> Iterator[tuple[str, Any]]:
    """The lists that a manager may open, with what the admin knows of each."""
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        answer: Any = visitor.client.get(url, secure=True)
        if answer.status_code == 200 and "cl" in getattr(answer, "context_data", {}):
            yield url, answer.context_data["cl"]


def _pages_of_list(url: str, changes: Any) -> Iterator[tuple[str, list[Address]]]:
    name = str(changes.opts.verbose_name_plural).capitalize()
    yield name, [_fixed(url)]
    yield f"{name}: a filter", [_fixed(url + query) for query in _filters(changes)]
    yield (
        f"{name}: a sorting",
        [_fixed(f"{url}?o={sign}{number}") for number in _sortable(changes) for sign in ("", "-")],
    )
    if words := WORDS.get(changes.opts.label_lower):
        yield f"{name}: a search", [_asking(url, word) for word in words]
    last = changes.paginator.num_pages
    yield f"{name}: the last pages", [lambda n: f"{url}?p={max(last - n, 1)}"]
    yield f"{name}: nonsense", [_fixed(url + query) for query in _nonsense()]


def _filters(changes: Any) -> list[str]:
    choices = (choice for spec in changes.filter_specs for choice in spec.choices(changes))
    return [choice["query_string"] for choice in choices if not choice["selected"]]


def _sortable(changes: Any) -> list[int]:
    columns = enumerate(changes.list_display)
    return [number for number, name in columns if changes.get_ordering_field(name)]


def _nonsense() -> list[str]:
    """A question that is too long, a sorting by columns that are not there, a page far out."""
    questions = ("x" * LONG, "mug " * (LONG // 4), "%_" * (LONG // 2), "\\'" * (LONG // 2))
    asked = [f"?{urlencode({'q': question})}" for question in questions]
    return [*asked, "?o=99.-98.x.--1.1.1.1", "?p=1000000000", "?p=x", f"?o={'1.' * 1000}"]


def _fixed(address: str) -> Address:
    return lambda n: address


def _asking(url: str, word: Callable[[int], str], **more: str) -> Address:
    name = "term" if "autocomplete" in url else "q"
    return lambda n: f"{url}?{urlencode({name: word(n), **more})}"


def _record(model: Any, page: str) -> Address:
    """The newest records and those of all years in turn."""
    last, count = model.objects.latest("pk").pk, model.objects.count()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return lambda n: reverse(name, args=[last - (n % 2) * (n * 7919 % count) - n % 5])


# Words ----------------------------------------------------------------------------------------------------------------

_item_of_line = {"app_label": "orders", "model_name": "orderline", "field_name": "item"}
_customer_of_order = {"app_label": "orders", "model_name": "order", "field_name": "customer"}


def _thing(n: int) -> str:
    return THINGS[n % len(THINGS)]


def _first_name(n: int) -> str:
    return FIRST_NAMES[n % len(FIRST_NAMES)]


ITEM_WORDS: list[Address] = [
    lambda n: _thing(n)[0],
    lambda n: _thing(n)[:3],
    _thing,
    lambda n: f"blue {_thing(n)}",
    lambda n: f"{_thing(n)} no. {n * 79}",
    lambda n: f"{_thing(n).upper()}-{n}",
    lambda n: f"{_thing(n)}-{n * len(THINGS) + n % len(THINGS)}",
    lambda n: f"40{1_000_000_000 + 3 * n}",
    lambda n: f"zebra{n}",
]
CUSTOMER_WORDS: list[Address] = [
    lambda n: _first_name(n)[0].lower(),
    _first_name,
    lambda n: f"{_first_name(n)} {LAST_NAMES[n % len(LAST_NAMES)][:3]}",
    lambda n: LAST_NAMES[n % len(LAST_NAMES)],
    lambda n: f"{LAST_NAMES[n % len(LAST_NAMES)].lower()}{n}",
    lambda n: f"zebra{n}",
]
ORDER_WORDS: list[Address] = [lambda n: f"SO-{1000 + 97 * n}", lambda n: f"{1000 + 97 * n}", lambda n: f"so-{10 + n}"]
WORDS = {
    "inventory.item": ITEM_WORDS,
    "inventory.stocklevel": ITEM_WORDS,
    "inventory.stockmovement": [*ITEM_WORDS, *ORDER_WORDS],
    "orders.customer": CUSTOMER_WORDS,
    "orders.order": [*ORDER_WORDS, *CUSTOMER_WORDS, *ITEM_WORDS],
    "notifications.notification": [*CUSTOMER_WORDS, *ORDER_WORDS],
    "notifications.suppression": CUSTOMER_WORDS,
    "notifications.capturedmail": CUSTOMER_WORDS,
}
