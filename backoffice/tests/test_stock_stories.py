"""What the warehouse does in a day, in a real browser."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from backoffice.tests.test_look import defects, screen  # noqa: F401  (a fixture)
from inventory import stock
from inventory.models import Location
from inventory.tests.shop import figures, make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"


def sign_in(page: Page, django_user_model) -> Page:
    user = django_user_model.objects.create_user("sam", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Warehouse"))
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("sam")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture
def sam(screen, django_user_model):  # noqa: F811
    """A browser of the warehouse: on a desk, in the dark and on a phone."""
    return sign_in(screen, django_user_model)


def test_a_delivery_is_received_from_the_items_page_and_shows_on_its_card(sam):
    mug = make_item("MUG-1")
    sam.goto(f"/admin/inventory/item/{mug.pk}/change/")

    sam.get_by_role("link", name="Receive", exact=True).click()
    sam.get_by_label("Quantity received").fill("12")
    sam.keyboard.press("Enter")

    expect(sam.locator(".alert-success")).to_contain_text("MUG-1: 12 on hand at Main now.")
    expect(sam.locator(".bo-stock-in title")).to_contain_text("sam · receipt · Received · +12 · 12 on hand")
    expect(sam.locator(".bo-ledger tbody tr")).to_contain_text("receipt")
    expect(sam.locator(".bo-proof")).to_have_text("Ledger adds up (1 movement)")
    assert defects(sam) == []


def test_stock_that_moves_while_it_is_counted_is_asked_about(sam):
    mug = make_item("MUG-1", on_hand=6)
    sam.goto(f"/admin/inventory/item/{mug.pk}/change/")
    sam.get_by_role("link", name="Count", exact=True).click()
    stock.receive(mug, Location.default(), 10, reason="Delivery")

    sam.get_by_label("Counted").fill("4")
    sam.get_by_role("button", name="Save count").click()

    expect(sam.locator(".errorlist")).to_contain_text("6 were on hand when you began, now it is 16")
    assert defects(sam) == []
    sam.get_by_role("button", name="Apply the difference").click()
    expect(sam.locator(".alert-success")).to_contain_text("MUG-1: 14 on hand")
    assert figures(mug) == (14, 0, 14)
