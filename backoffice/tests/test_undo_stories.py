"""What was done is seen and taken back, in a real browser, on a desk, in the dark and on a phone."""

import pytest
from django.contrib.auth.models import Group
from django_ox.testing import run_tasks
from playwright.sync_api import Page, expect

from backoffice.tests.test_look import defects, screen  # noqa: F401  (a fixture)
from inventory.models import Item
from inventory.tests.import_shop import run_text
from inventory.tests.shop import figures, make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"


@pytest.fixture
def mia(screen, django_user_model) -> Page:  # noqa: F811
    """A manager's browser, signed in."""
    user = django_user_model.objects.create_user("mia", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    screen.goto("/admin/login/")
    screen.get_by_label("Username").fill("mia")
    screen.get_by_label("Password", exact=True).fill(PASSWORD)
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/admin/")
    return screen


def test_a_price_is_changed_seen_and_taken_back(mia):
    mug = make_item("MUG-1", unit_price="12.00")
    mia.goto(f"/admin/inventory/item/{mug.pk}/change/")
    mia.locator("#id_unit_price").fill("12.50")
    mia.keyboard.press("Enter")
    mia.wait_for_url("**/admin/inventory/item/")

    mia.goto(f"/admin/inventory/item/{mug.pk}/history/")
    expect(mia.locator(".bo-change").first).to_contain_text("12.50")
    mia.get_by_role("link", name="Undo…").first.click()
    expect(mia.locator("td .bo-new")).to_have_text("12.00")
    assert defects(mia) == []
    mia.get_by_label("Why").fill("Wrong list")
    mia.get_by_role("button", name="Undo", exact=True).click()

    expect(mia.get_by_role("status").filter(has_text="All of it went back.")).to_be_visible()
    assert defects(mia) == []
    mia.goto(f"/admin/inventory/item/{mug.pk}/history/")
    expect(mia.locator(".bo-timeline").first).to_contain_text("Wrong list")
    assert str(Item.objects.get().unit_price) == "12.00"


def test_an_import_is_taken_back_from_its_page_and_the_line_of_the_stock_card_steps_back(mia, tmp_path):
    mug = make_item("MUG-1", on_hand=5)
    run = run_text(tmp_path, "sku,quantity\nMUG-1,47\n")

    mia.goto(f"/admin/imports/importrun/{run.pk}/change/")
    mia.get_by_role("link", name="Undo this import").click()
    expect(mia.locator("td .bo-new")).to_have_text("5 (-42)")
    mia.get_by_label("Why").fill("Wrong file")
    mia.keyboard.press("Enter")

    expect(mia.get_by_role("status").filter(has_text="All of it went back.")).to_be_visible()
    mia.goto(f"/admin/inventory/item/{mug.pk}/change/")
    expect(mia.locator(".bo-stock-out title").last).to_contain_text("mia · adjustment · Wrong file · -42 · 5 on hand")
    mia.goto(f"/admin/imports/importrun/{run.pk}/change/")
    expect(mia.get_by_role("status").filter(has_text="undid this import")).to_be_visible()
    assert figures(mug) == (5, 0, 5)


def test_a_large_undo_is_done_by_the_worker_and_its_page_shows_how_far_it_is(mia, tmp_path, monkeypatch):
    from backoffice.history import undo_pages, undo_run

    monkeypatch.setattr(undo_run, "AT_ONCE", 1)
    monkeypatch.setattr(undo_pages, "AT_ONCE", 1)
    run = run_text(tmp_path, "sku,name,quantity\nMUG-1,Mug,47\nTEA-1,Tea,3\n")
    mia.goto(f"/admin/history/changeset/{run.change_set_id}/undo/")
    assert defects(mia) == []
    mia.get_by_label("Why").fill("Wrong file")
    mia.get_by_role("button", name="Undo", exact=True).click()
    expect(mia.locator("progress")).to_be_visible()
    assert defects(mia) == []

    run_tasks()

    expect(mia.get_by_role("status").filter(has_text="All of it went back.")).to_be_visible()
    assert not Item.objects.filter(is_active=True).exists()
