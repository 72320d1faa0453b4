"""A spreadsheet from the upload to its undo, in a real browser: on a desk, in the dark and on a phone."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django_ox.testing import run_tasks
from playwright.sync_api import Page, expect

from backoffice.imports.models import ImportRun
from backoffice.tests.test_look import defects, screen  # noqa: F401  (a fixture)
from inventory import import_items, proof, stock
from inventory.models import Item, Location
from inventory.tests.shop import figures, make_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "harbour-lights-42"
UPLOAD = "/admin/imports/importrun/add/"
SAMPLE = settings.BASE_DIR / "fixtures" / "samples" / "stock-count.xlsx"


@pytest.fixture
def mia(screen, django_user_model) -> Page:  # noqa: F811
    """A manager's browser."""
    user = django_user_model.objects.create_user("mia", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    screen.goto("/admin/login/")
    screen.get_by_label("Username").fill("mia")
    screen.get_by_label("Password", exact=True).fill(PASSWORD)
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/admin/")
    return screen


def upload(page: Page, text: str) -> None:
    page.goto(UPLOAD)
    page.get_by_text("Or paste rows copied from a spreadsheet").click()
    page.locator("#id_text").fill(text)
    page.get_by_role("button", name="Upload and check").click()
    page.wait_for_url("**/importrun/*/*/")


def apply(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    assert defects(page) == []
    run_tasks(raise_failures=True)
    expect(page.get_by_text("Undo this import")).to_be_visible()  # the page looks by itself


def test_a_messy_count_is_checked_put_right_applied_and_undone(mia):
    Location.objects.create(code="store-b", name="Store B")
    import_items.run_file(settings.BASE_DIR / "fixtures" / "items.csv")
    cup = Item.objects.get(sku="MUG-1051")
    before = figures(cup)
    mia.goto(UPLOAD)
    mia.locator("#id_file").set_input_files(SAMPLE)
    expect(mia.locator("[data-import-chosen]")).to_contain_text("stock-count.xlsx")
    assert defects(mia) == []

    mia.get_by_role("button", name="Upload and check").click()
    expect(mia.locator("#problems-heading")).to_have_text("2 rows are refused")
    mia.get_by_role("link", name="Refused 2").click()
    assert defects(mia) == []

    mia.get_by_label("Gezählt in row 54").fill("12")
    mia.get_by_label("EAN in row 23").fill("5901234010214")
    mia.get_by_role("button", name="Save corrections and check again").click()
    expect(mia.locator("#problems-heading")).to_have_text("No row is refused")
    assert defects(mia) == []

    apply(mia, "Apply 1 new")
    assert figures(cup) == (12, 0, 12)
    assert defects(mia) == []

    mia.get_by_role("link", name="Undo this import").click()
    mia.get_by_label("Why").fill("It was last month's file")
    mia.get_by_role("button", name="Undo").click()
    run_tasks(raise_failures=True)
    mia.goto(f"/admin/imports/importrun/{ImportRun.objects.latest('pk').pk}/change/")
    expect(mia.get_by_text("undid this import")).to_be_visible()
    assert figures(cup) == before
    assert proof.find_breaches("default") == []


def test_columns_that_are_not_known_are_matched_and_every_row_gets_a_category(mia):
    upload(mia, "Nummer X,Was\nMUG-1,Mug\nCUP-1,Cup\n")
    expect(mia.locator("#fields-heading")).to_be_visible()
    assert defects(mia) == []

    mia.get_by_label("SKU", exact=True).select_option("Nummer X")
    mia.get_by_label("Name", exact=True).select_option("Was")
    mia.get_by_label("Category of every row").fill("Cups")
    mia.get_by_role("button", name="Check", exact=True).click()
    apply(mia, "Apply 2 new")

    assert set(Item.objects.values_list("sku", "category")) == {("MUG-1", "Cups"), ("CUP-1", "Cups")}


def test_one_answer_puts_all_rows_with_a_problem_right(mia):
    upload(mia, "sku,name,condition\nMUG-1,Mug,shiny\nCUP-1,Cup,shiny\nPOT-1,Pot,dull\n")
    mia.locator(".bo-problem summary").first.click()
    if not mia.locator(".bo-problem-body").first.is_visible():
        mia.locator(".bo-problem summary").first.click()
    assert defects(mia) == []

    mia.locator(".bo-instead select").nth(0).select_option("new")
    mia.locator(".bo-instead select").nth(1).select_option("damaged")
    mia.get_by_role("button", name="Replace everywhere and check again").click()

    expect(mia.locator("#problems-heading")).to_have_text("No row is refused")
    apply(mia, "Apply 3 new")
    assert dict(Item.objects.values_list("sku", "condition")) == {"MUG-1": "new", "CUP-1": "new", "POT-1": "damaged"}


def test_stock_that_moved_since_the_check_is_asked_about(mia):
    mug = make_item("MUG-1", name="Mug", on_hand=10)
    upload(mia, "sku,Qty\nMUG-1,12\n")
    stock.adjust(mug, Location.default(), -1, reason="Broken")

    mia.get_by_role("button", name="Apply 1 change").click()
    expect(mia.locator("#clashes-heading")).to_have_text("1 record changed since the check")
    assert defects(mia) == []

    mia.get_by_label("Apply as a difference").check()
    mia.get_by_role("button", name="Decide and check again").click()
    apply(mia, "Apply 1 change")
    assert figures(mug) == (11, 0, 11)


def test_rows_are_pasted_anywhere_on_the_page(mia):
    mia.goto(UPLOAD)

    mia.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "sku\\tname\\nMUG-1\\tMug");
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )

    expect(mia.locator("#id_text")).to_have_value("sku\tname\nMUG-1\tMug")
    expect(mia.get_by_role("button", name="Upload and check")).to_be_focused()
