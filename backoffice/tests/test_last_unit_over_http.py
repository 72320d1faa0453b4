"""Clerks at several server processes press *Place order* on the last unit at the same moment, in the real form."""

import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier

import httpx
import pytest

from backoffice.tests.race import watching
from backoffice.tests.serving import ROOT, empty_database, free_port, manage, serving, static, surroundings

pytestmark = pytest.mark.race

ADD = "/admin/orders/order/add/"
PREPARE = """
from django.contrib.auth.models import Group, User
from inventory.tests.shop import make_item
from orders.tests.shop import make_customer
dana = User.objects.create_user("dana", password="of-the-test", is_staff=True)
dana.groups.add(Group.objects.get(name="Sales"))
print(make_customer().pk, *[make_item(on_hand=1).pk for _ in range({rounds})])
"""
SHOP = {"EMAIL_PROVIDER": "capture"}
CONTROL_ROUNDS, CONTROL_MUST_OVERSELL = 10, 9


@pytest.mark.parametrize(
    ("clerks", "rounds"),
    [
        pytest.param(8, 5, id="8 clerks, 5 rounds"),
        pytest.param(32, 25, id="32 clerks, 25 rounds", marks=pytest.mark.deep),
    ],
)
def test_exactly_one_of_many_clerks_sells_the_last_unit(clerks, rounds, tmp_path):
    with empty_database(tmp_path) as database:
        customer, items = prepare(database, rounds)
        port = str(free_port())
        with serving(database, PORT=port, **SHOP), watching(database) as watch:
            outcomes = [compete(port, clerks, customer, item) for item in items]
        proof = manage("check_stock", DATABASE_URL=database)

    assert outcomes == [{"placed": 1, "refused": clerks - 1}] * rounds
    assert (proof.stdout, proof.returncode) == ("The ledger adds up.\n", 0)
    assert watch.saw_waiting()


def test_the_same_form_with_the_receiver_of_the_tutorial_oversells(tmp_path):
    """The negative control. If this did not oversell, the race above would prove nothing."""
    with empty_database(tmp_path) as database:
        customer, items = prepare(database, CONTROL_ROUNDS)
        with serving_unguarded(database) as port:
            sold = [compete(port, 8, customer, item)["placed"] for item in items]

    assert sum(units > 1 for units in sold) >= CONTROL_MUST_OVERSELL, sold


def prepare(database: str, rounds: int) -> tuple[str, list[str]]:
    """A migrated shop with a customer and one item for each round, one unit of each on hand: their keys."""
    assert manage("migrate", "--verbosity", "0", DATABASE_URL=database, **SHOP).returncode == 0
    done = manage("shell", "--no-imports", "-c", PREPARE.format(rounds=rounds), DATABASE_URL=database, **SHOP)
    assert done.returncode == 0, done.stderr
    customer, *items = done.stdout.split()
    return customer, items


@contextmanager
def serving_unguarded(database: str) -> Iterator[str]:
    port = str(free_port())
    options = ["--workers", "2", "--threads", "4", "--log-level", "warning", "--no-control-socket"]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "backoffice.tests.unguarded", "--bind", f"127.0.0.1:{port}", *options],
        cwd=ROOT,
        env=surroundings(DATABASE_URL=database, STATIC_DIR=static(), **SHOP),
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=40)


def wait_for(port: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("The server did not answer.")


def compete(port: str, clerks: int, customer: str, item: str) -> Counter[str]:
    """What each clerk saw who posted the order form for one unit, all at once, each on a connection of their own."""
    barrier = Barrier(clerks)
    with ExitStack() as stack, ThreadPoolExecutor(clerks) as pool:
        first, *clients = (stack.enter_context(client_of(port)) for _ in range(1 + clerks))
        token = sign_in(first)

        def sell(client: httpx.Client) -> str:
            client.cookies.update(first.cookies)
            client.get("/healthz")  # the connection stands
            barrier.wait(timeout=60)
            return outcome(client.post(ADD, data=typed(token, customer, item)))

        return Counter(pool.map(sell, clients))


def client_of(port: str) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)


def sign_in(client: httpx.Client) -> str:
    """The token for forms."""
    login = "/admin/login/?next=/admin/"
    fields = {"username": "dana", "password": "of-the-test", "csrfmiddlewaretoken": token_in(client.get(login))}
    assert client.post(login, data=fields).status_code == 302
    return token_in(client.get(ADD))


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.status_code
    return found[1]


def typed(token: str, customer: str, item: str) -> dict[str, str]:
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-item": item, "lines-0-quantity": "1"}
    return {"csrfmiddlewaretoken": token, "customer": customer, "one_time_key": uuid.uuid4().hex, "_place": "1"} | lines


def outcome(answer: httpx.Response) -> str:
    if answer.status_code == 302 and answer.headers["location"].endswith("/change/"):
        return "placed"
    if answer.status_code == 200 and ("available at Main" in answer.text or "Sold out." in answer.text):
        return "refused"
    return f"unexpected {answer.status_code}"
