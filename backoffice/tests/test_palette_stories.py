"""Everywhere by keyboard: the palette, the sequences, and the switch that turns single keys off."""

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from backoffice.tests import chromium
from inventory.tests.shop import make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mia(page: Page, live_server, client, django_user_model) -> Page:
    """A manager's browser, signed in and on the first page."""
    user = django_user_model.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    client.force_login(user)
    page.context.add_cookies([chromium.session_cookie(client, live_server.url)])
    page.goto(f"{live_server.url}/admin/")
    return page


def test_an_item_is_reached_by_typing_its_sku(mia, live_server):
    mug = make_item("MUG-1", name="Stoneware")

    mia.keyboard.press("Control+k")
    mia.keyboard.type("mug-1")
    mia.keyboard.press("Enter")  # before the answer can be there

    expect(mia).to_have_url(f"{live_server.url}/admin/inventory/item/{mug.pk}/change/")


def test_the_first_thing_offered_is_a_new_order_and_escape_goes_back(mia, live_server):
    mia.keyboard.press("Control+k")
    expect(mia.get_by_role("option", selected=True)).to_contain_text("New order")
    mia.keyboard.press("Escape")
    expect(mia.get_by_role("dialog")).to_have_count(0)

    mia.get_by_role("button", name="Search or jump to").click()
    expect(mia.get_by_role("option", selected=True)).to_contain_text("New order")
    mia.keyboard.press("ArrowDown")
    mia.keyboard.press("ArrowUp")
    mia.keyboard.press("Enter")

    expect(mia).to_have_url(f"{live_server.url}/admin/orders/order/add/")


def test_keys_lead_to_lists_until_they_are_switched_off(mia, live_server):
    mia.keyboard.press("g")
    mia.keyboard.press("o")
    expect(mia).to_have_url(f"{live_server.url}/admin/orders/order/")
    expect(mia.get_by_role("button", name="Search or jump to")).to_be_visible()  # the new page listens

    mia.keyboard.press("?")
    mia.get_by_role("switch").uncheck()
    mia.keyboard.press("Escape")
    mia.keyboard.press("g")
    mia.keyboard.press("s")
    mia.keyboard.press("?")

    expect(mia.get_by_role("dialog")).to_have_count(0)
    expect(mia).to_have_url(f"{live_server.url}/admin/orders/order/")


def test_control_enter_saves_the_form(mia, live_server):
    mia.goto(f"{live_server.url}/admin/orders/customer/add/")
    mia.get_by_label("Name").fill("Katherine Johnson")
    mia.keyboard.press("Control+Enter")

    expect(mia.locator(".alert-success")).to_contain_text("Katherine Johnson")
