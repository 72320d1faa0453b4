"""Labels of items and shelves."""

import re
from io import BytesIO

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from backoffice import printing
from inventory import labels, stock
from inventory.models import Item, Location
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(client):
    user = User.objects.create_user("sam", is_staff=True)
    user.groups.add(Group.objects.get(name="Warehouse"))
    client.force_login(user)
    return client


def texts(response) -> list[str]:
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(response.content)).pages]


def url_of(kind: labels.Kind, item: Item) -> str:
    return reverse(f"admin:inventory_item_{kind.name.replace('-', '_')}", args=[item.pk])


def test_a_label_says_name_and_sku_as_often_as_asked(sam):
    mug = make_item("MUG-1", name="Blue Mug & Co")

    pages = texts(sam.get(url_of(labels.ITEMS, mug), {"copies": 25}))

    assert [page.count("Blue Mug & Co MUG-1") for page in pages] == [24, 1]


def test_a_shelf_label_says_where(sam):
    mug, annex = make_item("MUG-1", name="Blue Mug", on_hand=3), Location.objects.create(code="b", name="Annex")
    stock.receive(mug, annex, 2, "Delivery")

    (page,) = texts(sam.get(url_of(labels.SHELVES, mug)))

    assert page == "Blue Mug MUG-1 Main Blue Mug MUG-1 Annex"


def test_bars_say_the_barcode_or_the_sku_where_there_is_none():
    mug, tea = make_item("MUG-1", barcode="4006381333931"), make_item("TEA-1")

    assert [label.code for label in labels.item_labels([mug, tea])] == ["4006381333931", "TEA-1"]


@pytest.mark.parametrize("copies", ["0", "-1", "abc", "", "²", "9" * 400, "99999"])
def test_a_number_of_copies_that_is_none_is_brought_within_bounds(sam, copies):
    pages = texts(sam.get(url_of(labels.ITEMS, make_item("MUG-1")), {"copies": copies}))

    assert len(pages) == (84 if copies == "99999" else 1)  # of 24; at most 2,000 labels


@pytest.mark.parametrize("kind", [labels.ITEMS, labels.SHELVES])
def test_names_end_in_an_ellipsis_and_skus_are_whole(sam, kind):
    sku = "S" * 45 + "-" + "W" * 54
    mug = make_item(sku, name="<b>Łódź</b> & 日 " * 12)

    (page,) = texts(sam.get(url_of(kind, mug)))

    assert "<b>Łódź</b> & [U+65E5]" in page
    assert "…" in page
    assert sku in page.replace(" ", "")


def test_labels_of_chosen_items_come_from_the_list_with_a_fixed_number_of_queries(sam):
    items, counts = [make_item(f"MUG-{number}", on_hand=1) for number in range(30)], []

    for chosen in (items[:1], items):
        data = {"action": "print_shelf_labels", "_selected_action": [item.pk for item in chosen]}
        with CaptureQueriesContext(connection) as queries:
            pages = texts(sam.post(reverse("admin:inventory_item_changelist"), data))
        counts.append(len(queries))

    assert len(pages) == 3
    assert all(any(f"{item.sku} Main" in page for page in pages) for item in items)
    assert counts[0] == counts[1]


def test_more_labels_than_fit_in_a_file_are_refused_in_a_sentence(sam, monkeypatch):
    monkeypatch.setattr(labels, "MOST", 2)
    items = [make_item() for _ in range(3)]
    data = {"action": "print_labels", "_selected_action": [item.pk for item in items]}

    response = sam.post(reverse("admin:inventory_item_changelist"), data, follow=True)

    assert "Choose at most 2 items to print labels of at once." in response.text


@pytest.mark.parametrize("kind", [labels.ITEMS, labels.SHELVES])
def test_only_who_may_see_items_prints_labels(client, kind):
    mug = make_item()
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert client.get(url_of(kind, mug)).status_code == 403


def test_bars_that_no_scanner_could_read_are_left_out():
    assert printing.code128("MUG-1036", printing.BARCODE_WIDTH, 10)
    assert printing.code128("M" * 60, printing.BARCODE_WIDTH, 10) is None
    assert printing.code128("Łódź", printing.BARCODE_WIDTH, 10) is None
    assert printing.code128("", printing.BARCODE_WIDTH, 10) is None


def test_the_bars_of_a_page_are_those_of_code_128():
    """Start B, P, J, J, C, check symbol and stop, as the standard's table has them."""
    check = (104 + 1 * 48 + 2 * 42 + 3 * 42 + 4 * 35) % 103  # 90
    assert check == 90
    symbols = [
        "11010010000",
        "11101110110",
        "10110111000",
        "10110111000",
        "10001000110",
        "11011110110",
        "1100011101011",
    ]

    drawn = printing.svg("PJJC")

    modules = ["0"] * int(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])
    for x, width in re.findall(r'<rect x="(\d+)" y="0" width="(\d+)"', drawn):
        modules[int(x) : int(x) + int(width)] = "1" * int(width)
    assert "".join(modules) == "".join(symbols)
