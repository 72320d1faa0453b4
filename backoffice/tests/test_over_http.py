"""The whole product as a newcomer starts it: the demo shop, served by real processes, worked on over HTTP."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from django.conf import settings

from backoffice.tests.serving import empty_database, free_port, manage, serving


@dataclass
class Visitor:
    """Signs in and posts forms as a browser does, with the token of the page."""

    http: httpx.Client

    def login(self, name: str, password: str) -> str:
        return self.post("/admin/login/?next=/admin/", username=name, password=password)

    def post(self, path: str, **fields: str) -> str:
        """The path it led to."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page(path if "login" in path else ""))
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        answer = self.http.post(path, data=fields, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.url.path

    def page(self, path: str = "") -> str:
        answer = self.http.get(path or "/admin/orders/order/add/", follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


@dataclass
class Shop:
    url: str
    database: str

    def wait_for_mail(self, order_path: str, visitor: Visitor) -> bool:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if "accepted" in visitor.page(order_path):
                return True
            time.sleep(0.5)
        return False


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[Shop]:
    with empty_database(tmp_path_factory.mktemp("shop")) as database:
        values = {"DEMO": "1", "EMAIL_PROVIDER": "capture", "PORT": str(free_port())}
        assert manage("migrate", "--verbosity", "0", DATABASE_URL=database, **values).returncode == 0
        loaded = manage("demo", DATABASE_URL=database, **values)
        assert "The demo shop is loaded." in loaded.stdout, loaded.stderr
        with serving(database, **values):
            yield Shop(f"http://127.0.0.1:{values['PORT']}", database)


@pytest.fixture
def visitor(shop) -> Iterator[Visitor]:
    with httpx.Client(base_url=shop.url, timeout=30) as client:
        yield Visitor(client)


@pytest.mark.parametrize("role", settings.DEMO_LOGINS)
def test_every_role_can_sign_in(visitor, role):
    assert visitor.login(*settings.DEMO_LOGINS[role]) == "/admin/"


def test_an_order_goes_from_entry_to_shipped_and_its_customer_hears_of_it(shop, visitor):
    visitor.login(*settings.DEMO_LOGINS["Manager"])
    found = visitor.http.get(
        "/admin/autocomplete/",
        params={"term": "COF-1001", "app_label": "orders", "model_name": "orderline", "field_name": "item"},
    ).json()["results"]

    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-item": found[0]["id"]}
    path = visitor.post("/admin/orders/order/add/", customer="1", _place="1", **lines, **{"lines-0-quantity": "1"})

    assert re.fullmatch(r"/admin/orders/order/\d+/change/", path)
    assert "bo-badge-confirmed" in visitor.page(path)
    assert shop.wait_for_mail(path, visitor)
    visitor.post(path.replace("/change/", "/ship/"))
    assert "bo-badge-shipped" in visitor.page(path)


def test_the_books_of_the_demo_are_right_and_a_second_load_adds_nothing(shop):
    proof = manage("check_stock", DATABASE_URL=shop.database)
    again = manage("demo", DATABASE_URL=shop.database, DEMO="1", EMAIL_PROVIDER="capture")

    assert (proof.stdout, proof.returncode) == ("The ledger adds up.\n", 0)
    assert again.stdout == "The demo shop is there already.\n"


def test_it_says_that_it_is_alive_and_ready(shop):
    assert httpx.get(f"{shop.url}/healthz").text == "alive\n"
    deadline = time.monotonic() + 45  # the worker's first heartbeat
    while (answer := httpx.get(f"{shop.url}/readyz")).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert answer.json() == {"ready": True, "problems": [], "warnings": []}


def test_the_demo_is_refused_where_mail_would_be_sent(tmp_path):
    refused = manage("demo", DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite3", DEMO="1", EMAIL_PROVIDER="smtp")

    assert refused.returncode == 1
    assert "The demo would send mail." in refused.stderr
