"""The jobs of the day, done in a real browser by people with a role."""

import re

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from inventory.tests.shop import figures, make_item
from orders.models import Order
from orders.tests.shop import make_customer, place_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"


@pytest.fixture
def dana(page: Page, live_server, django_user_model) -> Page:
    """A manager's browser, signed in."""
    user = django_user_model.objects.create_user("dana", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/admin/")
    return page


def pick(page: Page, box: str, words: str) -> None:
    """Types into an autocomplete and takes the first answer."""
    page.locator(f"{box} + .select2 .select2-selection").click()
    page.locator(".select2-search__field").last.fill(words)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(words)
    page.keyboard.press("Enter")


def enter_order(page: Page, url: str, customer: str, sku: str, quantity: int) -> None:
    page.goto(f"{url}/admin/orders/order/add/")
    pick(page, "#id_customer", customer)
    pick(page, "#id_lines-0-item", sku)
    page.locator("#id_lines-0-quantity").fill(str(quantity))
    page.keyboard.press("Enter")


def test_enter_places_an_order_and_its_stock_is_promised(dana, live_server):
    mug = make_item("MUG-1", on_hand=5)
    make_customer("Katherine Johnson")

    enter_order(dana, live_server.url, "Katherine", "MUG-1", 5)

    expect(dana.locator("h1")).to_contain_text(re.compile(r"Order SO-\d+\s+confirmed"))
    assert figures(mug) == (5, 5, 0)


def test_a_short_line_says_why_and_keeps_what_was_typed(dana, live_server):
    mug = make_item("MUG-1", on_hand=5)
    holder = place_order((mug, 3))

    enter_order(dana, live_server.url, "Katherine", "MUG-1", 4)

    line = dana.locator("#lines-0")
    expect(line).to_contain_text(f"Only 2 of MUG-1 available at Main; 4 asked for. {holder.number} holds 3.")
    expect(dana.locator("#id_lines-0-quantity")).to_have_value("4")
    dana.locator("#id_lines-0-quantity").fill("2")
    dana.keyboard.press("Enter")
    expect(dana.locator("h1")).to_contain_text("confirmed")
    assert figures(mug) == (5, 5, 0)


def test_an_order_is_shipped_and_the_timeline_tells_it(dana, live_server):
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 3))

    dana.goto(f"{live_server.url}/admin/orders/order/{order.pk}/change/")
    dana.get_by_role("button", name="Ship everything").click()

    expect(dana.locator("h1")).to_contain_text("shipped")
    expect(dana.locator(".bo-timeline")).to_contain_text("shipment of MUG-1 at Main")
    assert (Order.objects.get().status, figures(mug)) == ("shipped", (2, 0, 2))
