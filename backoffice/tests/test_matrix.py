"""Every address of the site as everybody: opened or refused as ``docs/permissions.md`` says, and nothing written where
it is refused. An address that the page does not list fails."""

from contextlib import contextmanager
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from backoffice.tests import site_map
from backoffice.tests.site_map import OPEN, OWN, Address, Writes

pytestmark = pytest.mark.django_db

DOCS = settings.BASE_DIR / "docs" / "permissions.md"
ROLES = ["Sales", "Warehouse", "Manager", "Auditor", "Administrator", "superuser"]
NOBODY = "–"
DATES = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
SENT = {  # what would do something, were it accepted
    "delete": {"post": "yes"},
    "receive": {"quantity": "3", "location": "1", "reason": "Delivery"},
    "cancel": {"quantity": "1"},
    "password": {"password1": "a-good-long-one", "password2": "a-good-long-one"},
    "undo": {"reason": "a mistake", "_undo": "1"},
}


def sent_to(address: Address) -> dict[str, str]:
    last = address.route.rstrip("/").rpartition("/")[2]
    everything = {
        "name": "New",
        "sku": "NEW-9",
        "code": "new",
        "username": "newcomer",
        "told": "email",
        "is_staff": "on",
    }
    return everything | DATES | SENT.get(last, {})


def visitor(who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who == "anonymous":
        return client
    user = User.objects.create_user("visitor", is_staff=who != "outsider", is_superuser=who == "superuser")
    if who in ROLES[:-1]:
        user.groups.add(Group.objects.get(name=who))
    client.force_login(user)
    return client


def is_refused(answer) -> bool:
    """403, 404, a method that is not taken, or the way to the door."""
    leads_to_door = answer.status_code == 302 and answer.url.startswith("/admin/login/")
    return leads_to_door or answer.status_code in (403, 404, 405)


def let_go(answer) -> None:
    """Closes a file that is being sent. The answer's own ``close`` would close the test's connection with it."""
    for close in answer._resource_closers:
        close()


@contextmanager
def asking(client: Client, address: Address, samples: dict[str, str], method: str):
    """The answer, to look at; whatever it did is taken back afterwards."""
    cookies = SimpleCookie(client.cookies)
    with transaction.atomic():
        data = sent_to(address) if method == "post" else {}
        answer = getattr(client, method)(address.path(samples), data)
        yield answer
        let_go(answer)
        transaction.set_rollback(True)
    client.cookies = cookies  # the session that they stand for is back, too


def ask(client: Client, address: Address, samples: dict[str, str], method: str) -> tuple[str, list[str], int]:
    """(yes or no, what was written, status). Whatever it did is taken back."""
    writes = Writes()
    with writes.watching(), asking(client, address, samples, method) as answer:
        pass
    return "no" if is_refused(answer) else "yes", writes.found, answer.status_code


def cell(client: Client, address: Address, samples: dict[str, str]) -> str:
    """What the documentation calls it: looks, does, both, or neither. A refusal must not have written anything."""
    found = []
    for word, method in (("sees", "get"), ("does", "post")):
        answer, written, status = ask(client, address, samples, method)
        assert status < 500, f"{method} {address.path(samples)}: {status}"
        assert answer == "yes" or not written, f"{method} {address.path(samples)} was refused and wrote {written}"
        found += [word] if answer == "yes" else []
    return ", ".join(found) or NOBODY


def documented() -> dict[str, dict[str, str]]:
    rows = [line.strip("|").split("|") for line in DOCS.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    head, *rows = [[part.strip() for part in row] for row in rows]
    return {row[0].strip("`"): dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def guarded() -> list[Address]:
    return [address for address in site_map.addresses() if address.name not in OPEN | OWN]


@pytest.fixture
def samples(tmp_path) -> dict[str, str]:
    site_map.furnish(tmp_path)
    return site_map.samples()


def test_every_address_is_documented():
    assert sorted(documented()) == sorted({address.name for address in guarded()})


@pytest.mark.parametrize("who", ROLES)
def test_a_role_sees_and_does_what_is_documented(who, samples):
    client, expected = visitor(who), documented()

    found = {address.name: cell(client, address, samples) for address in guarded()}

    assert found == {name: expected[name][who] for name in found}


@pytest.mark.parametrize("who", ["anonymous", "outsider"])
def test_who_is_no_staff_sees_and_does_nothing(who, samples):
    client = visitor(who)

    found = {address.name: cell(client, address, samples) for address in guarded() if address.name != "admin:logout"}

    assert {name: told for name, told in found.items() if told != NOBODY} == {}


@pytest.mark.parametrize("name", sorted(OWN))
def test_ones_own_account_is_for_who_is_signed_in(name, samples):
    address = next(one for one in site_map.addresses() if one.name == name)

    assert cell(visitor("anonymous"), address, samples) == NOBODY


def test_what_is_sent_would_do_something(samples):
    """The control: the same requests as who may do everything do write."""
    client = visitor("superuser")

    written = {one.name for one in guarded() if ask(client, one, samples, "post")[1]}

    assert {"admin:orders_customer_add", "admin:orders_order_delete", "admin:inventory_item_receive"} <= written
