"""Orders entered in a real browser by keyboard and by scanner alone."""

import time

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from backoffice.tests import chromium
from inventory.tests.shop import figures, make_item
from orders.models import Order
from orders.tests.shop import make_customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dana(page: Page, live_server, client, django_user_model):
    """A clerk's browser, signed in, which must not have complained on its console in the end."""
    user = django_user_model.objects.create_user("dana", is_staff=True)
    user.groups.add(Group.objects.get(name="Sales"))
    client.force_login(user)
    page.context.add_cookies([chromium.session_cookie(client, live_server.url)])
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/admin/")
    yield page
    assert complaints == []


def new_order(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", selected=True)).to_contain_text("New order")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-box")).to_be_focused()


def choose_customer(page: Page, name: str) -> None:
    page.keyboard.press("Alt+c")
    page.keyboard.type(name)
    expect(page.locator(".select2-results__option--highlighted")).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.locator("#customer-panel")).to_contain_text("first order of this customer")


def lines(page: Page) -> list[tuple[str, str]]:
    rows = page.locator("tr.form-row:not(.empty-form)").all()
    typed = [(row.locator("select[name$=-item]"), row.locator("[name$=-quantity]")) for row in rows]
    return [
        (item.locator("option:checked").inner_text().split()[0], quantity.input_value())
        for item, quantity in typed
        if item.input_value()
    ]


def test_five_lines_from_the_palette_to_confirmed_without_a_mouse(dana):
    items = [make_item(f"MUG-{number}", on_hand=9) for number in range(1, 6)]
    make_customer("Katherine Johnson")
    started = time.monotonic()

    new_order(dana)
    for number in range(1, 6):
        dana.keyboard.type(f"{number}*mug-{number}")
        dana.keyboard.press("Enter")
    expect(dana.locator("#totals")).to_contain_text("187.50")  # 15 units at 12.50
    choose_customer(dana, "Katherine")
    dana.keyboard.press("Control+Enter")

    expect(dana.locator("h1")).to_contain_text("confirmed")
    assert [figures(item) for item in items] == [(9, number, 9 - number) for number in range(1, 6)]
    assert time.monotonic() - started < 20


def test_a_scanner_is_faster_than_the_server_and_loses_nothing(dana):
    for number in range(1, 6):
        make_item(f"MUG-{number}", on_hand=9, barcode=f"400638133393{number}")

    new_order(dana)
    for number in (1, 2, 3, 4, 5, 1, 1):
        dana.keyboard.type(f"400638133393{number}")
        dana.keyboard.press("Enter")

    expect(dana.locator("#desk-said")).to_contain_text("MUG-1")
    expect(dana.locator("#totals dd").first).to_have_text("7")
    assert lines(dana) == [("MUG-1", "3"), *[(f"MUG-{number}", "1") for number in (2, 3, 4, 5)]]


def test_a_suggestion_is_taken_with_the_arrows(dana):
    for colour in ("white", "blue"):
        make_item(f"MUG-{colour}", name=f"Mug, {colour}", on_hand=4)

    new_order(dana)
    dana.keyboard.type("mug")
    expect(dana.get_by_role("option").first).to_contain_text("4 available")
    dana.keyboard.press("ArrowDown")
    dana.keyboard.press("ArrowDown")
    dana.keyboard.press("Enter")

    expect(dana.locator("#desk-said")).to_have_text("MUG-white Mug, white: quantity 1")
    expect(dana.locator("#desk-box")).to_have_value("")
    expect(dana.locator("#desk-box")).to_be_focused()


def test_what_is_not_found_is_said_and_enter_in_an_empty_box_places_nothing(dana):
    new_order(dana)
    dana.keyboard.type("nothing-like-it")
    dana.keyboard.press("Enter")
    dana.keyboard.press("Enter")

    expect(dana.locator("#desk-missed")).to_contain_text("Nothing found for “nothing-like-it”.")
    expect(dana.locator("h1")).to_have_text("New order")
    assert Order.objects.count() == 0


def test_a_shortage_shows_while_typing(dana):
    make_item("MUG-1", on_hand=4)

    new_order(dana)
    dana.keyboard.type("5*mug-1")
    dana.keyboard.press("Enter")

    expect(dana.locator(".bo-short")).to_have_text("only 4 available")
    dana.locator("#id_lines-0-quantity").fill("4")
    expect(dana.locator(".bo-short")).to_have_count(0)


def test_rows_are_pasted_from_a_spreadsheet(dana):
    make_item("MUG-1", on_hand=9)
    make_item("TEA-1039", on_hand=9)

    new_order(dana)
    dana.get_by_role("button", name="Paste lines").click()
    dana.locator("#paste-text").fill("MUG-1\t3\nTEA-1093\t2\t9,50\n")
    dana.get_by_role("button", name="TEA-1039").click()
    dana.get_by_role("button", name="Add 2 lines").click()

    expect(dana.locator("#totals")).to_contain_text("56.50")  # 3 at 12.50, 2 at 9.50
    assert lines(dana) == [("MUG-1", "3"), ("TEA-1039", "2")]


def test_nothing_is_wider_than_a_phone(dana, live_server):
    make_item("MUG-1", on_hand=4)
    dana.set_viewport_size({"width": 390, "height": 844})
    dana.goto(f"{live_server.url}/admin/orders/order/add/")
    dana.locator("#desk-box").fill("5*mug-1")
    dana.keyboard.press("Enter")
    expect(dana.locator(".bo-short")).to_be_visible()

    assert dana.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


CAMERA = """
  const shown = ["4006381333931", "4006381333931", "", "4006381333931", "4006381333931", "", "NO-SUCH-CODE", ""];
  const seen = (code) => (code ? [{ rawValue: code }] : []);
  window.BarcodeDetector = class { async detect() { return seen(shown.shift()); } };
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    setInterval(() => pen.fillRect(Math.random() * 99, 0, 9, 9), 50);
    return canvas.captureStream();
  };
"""


def test_the_camera_of_a_phone_enters_what_it_sees_once_each_time_it_sees_it(dana, live_server):
    make_item("MUG-1", barcode="4006381333931", on_hand=9)
    dana.add_init_script(CAMERA)
    dana.goto(f"{live_server.url}/admin/orders/order/add/")

    dana.get_by_role("button", name="Scan with the camera").click()

    expect(dana.locator("#desk-missed li")).to_contain_text("NO-SUCH-CODE")
    assert lines(dana) == [("MUG-1", "2")]
    dana.get_by_role("button", name="Scan with the camera").click()
    expect(dana.locator("#desk-video")).to_have_count(0)
    expect(dana.locator("#desk-box")).to_be_focused()


def test_a_camera_that_is_refused_is_said(dana, live_server):
    dana.add_init_script(CAMERA.replace("document.createElement", "missing"))
    dana.goto(f"{live_server.url}/admin/orders/order/add/")

    dana.get_by_role("button", name="Scan with the camera").click()

    expect(dana.locator("#desk-said")).to_have_text("The camera cannot be used.")


def test_a_browser_that_reads_no_barcodes_shows_no_camera(dana, live_server):
    dana.add_init_script("delete window.BarcodeDetector")
    dana.goto(f"{live_server.url}/admin/orders/order/add/")

    expect(dana.locator("#desk-box")).to_be_focused()
    expect(dana.locator("#desk-camera")).to_be_hidden()


def test_who_is_new_is_entered_by_keyboard_and_saved_with_the_order(dana):
    make_item("MUG-1", on_hand=9)
    make_customer("Ada Lovelace")
    new_order(dana)

    dana.keyboard.press("Alt+c")
    dana.keyboard.type("Ada Byron")
    expect(dana.locator(".select2-results__option--highlighted")).to_have_text("Create customer “Ada Byron”")
    dana.keyboard.press("Enter")
    expect(dana.get_by_label("Email")).to_be_focused()
    dana.keyboard.type("ada@example.com")
    dana.keyboard.press("Enter")
    dana.keyboard.press("Enter")
    expect(dana.locator("#desk-box")).to_be_focused()
    expect(dana.locator("#told-line")).to_have_text("Told: Ada Byron by email (ada@example.com)")
    dana.keyboard.type("2*mug-1")
    dana.keyboard.press("Enter")
    expect(dana.locator("#desk-said")).to_contain_text("quantity 2")
    dana.keyboard.press("Control+Enter")

    expect(dana.locator(".alert-success")).to_contain_text("is placed")
    assert Order.objects.get().customer.name == "Ada Byron"


def test_choosing_who_is_there_after_all_forgets_who_was_new(dana):
    make_customer("Katherine Johnson")
    new_order(dana)
    dana.locator("#new-customer summary").click()
    dana.locator("#id_new_customer-name").fill("Ada Byron")

    choose_customer(dana, "Katherine")

    expect(dana.locator("#id_new_customer-name")).to_have_value("")
    expect(dana.locator("#id_new_customer-name")).to_be_hidden()
