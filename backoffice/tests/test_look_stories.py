"""Small courtesies that only a browser can show."""

import re

import pytest
from playwright.sync_api import Page, expect

from backoffice.tests import chromium, pages
from inventory.tests.shop import make_item
from orders.models import Order
from orders.tests.shop import make_customer, place_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mia(page: Page, live_server) -> Page:
    """A manager's browser, signed in."""
    page.context.add_cookies([chromium.session_cookie(pages.sign_in("Manager"), live_server.url)])
    page.goto(f"{live_server.url}/admin/")
    return page


def test_what_can_be_done_appears_with_the_first_ticked_row(mia, live_server):
    make_customer("Ada"), make_customer("Ben")
    mia.goto(f"{live_server.url}/admin/orders/customer/")
    expect(mia.locator(".actions")).to_be_hidden()

    mia.get_by_role("checkbox").nth(1).check()

    expect(mia.locator(".actions")).to_contain_text("1 of 2 selected")


def test_leaving_asks_first_when_something_was_typed(mia, live_server):
    asked = []
    mia.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    mia.goto(f"{live_server.url}/admin/orders/customer/add/")
    mia.goto(f"{live_server.url}/admin/orders/customer/add/")
    untouched = list(asked)

    mia.get_by_label("Name").fill("Katherine Johnson")
    mia.goto(f"{live_server.url}/admin/")

    assert (untouched, asked) == ([], ["beforeunload"])


def test_saving_asks_nothing(mia, live_server):
    asked = []
    mia.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    mia.goto(f"{live_server.url}/admin/orders/customer/add/")
    mia.get_by_label("Name").fill("Katherine Johnson")
    mia.get_by_role("button", name="Save", exact=True).click()

    expect(mia.locator(".alert-success")).to_contain_text("Katherine Johnson")
    assert asked == []


def test_mistakes_are_listed_at_the_top_and_the_first_has_the_focus(mia, live_server):
    mia.goto(f"{live_server.url}/admin/orders/customer/add/")
    mia.get_by_label("Name").fill("Katherine Johnson")
    mia.get_by_label("Email").fill("nowhere@")
    mia.locator("form#customer_form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")

    mia.get_by_role("link", name="Email").click()

    expect(mia.get_by_label("Email")).to_be_focused()


def test_a_mistake_in_a_field_that_searches_has_a_focus_that_can_be_seen(mia, live_server):
    mia.goto(f"{live_server.url}/admin/orders/order/add/")

    mia.get_by_role("button", name="Place order").click()

    expect(mia.locator("#content-main .alert")).to_contain_text("Customer")
    expect(mia.locator("#id_customer + .select2 .select2-selection")).to_be_focused()


def test_a_page_that_is_not_there_leads_on_by_searching(mia, live_server):
    make_item("MUG-1")
    mia.goto(f"{live_server.url}/admin/no/such/page/")

    mia.locator("main").get_by_role("button", name="Search or jump to…").click()
    mia.keyboard.type("mug")

    expect(mia.get_by_role("option", name="MUG-1")).to_be_visible()


@pytest.mark.parametrize("path", ["", "orders/order/", "orders/order/add/", "imports/importrun/add/"])
def test_at_twice_the_size_nothing_leaves_the_screen(mia, live_server, path):
    make_customer("Ada"), make_item("MUG-1", on_hand=5)
    mia.set_viewport_size({"width": 640, "height": 360})  # what a screen of 1280 × 720 shows at 200 %
    mia.goto(f"{live_server.url}/admin/{path}")

    assert mia.evaluate("document.documentElement.scrollWidth") <= 640
    assert mia.locator("h1").bounding_box()["y"] < 180


def test_the_theme_follows_the_system_until_one_is_chosen(mia, live_server):
    root = mia.locator("html")
    mia.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-bs-theme", "dark")

    mia.get_by_role("button", name="Account").click()
    mia.get_by_role("button", name="Light").click()
    mia.reload()

    expect(root).to_have_attribute("data-bs-theme", "light")


def test_the_heading_of_a_list_stays_in_sight(mia, live_server):
    for number in range(60):
        make_customer(f"Customer {number}")
    mia.goto(f"{live_server.url}/admin/orders/customer/")

    mia.mouse.wheel(0, 1200)

    expect(mia.get_by_role("link", name="Email")).to_be_in_viewport()


SHOWN_CONTROLS = """() => [...document.querySelectorAll("nav, .app-header, .bo-find, button, .btn, [type=checkbox]")]
    .filter(one => one.checkVisibility({visibilityProperty: true})).map(one => one.outerHTML.slice(0, 120))"""
CUT = """() => Array.from(document.querySelectorAll("main table, main :has(> table)"))
    .filter(one => one.scrollWidth > document.documentElement.clientWidth).map(one => one.className)"""
A4 = {"width": 688, "height": 1017}  # what is left of the sheet between its margins


@pytest.mark.parametrize(
    "path", ["orders/order/", "orders/order/{order}/change/", "orders/order/{order}/packing-slip/"]
)
def test_paper_shows_whole_tables_and_nothing_to_press(mia, live_server, path):
    lines = [(make_item(f"MUG-{number}", name="Stoneware mug with a long name", on_hand=9), 2) for number in range(9)]
    place_order(*lines)
    mia.emulate_media(media="print", color_scheme="dark")
    mia.set_viewport_size(A4)

    mia.goto(f"{live_server.url}/admin/{path.format(order=Order.objects.get().pk)}")

    assert mia.evaluate(SHOWN_CONTROLS) == []
    assert mia.evaluate(CUT) == []
    expect(mia.locator("main thead:visible").first).to_be_visible()
    assert mia.evaluate("getComputedStyle(document.querySelector('main h1')).color") in {
        "rgb(17, 17, 17)",
        "rgb(31, 38, 48)",
    }


def test_who_wants_no_motion_gets_none_and_no_complaint(mia, live_server):
    complaints = []
    mia.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    mia.emulate_media(reduced_motion="reduce")

    mia.goto(f"{live_server.url}/admin/")

    expect(mia.locator("body")).to_have_class(re.compile("reduce-motion"))  # AdminLTE has noticed
    assert complaints == []
