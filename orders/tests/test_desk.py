"""What the order page asks the server while it is typed."""

import pytest
from django.urls import reverse

from inventory import stock
from inventory.models import Location
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order, OrderLine
from orders.tests.pages import sign_in, typed
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

FIND = reverse("admin:orders_order_find_item")
FIGURES = reverse("admin:orders_order_figures")
READ = reverse("admin:orders_order_read_lines")


@pytest.fixture
def dana():
    return sign_in("dana", "Sales")


def found(client, words: str, **more) -> list[str]:
    return [item["sku"] for item in client.get(FIND, {"q": words, **more}).json()["items"]]


# An item


def test_a_barcode_goes_before_a_sku_before_its_beginning_before_words(dana):
    make_item("4711", name="By SKU")
    make_item("A-1", name="By barcode", barcode="4711")
    make_item("47110", name="By beginning")
    make_item("B-1", name="Box of 4711")

    assert found(dana, "4711") == ["A-1"]
    assert found(dana, "471") == ["4711", "47110", "B-1"]


def test_an_exact_sku_is_found_whatever_its_case_and_spaces(dana):
    make_item("Mug 1")
    make_item("Mug 10")

    answer = dana.get(FIND, {"q": "  mUG   1 "}).json()

    assert ([item["sku"] for item in answer["items"]], answer["exact"]) == (["Mug 1"], True)


def test_what_was_put_away_is_not_offered(dana):
    make_item("MUG-1", is_active=False)

    assert found(dana, "mug-1") == []


def test_a_suggestion_tells_price_and_what_is_available_where_the_order_is_served_from(dana):
    mug, store = make_item("MUG-1", on_hand=5), Location.objects.create(code="store", name="Store")
    stock.receive(mug, store, 2, reason="Opening stock")
    place_order((mug, 3))

    here = dana.get(FIND, {"q": "mug"}).json()["items"][0]
    there = dana.get(FIND, {"q": "mug", "location": store.pk}).json()["items"][0]

    assert (here["price"], here["available"], there["available"]) == ("12.50", 2, 2)
    stock.adjust(mug, store, -1, reason="Lost")
    assert dana.get(FIND, {"q": "mug", "location": store.pk}).json()["items"][0]["available"] == 1


@pytest.mark.parametrize("words", ["", " ", "\0", "%", "x" * 5_000, "'"])
def test_any_words_have_an_answer(dana, words):
    assert dana.get(FIND, {"q": words, "location": "nonsense"}).json()["items"] == []


@pytest.mark.parametrize("number", [1, 3, 30])
def test_finding_takes_a_fixed_number_of_queries(dana, django_assert_max_num_queries, number):
    for index in range(number):
        make_item(f"MUG-{index}", name="Mug")
    dana.get(FIND, {"q": "mug"})

    with django_assert_max_num_queries(8):
        dana.get(FIND, {"q": "mug"})


@pytest.mark.parametrize(("role", "status"), [("Sales", 200), ("Manager", 200), ("Warehouse", 403), ("Auditor", 403)])
def test_only_who_enters_orders_is_answered(role, status):
    client = sign_in("somebody", role)
    customer = make_customer()

    assert client.get(FIND, {"q": "mug"}).status_code == status
    assert client.post(FIGURES, {}).status_code == status
    assert client.post(READ, {"text": "MUG-1"}).status_code == status
    assert client.get(reverse("admin:orders_order_customer", args=[customer.pk])).status_code == status


# The figures


def test_the_figures_of_what_is_typed_are_those_of_the_order_that_is_saved(dana):
    mug, tea = make_item(on_hand=9, tax_rate=19), make_item(on_hand=9, unit_price="3.33", tax_rate=7)
    form = typed(make_customer(), (mug, 3), (tea, 7), discount_percent="5") | {"lines-1-discount_percent": "12.5"}

    answer = dana.post(FIGURES, form).json()
    dana.post(reverse("admin:orders_order_add"), form | {"_save": "1"})

    order = Order.objects.get()
    assert [answer["lines"][f"lines-{n}"]["amount"] for n in (0, 1)] == [f"{line.amount}" for line in order.lines.all()]
    assert f"{order.total} EUR" in answer["totals"]


def test_a_shortage_is_told_while_typing_and_counts_what_the_order_holds_itself(dana):
    mug = make_item(on_hand=5)
    order = place_order((mug, 3))
    line = order.lines.get()

    enough = dana.post(FIGURES, typed(order.customer, (mug, 5, line), order=order)).json()["lines"]["lines-0"]
    short = dana.post(FIGURES, typed(order.customer, (mug, 5, line), (mug, 1), order=order)).json()["lines"]

    assert (enough["available"], enough["short"]) == (5, "")
    assert [short[prefix]["short"] for prefix in ("lines-0", "lines-1")] == ["only 5 available"] * 2


def test_a_line_that_may_wait_says_how_many_units_would(dana):
    tea = make_item(on_hand=1, oversell="backorder")

    lines = dana.post(FIGURES, typed(make_customer(), (tea, 3))).json()["lines"]

    assert lines["lines-0"]["short"] == "2 will wait for stock"


def test_half_typed_lines_are_passed_over(dana):
    mug = make_item(on_hand=5)
    form = typed(make_customer(), (mug, "x"), (mug, ""), (mug, 2)) | {"lines-2-unit_price": "abc", "tax_rate": "1e9"}

    answer = dana.post(FIGURES, form).json()

    assert list(answer["lines"]) == ["lines-2"]
    assert answer["lines"]["lines-2"]["amount"] == "25.00"


def test_figures_write_nothing_and_take_a_fixed_number_of_queries(dana, django_assert_max_num_queries):
    items = [make_item(on_hand=9) for _ in range(50)]
    katherine = make_customer()
    dana.post(FIGURES, typed(katherine, (items[0], 1)))

    for count in (1, 3, 50):
        with django_assert_max_num_queries(11):
            dana.post(FIGURES, typed(katherine, *((item, 1) for item in items[:count])))

    assert (Order.objects.count(), OrderLine.objects.count(), figures(items[0])) == (0, 0, (9, 0, 9))


# Pasted lines


def read(client, text: str) -> list[dict]:
    return client.post(READ, {"text": text}).json()["rows"]


@pytest.mark.parametrize(
    "text",
    [
        "MUG-1\t3\nTEA-1\t2\t9,50",
        "SKU;Quantity;Price\nmug-1;3\n4711;2;9,50\n",
        "\n\nMUG-1,3,\nTEA-1,2,9.50\n",
    ],
)
def test_rows_of_a_spreadsheet_become_lines(dana, text):
    make_item("MUG-1", on_hand=2)
    make_item("TEA-1", barcode="4711")

    rows = read(dana, text)

    assert [(row["item"]["sku"], row["quantity"], row["price"], row["problem"]) for row in rows] == [
        ("MUG-1", 3, "", ""),
        ("TEA-1", 2, "9.50", ""),
    ]
    assert rows[0]["item"]["available"] == 2


def test_a_near_miss_is_suggested(dana):
    make_item("MUG-1039")
    make_item("TEA-1")

    [row] = read(dana, "MUG-1093\t2")

    assert (row["problem"], row["item"]) == ("No item MUG-1093.", None)
    assert [item["sku"] for item in row["near"]] == ["MUG-1039"]


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1e3", "two1", "99999999999", "NaN9"])
def test_a_quantity_that_cannot_be_is_told(dana, quantity):
    make_item("MUG-1")

    [row] = read(dana, f"MUG-1\t{quantity}")

    assert row["problem"] != ""


def test_pasting_takes_a_fixed_number_of_queries(dana, django_assert_max_num_queries):
    for number in range(60):
        make_item(f"MUG-{number}")
    read(dana, "MUG-1\t1")

    with django_assert_max_num_queries(8):
        rows = read(dana, "\n".join(f"MUG-{number}\t1" for number in range(60)))

    assert len(rows) == 60


# A copy, and the customer


def test_a_copy_takes_todays_prices_and_leaves_out_what_is_not_sold_any_more(dana):
    mug, tea = make_item("MUG-1", on_hand=5), make_item("TEA-1", on_hand=5)
    order = place_order((mug, 2), (tea, 1), discount_percent=10)
    workflow.cancel(order)
    mug.unit_price, tea.is_active = "15.00", False
    mug.save()
    tea.save()

    response = dana.post(reverse("admin:orders_duplicate", args=[order.pk]), follow=True)

    copy = Order.objects.latest("pk")
    line = copy.lines.get()
    assert (copy.status, copy.customer, copy.discount_percent, copy.entered_by.username) == (
        "draft",
        order.customer,
        0,
        "dana",
    )
    assert (line.item, line.quantity, f"{line.unit_price}") == (mug, 2, "15.00")
    assert "Not sold any more and left out: TEA-1." in response.content.decode()


def test_only_who_may_enter_orders_copies_one():
    order = make_order((make_item(), 1))

    assert sign_in("sam", "Warehouse").post(reverse("admin:orders_duplicate", args=[order.pk])).status_code == 403
    assert Order.objects.count() == 1


def test_the_last_orders_of_a_customer_stand_beside(dana):
    katherine = make_customer("Katherine Johnson")
    orders = [make_order((make_item(), 1), customer=katherine) for _ in range(7)]

    html = dana.get(reverse("admin:orders_order_customer", args=[katherine.pk])).content.decode()

    assert "7 orders so far" in html
    assert [order.number in html for order in orders] == [False, False, *[True] * 5]
