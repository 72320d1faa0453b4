"""A working day in a hurry: ``make soak`` lets people work on the real product, over HTTP, for as long as it is told.

Clerks place orders in the order form, one person ships and cancels from the list, another imports counts, deliveries
and write-offs of the very items, and ``check_stock`` looks on. Afterwards what people were told is compared with what
the database holds. ``make soak ARGS="--minutes 5 --engine sqlite"`` is shorter.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Lock, Thread
from typing import Any

import httpx

from backoffice.tests import postgresql
from backoffice.tests.serving import empty_database, free_port, manage, serving

CLERKS = 4
OPENING = 1_000_000
KINDS = ("set", "add", "subtract")  # how the imports of each item are meant
OF_A_KIND = 5
SHOP_ENVIRONMENT = {"EMAIL_PROVIDER": "capture", "LOG_LEVEL": "WARNING"}
PREPARE = """
from django.contrib.auth.models import Group, User
from inventory.tests.shop import make_item
from orders.tests.shop import make_customer
for number in range({people}):
    user = User.objects.create_user("clerk%d" % number, password="of-the-test", is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
print(make_customer("Katherine Johnson", email="katherine@example.com").pk)
for sku in {skus}:
    print(make_item(sku, on_hand={opening}).pk)
"""
LOOK = """
import json
from django.db.models import Sum
from inventory.models import StockLevel
from orders.models import Order, OrderLine
shipped = OrderLine.objects.values_list("item__sku").annotate(Sum("shipped"))
print(json.dumps({
    "orders": dict(Order.objects.values_list("pk", "status")),
    "shipped": dict(shipped.order_by("item__sku")),
    "on_hand": dict(StockLevel.objects.values_list("item__sku", "on_hand")),
}))
"""


@dataclass
class Day:
    """What people were told, and what went wrong."""

    until: float
    shop: "Shop"
    overtime: float = 60
    placed: list[int] = field(default_factory=list)
    shipped: set[int] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)
    imports: Counter[str] = field(default_factory=Counter)  # applied, by kind
    looks: int = 0
    cut_off: int = 0  # requests that a node took and did not answer
    faults: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def is_on(self) -> bool:
        """For as long as was said, and until there was some of everything."""
        return time.monotonic() < self.until or (self.is_bearable() and not all(self.figures().values()))

    def is_bearable(self) -> bool:
        """What was begun is waited for, a while."""
        return time.monotonic() < self.until + self.overtime

    def note(self, fault: str) -> None:
        with self.lock:
            self.faults[fault] += 1

    def figures(self) -> dict[str, int]:
        done = {"orders": self.placed, "shipped": self.shipped, "cancelled": self.cancelled}
        return {name: len(of) for name, of in done.items()} | {"imports": self.imports.total(), "proofs": self.looks}


@dataclass
class Shop:
    database: str
    customer: str
    items: dict[str, str]  # their keys by SKU

    def of_kind(self, kind: str) -> list[str]:
        return [sku for sku in self.items if sku.startswith(kind.upper())]


class Person:
    """Signed in; each request goes to the next node. Whatever a server could not do is noted as a fault of the day."""

    def __init__(self, day: Day, nodes: list[str], number: int):
        self.day, self.dice, self.nodes = day, Random(number), nodes
        self.http = httpx.Client(timeout=60, headers={"Connection": "close"})  # as nginx asks its nodes
        self.token = ""
        self.send("/admin/login/", username=f"clerk{number}", password="of-the-test", next="/admin/")
        self.send("/admin/orders/order/add/", method="GET")

    def send(self, path: str, method: str = "POST", files: dict | None = None, **fields: Any) -> httpx.Response:
        """Follows to the page that it leads to."""
        if not self.token:
            self.token = token_in(self.ask("GET", "/admin/login/"))
        data = fields | {"csrfmiddlewaretoken": self.token} if method == "POST" else None
        answer = self.ask(method, path, data=data, files=files)
        if answer.status_code >= 400:
            self.day.note(f"{answer.status_code} at {re.sub('[0-9]+', 'N', path)}")
        if "database is locked" in answer.text:
            self.day.note("database is locked")
        self.token = token_in(answer) or self.token
        return answer

    def ask(self, method: str, path: str, **sent) -> httpx.Response:
        """The next node that takes the request, as a proxy does it; the same form twice is one order."""
        for _try in range(20):
            self.nodes.append(node := self.nodes.pop(0))
            try:
                return self.http.request(method, node + path, follow_redirects=True, **sent)
            except httpx.ConnectError:
                time.sleep(0.1)  # nobody listens: nothing was begun
            except httpx.TransportError:
                self.day.cut_off += 1
        raise ConnectionError("No node answers.")

    def place(self) -> None:
        skus = self.dice.sample(sorted(self.day.shop.items), 3)
        typed: dict[str, Any] = {"customer": self.day.shop.customer, "one_time_key": uuid.uuid4().hex, "_place": "1"}
        typed |= {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
        for number, sku in enumerate(skus):
            typed |= {f"lines-{number}-item": self.day.shop.items[sku], f"lines-{number}-quantity": "1"}
        shown = self.send("/admin/orders/order/add/", **typed)
        if found := re.fullmatch(r"/admin/orders/order/(\d+)/change/", shown.url.path):
            self.day.placed.append(int(found[1]))
        elif shown.status_code == 200:
            self.day.note("an order was refused")

    def ship_or_cancel(self) -> None:
        """Two of five orders are shipped or cancelled, by threes."""
        done = self.day.shipped | self.day.cancelled
        waiting = [order for order in self.day.placed[-300:] if order not in done]
        if len(waiting) < 3:
            time.sleep(0.2)
            return
        chosen, verb = (
            self.dice.sample(waiting, 3),
            "ship" if len(self.day.shipped) <= len(self.day.cancelled) else "cancel",
        )
        fields: dict[str, Any] = {
            "action": f"{verb}_selected",
            "_selected_action": [str(order) for order in chosen],
            "confirmed": "1",
        }
        shown = self.send("/admin/orders/order/", **fields)
        word, told = ("shipped", self.day.shipped) if verb == "ship" else ("cancelled", self.day.cancelled)
        if f"3 orders are {word}." in shown.text:
            told.update(chosen)
        elif shown.status_code == 200:
            self.day.note(f"orders were not {word}")
        time.sleep(0.3)

    def import_counts(self) -> None:
        kind = self.dice.choice(KINDS)
        amount = {"set": OPENING + self.dice.randint(1, 999), "add": 2, "subtract": 1}[kind]
        text = "sku,quantity\n" + "".join(f"{sku},{amount}\n" for sku in self.day.shop.of_kind(kind))
        file = {"file": (f"{uuid.uuid4().hex}.csv", text.encode(), "text/csv")}
        shown = self.send("/admin/imports/importrun/add/", kind="items", mode=kind, files=file)
        run = re.sub(r"[^/]+/$", "", shown.url.path)
        if not re.fullmatch(r"/admin/imports/importrun/\d+/", run):
            self.day.note("an upload was not taken")
            return
        while (state := self.state_of(run)) == "checked" and self.day.is_bearable():
            shown = self.send(f"{run}apply/")
            if "Decide about them first" in shown.text:  # orders were shipped since the check
                self.send(f"{run}decide/", all="difference")
        if state == "applied":
            self.day.imports[kind] += 1
        else:
            self.day.note(f"an import is {state}")

    def state_of(self, run: str) -> str:
        """When it is at rest, or nobody waits any longer."""
        while (told := self.send(f"{run}progress/", method="GET").json())["busy"] and self.day.is_bearable():
            time.sleep(0.2)
        return told["state"]


def work(day: Day, *nodes: str) -> Day:
    """Until the day is over."""
    jobs = [Person.place] * CLERKS + [Person.ship_or_cancel, Person.import_counts]
    people = [Person(day, list(nodes), number) for number in range(len(jobs))]
    threads = [Thread(target=busy, args=(day, person, job)) for person, job in zip(people, jobs, strict=True)]
    threads.append(Thread(target=watch, args=(day,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in people:
        person.http.close()
    return day


def busy(day: Day, person: Person, job: Callable[[Person], None]) -> None:
    try:
        while day.is_on():
            job(person)
            time.sleep(0.05)
    except Exception as failure:
        day.note(f"{type(failure).__name__}: {failure}")


def watch(day: Day) -> None:
    while day.is_on():
        prove(day, "check_stock")
        time.sleep(1)


def prove(day: Day, command: str) -> None:
    done = manage(command, DATABASE_URL=day.shop.database, **SHOP_ENVIRONMENT)
    day.looks += 1
    for sentence in done.stdout.splitlines()[: 5 if done.returncode else 0]:
        day.note(f"{command}: {sentence}")
    if done.returncode and not done.stdout:
        day.note(f"{command}: {done.stderr[-200:]}")


def settle(day: Day) -> None:
    """Every acknowledged act is in the database, and stock is what was there, plus what came, less what was sent."""
    prove(day, "check_stock")
    prove(day, "verify_history")
    held = json.loads(run_in(day.shop.database, LOOK))
    for order in day.placed:
        wanted = "shipped" if order in day.shipped else "cancelled" if order in day.cancelled else "confirmed"
        if held["orders"].get(str(order)) != wanted:
            day.note(f"an acknowledged order is {held['orders'].get(str(order), 'lost')} instead of {wanted}")
    for kind, change in {"add": 2, "subtract": -1}.items():
        for sku in day.shop.of_kind(kind):
            expected = OPENING + change * day.imports[kind] - held["shipped"].get(sku, 0)
            if held["on_hand"][sku] != expected:
                day.note(f"{sku}: {held['on_hand'][sku]} on hand instead of {expected}")


def prepare(database: str) -> Shop:
    skus = [f"{kind.upper()}-{number}" for kind in KINDS for number in range(OF_A_KIND)]
    assert manage("migrate", "--verbosity", "0", DATABASE_URL=database, **SHOP_ENVIRONMENT).returncode == 0
    told = run_in(database, PREPARE.format(people=CLERKS + 2, skus=skus, opening=OPENING))
    customer, *items = told.split()
    return Shop(database, customer, dict(zip(skus, items, strict=True)))


def run_in(database: str, code: str) -> str:
    done = manage("shell", "--no-imports", "-c", code, DATABASE_URL=database, **SHOP_ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    return found[1] if found else ""


def soak(folder: Path, seconds: float) -> Day:
    """``manage.py serve`` on a new database, worked on for so long, and the books afterwards."""
    with empty_database(folder) as database:
        shop, port, log = prepare(database), str(free_port()), folder / "log"
        values = SHOP_ENVIRONMENT | {"UPLOAD_DIR": str(folder / "uploads"), "PORT": port}
        with serving(database, log, **values):
            day = work(Day(time.monotonic() + seconds, shop), f"http://127.0.0.1:{port}")
        settle(day)
    if day.cut_off:
        day.note(f"{day.cut_off} requests were cut off")
    for line in log.read_text().splitlines():
        if "database is locked" in line or "Traceback" in line:
            day.note(line)
    return day


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m backoffice.tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--engine", action="append", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    days = [on(engine, options.minutes * 60) for engine in options.engine or ["sqlite", "postgresql"]]
    return 1 if any(day.faults for day in days) else 0


def on(engine: str, seconds: float) -> Day:
    with tempfile.TemporaryDirectory(prefix="backoffice-soak-") as folder, database_server(engine):
        day = soak(Path(folder), seconds)
    print(f"{engine}, {seconds:.0f} s: {day.figures()}, faults: {dict(day.faults) or 'none'}", flush=True)
    return day


@contextmanager
def database_server(engine: str) -> Iterator[None]:
    """Where ``empty_database`` makes its databases."""
    if engine == "sqlite":
        yield
        return
    with postgresql.server() as url:
        os.environ["TEST_DATABASE_URL"] = url
        try:
            yield
        finally:
            del os.environ["TEST_DATABASE_URL"]


if __name__ == "__main__":
    sys.exit(main())
