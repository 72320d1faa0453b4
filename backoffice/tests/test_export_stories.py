"""Getting a list out of the back office, in a real browser."""

import csv

import pytest
from django.contrib.auth.models import Group
from django_ox.testing import run_tasks
from playwright.sync_api import Page, expect

from backoffice.imports.reading import open_sheet
from inventory.tests.shop import make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"


@pytest.fixture
def mia(page: Page, live_server, django_user_model) -> Page:
    """A manager at the list of three items."""
    user = django_user_model.objects.create_user("mia", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    for sku in ("MUG-1", "MUG-2", "TEA-1"):
        make_item(sku, name=sku)
    page.goto(f"{live_server.url}/admin/login/?next=/admin/inventory/item/")
    page.get_by_label("Username").fill("mia")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Items")).to_be_visible()
    return page


def test_what_the_list_shows_is_exported_by_one_click(mia: Page):
    mia.get_by_role("searchbox").fill("mug")
    mia.get_by_role("button", name="Search", exact=True).click()
    with mia.expect_download() as download:
        mia.get_by_role("button", name="Export").click()

    with open(download.value.path(), "rb") as file:
        assert [row.cells[0] for row in open_sheet(file).rows()] == ["MUG-1", "MUG-2"]


def test_format_and_columns_are_chosen_on_a_page(mia: Page):
    mia.get_by_role("link", name="Export: choose format and columns").click()
    mia.get_by_label("CSV, for other programs").check()
    mia.get_by_role("group", name="Columns: Items and stock").get_by_label("cost").uncheck()
    with mia.expect_download() as download:
        mia.get_by_role("button", name="Export").click()

    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert ("sku" in header, "cost" in header) == (True, False)


def test_a_large_export_shows_when_it_is_ready(mia: Page, settings):
    settings.EXPORT_ROWS_AT_ONCE = 2
    mia.get_by_role("button", name="Export").click()
    expect(mia.get_by_text("You can leave this page")).to_be_visible()

    run_tasks(raise_failures=True)

    with mia.expect_download() as download:
        mia.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("items-")
