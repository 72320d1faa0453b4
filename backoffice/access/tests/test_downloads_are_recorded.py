"""Who took data out is written down where nobody can change it."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django_ox.testing import run_tasks

from backoffice.access import events
from backoffice.access.models import SecurityEvent
from backoffice.exports.models import Export
from inventory import import_items
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    make_item("MUG-1")
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def run(tmp_path):
    sheet = tmp_path / "goods.csv"
    sheet.write_text("sku,quantity\nMUG-1,30\nNEW-1,\n")
    return import_items.run_file(sheet)


def recorded() -> list[tuple[str, str, str]]:
    downloads = SecurityEvent.objects.filter(kind="download").order_by("pk")
    return list(downloads.values_list("user_name", "detail", "address"))


def test_an_export_is_a_security_event(root):
    answer = root.post(reverse("admin:inventory_item_export"), {"format": "csv"})

    assert b"MUG-1" in answer.getvalue()
    assert recorded() == [("root", Export.objects.get().file_name, "127.0.0.1")]


def test_a_large_export_is_one_each_time_that_it_is_fetched(root, monkeypatch, settings):
    settings.EXPORT_ROWS_AT_ONCE = 0
    root.post(reverse("admin:inventory_item_export"), {"format": "csv"})
    assert recorded() == []
    run_tasks()

    export = Export.objects.get()
    for _time in range(2):
        root.get(reverse("admin:exports_export_file", args=[export.pk])).getvalue()

    assert recorded() == [("root", export.file_name, "127.0.0.1")] * 2


@pytest.mark.parametrize(("page", "name"), [("file", "goods.csv"), ("refused", "refused-rows-{}.xlsx")])
def test_the_file_of_an_import_and_its_refused_rows_are_ones(root, run, page, name):
    answer = root.get(reverse(f"admin:imports_importrun_{page}", args=[run.pk]))

    assert answer.getvalue()
    assert recorded() == [("root", name.format(run.pk), "127.0.0.1")]


def test_a_template_with_what_there_is_is_one(root):
    root.get(reverse("admin:imports_importrun_template", args=["items"])).getvalue()

    assert recorded() == [("root", "items.xlsx", "127.0.0.1")]


def test_what_is_refused_is_none(client, run):
    client.force_login(User.objects.create_user("dana", is_staff=True))

    statuses = [
        client.get(reverse("admin:imports_importrun_file", args=[run.pk])).status_code,
        client.post(reverse("admin:inventory_item_export"), {"format": "csv"}).status_code,
    ]

    assert (statuses, recorded()) == ([404, 403], [])


def test_a_file_that_cannot_be_recorded_stays_in(root, run, monkeypatch):
    root.raise_request_exception = False
    monkeypatch.setattr(events, "record", lambda *args, **facts: 1 / 0)

    answer = root.get(reverse("admin:imports_importrun_file", args=[run.pk]))

    assert (answer.status_code, b"MUG-1" in answer.content) == (500, False)
