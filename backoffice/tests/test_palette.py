"""The command palette offers what its reader may do, and finds records by what is printed on them."""

import re
from html import unescape

import pytest
from django.urls import reverse

from inventory.tests.shop import make_item
from orders.tests.shop import make_customer, make_order

pytestmark = pytest.mark.django_db


def ask(client, question: str = "") -> dict[str, list[str]]:
    """What the palette answers: the labels by group."""
    groups = client.get(reverse("admin:palette"), {"q": question}).json()["groups"]
    return {group["name"]: [entry["label"] for entry in group["entries"]] for group in groups}


def test_without_a_question_it_offers_what_a_role_may_do(as_role):
    assert ask(as_role("Sales"))["Do"] == ["New order", "New customer", "New import of a spreadsheet"]


def test_who_only_reads_is_offered_nothing_to_do(as_role):
    found = ask(as_role("Auditor"))

    assert list(found) == ["Go to"]
    assert {"Orders", "Items", "Activity"} <= set(found["Go to"])
    assert "Users" not in found["Go to"]


def test_an_order_is_found_by_its_number_with_and_without_the_prefix(as_role):
    order = make_order(number="SO-70001")

    assert ask(as_role("Sales"), "so-7000")["Orders"] == [order.number]
    assert ask(as_role("Warehouse"), "70001")["Orders"] == [order.number]


def test_a_customer_is_found_by_name_or_email(as_role):
    make_customer("Katherine Johnson")
    client = as_role("Sales")

    assert ask(client, "kath")["Customers"] == ask(client, "katherine@ex")["Customers"] == ["Katherine Johnson"]


def test_an_item_is_found_by_sku_barcode_or_name_unless_it_was_put_away(as_role):
    make_item("MUG-1", name="Stoneware", barcode="4006381333931")
    make_item("MUG-2", name="Stoneware", is_active=False)
    client = as_role("Sales")

    for question in ("mug", "4006381333931", "stone"):
        assert ask(client, question) == {"Items": ["MUG-1 Stoneware"]}


def test_a_verb_of_stock_leads_to_its_screen_for_the_item(as_role):
    mug = make_item("MUG-1", name="Stoneware")
    client = as_role("Warehouse")

    groups = client.get(reverse("admin:palette"), {"q": "rec mug"}).json()["groups"]

    assert [(entry["label"], entry["url"]) for entry in groups[0]["entries"]] == [
        ("Receive MUG-1 Stoneware", reverse("admin:inventory_item_receive", args=[mug.pk]))
    ]
    assert "Do" not in ask(as_role("Sales"), "rec mug")


def test_who_may_not_see_orders_finds_none(client, django_user_model):
    make_order(number="SO-70001")
    make_item("SO-70002")
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    assert ask(client, "so-7") == {}


def test_who_is_not_staff_is_asked_to_sign_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("visitor"))

    assert client.get(reverse("admin:palette")).status_code == 302


@pytest.mark.parametrize("question", ["\0", "x" * 100_000, "%", "'; --", "receive ", "  "])
def test_any_question_has_an_answer(as_role, question):
    assert as_role("Manager").get(reverse("admin:palette"), {"q": question}).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_answering_takes_a_fixed_number_of_queries(as_role, django_assert_num_queries, number):
    for index in range(number):
        make_order(number=f"MUG-{index}")
        make_item(f"MUG-{index}")
        make_customer(f"Mug {index}", email=f"mug{index}@example.com")
    client = as_role("Manager")
    ask(client)

    with django_assert_num_queries(12):  # session, user, two kinds of permissions; items and customers 3, orders 2
        ask(client, "mug")


@pytest.mark.parametrize("role", ["Manager", "Administrator"])
def test_it_goes_to_the_lists_in_the_order_of_the_menu(as_role, role):
    client = as_role(role)
    page = client.get(reverse("admin:index")).content.decode()
    menu = page.partition('id="jazzy-navigation"')[2].partition("</nav>")[0]

    assert ask(client)["Go to"] == [unescape(label) for label in re.findall("<span>(.+?)</span>", menu)]
