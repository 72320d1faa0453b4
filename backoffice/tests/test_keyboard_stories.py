"""Importing and looking back without a mouse: every control is reached with Tab and pressed with Enter."""

import pytest
from django_ox.testing import run_tasks
from playwright.sync_api import Locator, Page, expect

from backoffice.history.change_sets import Source, change_set
from backoffice.tests import chromium, pages
from inventory.models import Item
from inventory.tests.shop import figures, make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAR = 80  # presses of Tab


@pytest.fixture
def mia(page: Page, live_server) -> Page:
    """A manager's browser, signed in."""
    page.context.add_cookies([chromium.session_cookie(pages.sign_in("Manager"), live_server.url)])
    page.goto(f"{live_server.url}/admin/")
    return page


def jump(page: Page, words: str, entry: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_contain_text(entry)
    page.keyboard.press("Enter")


def reach(page: Page, control: Locator) -> None:
    """Presses Tab until the control has the focus, which can be seen then."""
    expect(control).to_be_visible()
    for _press in range(FAR):
        if control.evaluate("one => one === document.activeElement"):
            assert control.evaluate(
                "one => getComputedStyle(one).outlineStyle !== 'none' || one.matches('input, textarea')"
            )
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{control} is not reached with {FAR} presses of Tab")


def press(page: Page, control: Locator) -> None:
    reach(page, control)
    page.keyboard.press("Enter")


def test_rows_are_imported_and_taken_back_without_a_mouse(mia):
    mug = make_item("MUG-1", name="Mug", on_hand=5)
    jump(mia, "new import", "New import")
    press(mia, mia.get_by_text("Or paste rows copied from a spreadsheet"))
    reach(mia, mia.locator("#id_text"))
    mia.keyboard.insert_text("sku\tquantity\nMUG-1\t47\n")
    press(mia, mia.get_by_role("button", name="Upload and check"))
    press(mia, mia.get_by_role("button", name="Apply 1 change"))
    expect(mia.get_by_text("You can leave this page")).to_be_visible()
    run_tasks(raise_failures=True)
    expect(mia.get_by_role("link", name="Undo this import")).to_be_visible()
    assert figures(mug) == (47, 0, 47)

    press(mia, mia.get_by_role("link", name="Undo this import"))
    reach(mia, mia.get_by_label("Why"))
    mia.keyboard.type("The wrong file")
    press(mia, mia.get_by_role("button", name="Undo", exact=True))

    run_tasks(raise_failures=True)
    expect(mia.get_by_text("Everything went back").or_(mia.get_by_text("was undone"))).to_be_visible()
    assert figures(mug) == (5, 0, 5)


def test_a_change_is_found_compared_and_taken_back_without_a_mouse(mia):
    mug = make_item("MUG-1", name="Mug")
    with change_set(Source.ADMIN, summary="Renamed in May"):
        mug.name = "Cup"
        mug.save()

    jump(mia, "activity", "Activity")
    press(mia, mia.locator(".bo-act").first.get_by_role("link", name="MUG-1 Cup"))
    press(mia, mia.get_by_role("link", name="History", exact=True))
    press(mia, mia.get_by_role("link", name="compare with now").last)
    expect(mia.locator("del")).to_have_text("Mug")
    expect(mia.locator("ins")).to_have_text("Cup")

    jump(mia, "activity", "Activity")
    press(mia, mia.locator(".bo-act").first.locator(".bo-timeline-when a"))
    press(mia, mia.get_by_role("link", name="Undo", exact=False).first)
    reach(mia, mia.get_by_label("Why"))
    mia.keyboard.type("It is a mug after all")
    press(mia, mia.get_by_role("button", name="Undo", exact=True))

    expect(mia.locator(".alert, [role=status]").filter(has_text="back").first).to_be_visible()
    assert Item.objects.get().name == "Mug"
