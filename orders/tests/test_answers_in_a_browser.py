"""What helps whose save does not simply go through, in a real browser: answers, a race, a take-over, a preview."""

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Browser, Page, expect

from inventory import stock
from inventory.models import Location
from inventory.tests.shop import figures, make_item
from orders.models import Order
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"


@pytest.fixture
def open_page(browser: Browser, live_server):
    """A browser of somebody's own, signed in as a manager, on a page of an order."""
    contexts = []

    def sign_in(name: str, path: str) -> Page:
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name="Manager"))
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.goto(f"{live_server.url}/admin/login/?next=/admin/orders/order/{path}")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#id_note")).to_be_attached()
        page.wait_for_load_state()
        return page

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def mug(db):
    mug = make_item("MUG-1", on_hand=3)
    store = Location.objects.create(code="b", name="Store B")
    stock.receive(mug, store, 2, reason="Delivery")
    return mug


@pytest.fixture
def short(open_page, mug) -> Page:
    """Five mugs of a draft were to be placed, where three are."""
    order = make_order((mug, 5))
    page = open_page("mia", f"{order.pk}/change/")
    page.locator("#id_note").fill("Ring twice")
    page.get_by_role("button", name="Place order").click()
    expect(page.locator("#lines-0")).to_contain_text("Only 3 of MUG-1 available at Main; 5 asked for.")
    return page


def placed() -> list[tuple[int, int, str]]:
    order = Order.objects.get()
    assert (order.status, order.note) == ("confirmed", "Ring twice")
    return [(line.quantity, line.allocated, line.backorder_reason) for line in order.lines.all()]


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator("h1")).to_contain_text("confirmed")


def test_set_to_what_there_is(short):
    press(short, "Set to 3")

    assert placed() == [(3, 3, "")]


def test_take_the_rest_from_elsewhere(short, mug):
    press(short, "Take 2 from Store B")

    assert placed() == [(3, 3, ""), (2, 2, "")]
    assert figures(mug, Location.objects.get(code="b")) == (2, 2, 0)


def test_let_it_wait_for_a_reason(short):
    short.get_by_role("button", name="Backorder 2").click()
    expect(short.locator("#lines-0")).to_contain_text("Say why this line may wait.")
    short.get_by_label("Override, because").fill("Promised by phone")
    press(short, "Backorder 2")

    assert placed() == [(5, 3, "Promised by phone")]


def test_override_lets_all_short_lines_wait(open_page, mug):
    order = make_order((mug, 5), (make_item("TEA-1", on_hand=1), 2), note="Ring twice")
    page = open_page("mia", f"{order.pk}/change/")
    page.get_by_role("button", name="Place order").click()
    page.get_by_label("Or let all 2 short lines wait for stock, because").fill("The lorry is here")
    press(page, "Override")

    assert placed() == [(5, 3, "The lorry is here"), (2, 1, "The lorry is here")]


def test_enter_after_a_refusal_tries_again_and_answers_nothing(short):
    short.locator("#id_lines-0-quantity").fill("2")
    short.keyboard.press("Enter")
    expect(short.locator("h1")).to_contain_text("confirmed")

    assert placed() == [(2, 2, "")]


def test_who_loses_the_race_between_two_open_forms_is_told_at_the_line_and_keeps_everything(open_page, mug):
    first, second = make_order((mug, 3)), make_order((make_item("TEA-1", on_hand=9), 1), (mug, 2))
    mia, dana = open_page("mia", f"{first.pk}/change/"), open_page("dana", f"{second.pk}/change/")
    dana.locator("#id_note").fill("Ring twice")
    dana.locator("#id_lines-0-quantity").fill("4")

    press(mia, "Place order")
    dana.get_by_role("button", name="Place order").click()

    line = dana.locator("#lines-1")
    expect(line).to_contain_text(f"None of MUG-1 is available at Main; 2 asked for. {first.number} holds 3.")
    expect(dana.locator("#lines-0 .errorlist")).to_have_count(0)
    expect(dana.locator("#id_note")).to_have_value("Ring twice")
    expect(dana.locator("#id_lines-0-quantity")).to_have_value("4")
    press(dana, "Take 2 from Store B")
    second.refresh_from_db()
    assert (second.note, [line.quantity for line in second.lines.all()]) == ("Ring twice", [4, 2])


def test_who_saves_second_chooses_and_nothing_is_lost(open_page, mug):
    order = make_order((mug, 1))
    mia, dana = open_page("mia", f"{order.pk}/change/"), open_page("dana", f"{order.pk}/change/")
    mia.locator("#id_note").fill("Ring twice")
    mia.locator("#id_lines-0-quantity").fill("2")
    mia.get_by_role("button", name="Save draft").click()
    expect(mia.locator(".bo-messages, .alert-success").first).to_contain_text("is saved")
    dana.locator("#id_note").fill("Leave it at the door")
    dana.locator("#id_due_date").fill("2030-01-02")
    dana.get_by_role("button", name="Save draft").click()

    expect(dana.locator("h1")).to_contain_text(order.number)
    expect(dana.get_by_role("alert").first).to_contain_text("mia changed")
    expect(dana.get_by_role("row", name="Quantity").get_by_role("radio").first).to_be_checked()
    dana.get_by_role("button", name="Save what is chosen").click()
    expect(dana.get_by_role("button", name="Save what is chosen")).to_be_visible()  # the note must be chosen first
    dana.get_by_role("row", name="Note for the warehouse").get_by_role("radio").last.check()
    dana.get_by_role("button", name="Save what is chosen").click()

    expect(dana.locator("#id_note")).to_have_value("Leave it at the door")
    order.refresh_from_db()
    assert (str(order.due_date), order.lines.get().quantity) == ("2030-01-02", 2)


def test_an_edit_of_a_confirmed_order_is_seen_before_it_is_saved(open_page, mug):
    order = place_order((mug, 1))
    page = open_page("mia", f"{order.pk}/change/")
    page.locator("#id_lines-0-quantity").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()

    preview = page.locator(".bo-preview")
    expect(preview).to_contain_text("1 → 3 (+2)")
    expect(preview).to_contain_text("Told, if what was ordered changes: Katherine")
    assert figures(mug) == (3, 1, 2)
    page.get_by_role("button", name="Confirm and save").click()
    expect(page.locator(".bo-preview")).to_have_count(0)

    assert figures(mug) == (3, 3, 0)


def test_the_line_above_save_follows_the_customer(open_page, mug):
    make_customer("Ada Berg", told="not")
    make_customer("Katherine Johnson")
    page = open_page("mia", "add/")
    line = page.locator("#told-line")
    expect(line).to_have_text("Choose a customer to see who is told.")

    for words, expected in [
        ("Katherine", "Told: Katherine Johnson by email (katherine@example.com)"),
        ("Ada", "Nobody"),
    ]:
        page.locator("#id_customer + .select2 .select2-selection").click()
        page.locator(".select2-results__option", has_text=words).click()
        expect(line).to_contain_text(expected)
