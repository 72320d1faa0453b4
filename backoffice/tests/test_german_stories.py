"""The three jobs of the day by somebody who reads German, in a real browser: on a desk, in the dark and on a phone."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django_ox.testing import run_tasks
from playwright.sync_api import Page, expect

from backoffice.tests import pages
from backoffice.tests.test_look import defects, defects_of_pages, screen  # noqa: F401  (a fixture)
from backoffice.tests.test_stories import PASSWORD, pick
from inventory.models import Item
from inventory.tests.import_shop import run_text
from inventory.tests.shop import figures, make_item
from orders.models import OrderLine
from orders.tests.shop import make_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mia(screen, django_user_model) -> Page:  # noqa: F811
    """A manager who has just chosen German."""
    user = django_user_model.objects.create_user("mia", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    screen.goto("/admin/login/?next=/admin/preferences/")
    screen.get_by_label("Username").fill("mia")
    screen.get_by_label("Password", exact=True).fill(PASSWORD)
    screen.keyboard.press("Enter")
    screen.get_by_label("Language", exact=True).select_option("de")
    screen.get_by_role("button", name="Save").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text("Sprache und Zeitzone")
    assert defects(screen) == []
    return screen


def test_an_order_is_placed_with_a_price_with_a_comma(mia):
    mug = make_item("MUG-1", on_hand=5, unit_price="12.50")
    make_customer("Katherine Johnson")
    mia.goto("/admin/orders/order/add/")
    pick(mia, "#id_customer", "Katherine")
    pick(mia, "#id_lines-0-item", "MUG-1")
    mia.locator("#id_lines-0-quantity").fill("2")
    mia.locator("#id_lines-0-unit_price").fill("1.234,50")
    expect(mia.locator("#totals")).to_contain_text("2.469,00")
    assert defects(mia) == []

    mia.get_by_role("button", name="Bestellung aufgeben").click()

    expect(mia.locator("h1")).to_contain_text("bestätigt")
    expect(mia.locator("#id_lines-0-unit_price")).to_have_value("1234,50")
    assert defects(mia) == []
    assert (OrderLine.objects.get().unit_price, figures(mug)) == (Decimal("1234.50"), (5, 2, 3))


def test_a_sheet_is_imported_and_its_file_says_how_it_writes_numbers(mia):
    mug = make_item("MUG-1", on_hand=5, unit_price="12.50")
    mia.goto("/admin/imports/importrun/add/")
    assert defects(mia) == []
    mia.get_by_text("Oder aus einer Tabelle kopierte Zeilen einfügen").click()
    mia.locator("#id_text").fill("Artikelnummer\tVK\tBestand\nMUG-1\t1,234.50\t47\n")
    mia.get_by_role("button", name="Hochladen und prüfen").click()
    mia.wait_for_url("**/importrun/*/*/")
    assert defects(mia) == []

    mia.get_by_role("button", name="1 Änderung anwenden").click()

    expect(mia.get_by_text("Sie können diese Seite verlassen")).to_be_visible()
    run_tasks(raise_failures=True)
    expect(mia.get_by_role("link", name="Diesen Import rückgängig machen")).to_be_visible()
    assert defects(mia) == []
    assert (Item.objects.get().unit_price, figures(mug)) == (Decimal("1234.50"), (47, 0, 47))


def test_what_an_import_did_is_seen_and_taken_back(mia, tmp_path):
    mug = make_item("MUG-1", on_hand=5)
    run = run_text(tmp_path, "sku,quantity\nMUG-1,47\n")
    mia.goto(f"/admin/imports/importrun/{run.pk}/change/")
    mia.get_by_role("link", name="Diesen Import rückgängig machen").click()
    mia.get_by_label("Warum").fill("Falsche Datei")
    assert defects(mia) == []

    mia.get_by_role("button", name="Rückgängig machen", exact=True).click()

    expect(mia.get_by_role("status").filter(has_text="Alles wurde zurückgenommen.")).to_be_visible()
    assert defects(mia) == []
    assert figures(mug) == (5, 0, 5)


@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_every_page_is_clean_in_german_on_a_phone_where_long_words_show(screen, tmp_path):  # noqa: F811
    pages.open_shop(tmp_path)
    manager = pages.sign_in("Manager")
    manager.post("/admin/preferences/", {"language": "de", "time_zone": ""})

    assert defects_of_pages(screen, manager) == []
