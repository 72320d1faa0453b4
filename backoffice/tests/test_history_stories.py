"""The third job of the day, in a real browser: who changed it, when and why, and what it was before."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from backoffice.history.change_sets import Source, change_set
from backoffice.tests.test_look import defects, screen  # noqa: F401  (a fixture)
from inventory.models import Item
from inventory.tests.import_shop import run_text
from inventory.tests.shop import make_item
from orders.tests.shop import place_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"


@pytest.fixture
def mia(screen, django_user_model) -> Page:  # noqa: F811
    """A manager's browser: on a desk, in the dark and on a phone."""
    user = django_user_model.objects.create_user("mia", password=PASSWORD, first_name="Mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    screen.goto("/admin/login/")
    screen.get_by_label("Username").fill("mia")
    screen.get_by_label("Password", exact=True).fill(PASSWORD)
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/admin/")
    return screen


def test_a_price_is_changed_told_in_a_sentence_and_compared(mia):
    mug = make_item("MUG-1036", name="Mug", unit_price="12.00")
    mia.goto(f"/admin/inventory/item/{mug.pk}/change/")
    mia.get_by_label("Price").fill("12.50")
    mia.get_by_text("Say why").click()
    mia.get_by_label("Reason").fill("Dearer clay")
    mia.locator("input[name=_save]").click()

    mia.goto("/admin/history/changeset/")
    act = mia.locator(".bo-act").first
    expect(act).to_contain_text("Mia changed Price of MUG-1036 Mug 12.00 → 12.50")
    expect(act).to_contain_text("Dearer clay")
    assert defects(mia) == []

    act.get_by_role("link", name="MUG-1036 Mug").click()
    mia.get_by_role("link", name="History", exact=True).click()
    assert defects(mia) == []
    mia.get_by_role("link", name="compare with now").last.click()
    expect(mia.locator(".bo-was-fields")).to_contain_text("Price")
    expect(mia.locator("del")).to_have_text("12.00")
    expect(mia.locator("ins")).to_have_text("12.50")
    assert defects(mia) == []


def test_an_import_is_found_in_activity_and_leads_to_an_item_and_back(mia, django_user_model, tmp_path):
    rows = "".join(f"MUG-{number},Mug {number},{number}\n" for number in range(1, 6))
    run_text(tmp_path, "sku,name,quantity\n" + rows, "may-count.csv", user=django_user_model.objects.get())

    mia.goto("/admin/history/changeset/")
    mia.get_by_label("Search activity").fill("may-count")
    mia.keyboard.press("Enter")
    act = mia.locator(".bo-act")
    expect(act).to_have_count(1)
    expect(act).to_contain_text("Mia: Imported may-count.csv, 5 items")
    act.get_by_text("Details").click()
    expect(act.locator(".bo-told")).to_contain_text("created item MUG-1 Mug 1")
    assert defects(mia) == []

    act.locator(".bo-timeline-when a").click()
    expect(mia.locator("h1")).to_contain_text("Imported may-count.csv, 5 items")
    assert defects(mia) == []
    mia.get_by_role("link", name="item MUG-3 Mug 3").click()
    expect(mia.locator("h1")).to_contain_text("MUG-3 Mug 3")
    mia.locator(".bo-ledger time").first.click()
    expect(mia.locator("h1")).to_contain_text("Imported may-count.csv, 5 items")


def test_an_item_and_the_list_are_shown_as_they_were(mia):
    mug = make_item("MUG-1", name="Mug", on_hand=5)
    moment = mug.history.get().history_date.isoformat().replace("+", "%2B")
    with change_set(Source.ADMIN):
        mug = Item.objects.get()
        mug.name = "Cup"
        mug.save()

    mia.goto(f"/admin/inventory/item/{mug.pk}/as-of/?at={moment}")
    expect(mia.locator(".bo-past")).to_contain_text("It can be read, not changed.")
    expect(mia.locator("h1")).to_contain_text("MUG-1 Mug")
    assert defects(mia) == []
    mia.goto(f"/admin/inventory/item/as-of/?at={moment}")
    expect(mia.locator("#result_list tbody tr")).to_have_count(1)
    assert defects(mia) == []
    mia.goto("/admin/inventory/stocklevel/as-of/")
    expect(mia.locator("#result_list tbody tr")).to_have_count(1)
    assert defects(mia) == []


def test_a_note_is_written_below_the_order(mia):
    order = place_order((make_item("MUG-1", on_hand=5), 2))
    mia.goto(f"/admin/orders/order/{order.pk}/change/")

    mia.get_by_label("Add a note").fill("Rang: wants it on Friday")
    mia.get_by_role("button", name="Keep note").click()

    expect(mia.locator(".bo-timeline > li").first).to_contain_text("Rang: wants it on Friday")
    expect(mia.locator("h1")).to_contain_text("confirmed")
    assert defects(mia) == []
