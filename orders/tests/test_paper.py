"""Packing slips, invoices and picking lists: the page and the PDF say what the order says."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from backoffice.history.change_sets import Source, change_set
from inventory import stock
from inventory.models import Item, Location
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import Order, OrderLine
from orders.print_pages import PAPERS
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db
NAMES = [paper.name for paper in PAPERS]


@pytest.fixture
def sam(client):
    """A packer with the Warehouse role, signed in."""
    user = User.objects.create_user("sam", is_staff=True)
    user.groups.add(Group.objects.get(name="Warehouse"))
    client.force_login(user)
    return client


@pytest.fixture
def mug():
    return make_item("MUG-1", name="Blue Mug", on_hand=50, unit_price="10.00", tax_rate="19")


def url_of(name: str, order: Order) -> str:
    return reverse(f"admin:orders_order_{name.replace('-', '_')}", args=[order.pk])


def pages(client, name: str, order: Order) -> list[str]:
    """The text of each page of the PDF, as one line."""
    response = client.get(url_of(name, order), {"format": "pdf"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(response.content)).pages]


def page(client, name: str, order: Order) -> str:
    response = client.get(url_of(name, order))
    assert response.status_code == 200
    return response.text


def cells(html: str) -> list[list[str]]:
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    return [
        [cell.split(">", 1)[1].split("</td>")[0] for cell in row.split("<td")[1:]] for row in body.split("<tr>")[1:]
    ]


# What they say --------------------------------------------------------------------------------------------------------


def test_an_invoice_says_what_the_order_says(sam, mug):
    tea = make_item("TEA-1", name="Green Tea", on_hand=9, unit_price="5.55", tax_rate="7")
    customer = make_customer("Ada Łuczak", address="1 Mill Lane\nŁódź")
    order = make_order((mug, 3), (tea, 1), customer=customer, discount_percent="2.5", address="Dock 4\nGdańsk")
    line = order.lines.first()
    line.discount_percent = 10
    line.save()
    workflow.place(order)

    (text,) = pages(sam, "invoice", order)

    for said in ("Invoice", order.number, "Bill to Ada Łuczak 1 Mill Lane Łódź", "Ship to Ada Łuczak Dock 4 Gdańsk"):
        assert said in text
    assert "MUG-1 Blue Mug 3 10.00 10 % 19 % 27.00" in text
    assert "TEA-1 Green Tea 1 5.55 7 % 5.55" in text
    sums = "Subtotal 32.55 Discount 2.50 % −0.81 Tax 7 % on 5.41 0.38 Tax 19 % on 26.33 5.00 Total 37.12 EUR"
    assert sums in text
    assert Order.objects.get().total == order.totals().total
    html = page(sam, "invoice", order)
    assert cells(html)[0] == ["MUG-1", "Blue Mug", "3", "10.00", "10 %", "19 %", "27.00"]
    assert all(said in html for said in ("−0.81", "5.00", "37.12 EUR", "1 Mill Lane<br>Łódź"))


def test_an_order_that_was_never_confirmed_has_a_pro_forma_invoice(sam, mug):
    order = make_order((mug, 1))

    assert "Pro forma invoice" in pages(sam, "invoice", order)[0]


def test_a_packing_slip_before_anything_went_is_of_what_is_ready(sam, mug):
    service = make_item("SHIP", name="Shipping", is_stocked=False)
    order = place_order((mug, 3), (service, 1))

    assert cells(page(sam, "packing-slip", order)) == [
        ["MUG-1", "Blue Mug", "3", "3", "0"],
        ["SHIP", "Shipping", "1", "—", "—"],
    ]
    assert "not shipped yet" in pages(sam, "packing-slip", order)[0]


def test_a_packing_slip_is_of_the_parcel_that_went_last_and_another_of_what_is_ready(sam, mug):
    tea = make_item("TEA-1", name="Green Tea", on_hand=9)
    order = place_order((mug, 5), (tea, 2))
    first, second = order.lines.all()
    with change_set(Source.COMMAND):
        workflow.ship(order, {first.pk: 2})

    assert cells(page(sam, "packing-slip", order)) == [
        ["MUG-1", "Blue Mug", "5", "2", "3"],
        ["TEA-1", "Green Tea", "2", "0", "2"],
    ]
    assert cells(page(sam, "next-packing-slip", order)) == [
        ["MUG-1", "Blue Mug", "5", "3", "0"],
        ["TEA-1", "Green Tea", "2", "2", "0"],
    ]

    with change_set(Source.COMMAND):
        workflow.ship(order, {first.pk: 1, second.pk: 2})

    assert cells(page(sam, "packing-slip", order)) == [
        ["MUG-1", "Blue Mug", "5", "1", "2"],
        ["TEA-1", "Green Tea", "2", "2", "0"],
    ]


def test_a_picking_list_goes_by_location_and_says_what_waits(sam, mug):
    store = Location.objects.create(code="b", name="Annex")
    tea = make_item("TEA-1", name="Green Tea", oversell=Item.Oversell.BACKORDER, on_hand=2)
    stock.receive(mug, store, 9, "Delivery")
    order = make_order((mug, 3), (tea, 5), note="Ring twice")
    OrderLine.objects.create(order=order, item=mug, quantity=4, location=store)
    workflow.place(order)

    html = page(sam, "picking-list", order)

    assert cells(html) == [
        ["Annex", "MUG-1", "Blue Mug", "4", "", "4", "[   ]"],
        ["Main", "MUG-1", "Blue Mug", "3", "", "3", "[   ]"],
        ["Main", "TEA-1", "Green Tea", "2", "3", "5", "[   ]"],
    ]
    assert "Ring twice" in pages(sam, "picking-list", order)[0]


def test_a_draft_has_nothing_to_be_picked(sam, mug):
    assert "Nothing is ready to be picked." in pages(sam, "picking-list", make_order((mug, 1)))[0]


@pytest.mark.parametrize("name", NAMES)
def test_fifty_lines_flow_over_pages_that_are_numbered(sam, name):
    items = [make_item(f"SKU-{number:02}", on_hand=5) for number in range(50)]
    order = place_order(*((item, 1) for item in items))

    texts = pages(sam, name, order)

    assert len(texts) > 1
    assert [f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, 1)] == [True] * len(texts)
    assert all("SKU Item" in text and order.number in text for text in texts[:2])
    assert all(sum(item.sku in text for text in texts) == 1 for item in items)


# Hostile texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        '<b>&amp; <img src="http://example.com/x.png"/> <font size="900">',
        "</para><para>&#0;&nope; <",
        "x" * 5_000,
        "word " * 1_000,
        "\n" * 5_000,
        "row\n" * 50_000,
        "x" * 500_000,
        "x" + " " * 500_000 + "x",
        " \r\n\x0b\u2028" * 50_000,
        "日本語 🙂 \x00\x07\u202e עברית",
    ],
)
def test_hostile_texts_do_no_harm(sam, mug, name, text):
    text = text.replace("\x00", "") if connection.vendor == "postgresql" else text
    nasty = make_item("<SKU> & " + "S" * 90, name=text[:200] or "-", on_hand=5)
    customer = make_customer("<script>alert(1)</script>", address=text)
    order = place_order((mug, 1), (nasty, 1), customer=customer, address=text, note=text)

    texts, html = pages(sam, name, order), page(sam, name, order)

    assert "MUG-1" in "".join(texts)
    assert len(texts) < 100
    assert "<script>alert" not in html
    assert "<img" not in html


def test_a_text_that_is_too_long_for_paper_says_so(sam, mug):
    order = place_order((mug, 1), note="\n\n\n".join(f"row {number}" for number in range(300)))

    text = " ".join(pages(sam, "picking-list", order))

    assert "row 49 … (shortened here; the whole text stands on the record)" in text
    assert "row 299" in page(sam, "picking-list", order)


def test_markup_is_printed_as_it_was_typed(sam, mug):
    order = place_order((mug, 1), customer=make_customer("A <b>bold</b> & Co", address="5 < 6"))

    (text,) = pages(sam, "packing-slip", order)

    assert "A <b>bold</b> & Co 5 < 6" in text


def test_text_of_european_scripts_is_printed_and_what_the_font_lacks_is_spelled(sam, mug):
    order = place_order((mug, 1), customer=make_customer("Zażółć ß é € Ελλάδα Київ Việt ğış 日"))

    (text,) = pages(sam, "packing-slip", order)

    assert "Zażółć ß é € Ελλάδα Київ Việt ğış [U+65E5]" in text


def test_a_number_that_an_import_brought_may_have_no_barcode(sam, mug):
    order = make_order((mug, 1), number="Aufträge/Łódź 7")

    assert "Aufträge/Łódź 7" in pages(sam, "invoice", order)[0]
    assert "<svg" not in page(sam, "invoice", order)


# Who, and how much it asks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_only_who_may_see_orders_prints_them(client, mug, name):
    order = make_order((mug, 1))
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert client.get(url_of(name, order)).status_code == 403
    assert client.get(url_of(name, order), {"format": "pdf"}).status_code == 403


def test_papers_are_read_and_not_posted_to_and_those_of_no_order_are_not_found(sam, mug):
    order = make_order((mug, 1))

    assert sam.post(url_of("invoice", order)).status_code == 405
    order.delete()
    assert sam.get(reverse("admin:orders_order_invoice", args=[999])).status_code == 404


@pytest.mark.parametrize("kind", ["html", "pdf"])
@pytest.mark.parametrize("name", NAMES)
def test_a_paper_takes_the_same_queries_for_one_line_and_for_fifty(sam, name, kind):
    counts = []
    for lines in (1, 50):
        order = place_order(*((make_item(on_hand=5), 1) for _ in range(lines)))
        with CaptureQueriesContext(connection) as queries:
            sam.get(url_of(name, order), {"format": kind})
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_the_orders_page_links_to_its_papers(sam, mug):
    order = place_order((mug, 2))

    html = sam.get(reverse("admin:orders_order_change", args=[order.pk])).text

    assert [url_of(name, order) in html for name in NAMES] == [name != "next-packing-slip" for name in NAMES]


def test_picking_lists_of_several_orders_are_one_file_each_on_pages_of_its_own(sam, mug):
    orders = [place_order((mug, 1)) for _ in range(3)]
    chosen = {"action": "print_picking_lists", "_selected_action": [order.pk for order in orders]}

    response = sam.post(reverse("admin:orders_order_changelist"), chosen)

    texts = [page.extract_text() for page in PdfReader(BytesIO(response.content)).pages]
    assert [order.number in text for order, text in zip(orders, texts, strict=True)] == [True] * 3
    assert all("Page 1 of 1" in text for text in texts)
