"""``/metrics``: shut unless a token opens it; then the figures of all processes and of the database."""

import re

import httpx
import pytest

from backoffice import metrics
from backoffice.tests.serving import empty_database, free_port, serving
from inventory.tests.shop import make_item
from notifications.models import Notification
from orders.models import Order
from orders.tests.pages import ADD, save, typed
from orders.tests.shop import make_customer, place_order

TOKEN = "a-token-that-nobody-guesses"


def figures(text: str, name: str) -> dict[str, float]:
    """By labels: the samples of a metric."""
    return {labels: float(value) for labels, value in re.findall(rf"^{name}(\{{.*\}})? ([\d.e+-]+)$", text, re.M)}


def read(client) -> str:
    return client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text


@pytest.mark.django_db
@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}"])
def test_nobody_reads_them_without_the_token(client, settings, shown):
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/metrics", headers={"Authorization": shown})

    assert (answer.status_code, b"backoffice_" in answer.content) == (404, False)


@pytest.mark.django_db
@pytest.mark.parametrize("shown", ["", "Bearer ", f"Bearer {TOKEN}"])
def test_nobody_at_all_reads_them_until_a_token_is_set(mia, settings, shown):
    assert settings.METRICS_TOKEN == ""

    assert mia.get("/metrics", headers={"Authorization": shown}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_orders_are_counted_when_placed_and_when_refused(mia, settings):
    settings.METRICS_TOKEN = TOKEN
    item, customer = make_item("MUG", on_hand=3), make_customer()
    names = ["backoffice_orders_placed_total", "backoffice_orders_refused_for_stock_total"]
    before = [figures(read(mia), name).get("", 0) for name in names]

    save(mia, ADD, typed(customer, (item, 2), _place="1"))
    save(mia, ADD, typed(customer, (item, 2), _place="1"))

    after = [figures(read(mia), name)[""] for name in names]
    assert Order.objects.count() == 1
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1]


@pytest.mark.django_db
def test_what_waits_and_what_failed_is_told_from_the_database(client, settings):
    settings.METRICS_TOKEN = TOKEN
    for _each in range(3):
        place_order((make_item(on_hand=1), 1))
    Notification.objects.filter(pk=Notification.objects.latest("pk").pk).update(state="failed")

    text = read(client)

    assert figures(text, "backoffice_messages_waiting") == {"": 2}
    assert figures(text, "backoffice_messages_that_need_somebody") == {"": 1}
    assert 0 < figures(text, "backoffice_messages_waiting_oldest_seconds")[""] < 600
    assert figures(text, "backoffice_imports_at_work") == figures(text, "backoffice_exports_at_work") == {"": 0}
    assert figures(text, "django_ox_ready_tasks") == {'{queue="mail"}': 3}


def test_every_process_is_counted_and_views_stand_by_their_names(tmp_path):
    values = {"METRICS_TOKEN": TOKEN, "METRICS_DIR": str(tmp_path / "metrics"), "PORT": str(free_port())}
    with empty_database(tmp_path) as database, serving(database, **values):
        url = f"http://127.0.0.1:{values['PORT']}"
        for _again in range(40):
            httpx.get(f"{url}/admin/login/?next=/admin/&q=secret")  # a new connection each: either process may answer
        text = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text

    labels = '{method="GET",status="200",view="admin:login"}'
    assert figures(text, "backoffice_request_seconds_count")[labels] == 40
    assert len(list((tmp_path / "metrics").glob("histogram_*.db"))) == 2
    assert "secret" not in text


def test_nothing_is_counted_without_a_token(settings, monkeypatch):
    monkeypatch.setattr(metrics, "_library", lambda: pytest.fail("the library was touched"))

    metrics.count("orders_placed")
