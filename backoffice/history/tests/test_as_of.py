from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.history import as_of, moments
from backoffice.history.change_sets import Source, change_set
from backoffice.history.moments import Moment
from backoffice.history.sight import Everything
from inventory import stock
from inventory.models import Item, Location
from inventory.tests.shop import make_item
from orders.models import Customer, Order, OrderLine
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def days_ago(days: float):
    return NOW - timedelta(days=days)


def on(days: float):
    """An act of so many days ago."""
    return change_set(Source.DEMO, at=days_ago(days))


def past(days: float) -> Moment:
    return Moment(days_ago(days), None, days_ago(days).isoformat())


def url(page: str, model, pk=None, **query) -> str:
    name = f"admin:{model._meta.label_lower.replace('.', '_')}_{page}"
    return reverse(name, args=[pk] if pk else [], query=query)


@pytest.fixture
def mug() -> Item:
    """Made nine days ago, received six days ago, dearer three days ago."""
    with on(9):
        mug = make_item("MUG-1", name="Mug", unit_price="12.00")
    with on(6):
        stock.receive(mug, Location.default(), 5, reason="Delivery")
    with on(3):
        mug.refresh_from_db()
        mug.unit_price = "13.00"
        mug.save()
    return mug


# Moments --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-03", "2026-05-03T23:59:59.999999+00:00"),
        ("2026-05-03T10:42", "2026-05-03T10:42:59.999999+00:00"),
        ("2026-05-03T10:42:07", "2026-05-03T10:42:07+00:00"),
    ],
)
def test_a_moment_is_the_end_of_what_was_said(text, expected):
    assert moments.parse(text).at.isoformat() == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-31", "2026-13-01T10:00", "act-", "act-0", "act-x", "1"])
def test_what_is_no_moment_is_none(text):
    assert moments.parse(text) is None


# One record -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "price"), [(10, None), (9, "12.00"), (3.1, "12.00"), (3, "13.00"), (0, "13.00")])
def test_a_field_is_as_it_was(mug, days, price):
    face = as_of.face(Item, mug.pk, past(days), Everything())

    assert face.values.get("Price") == price


@pytest.mark.parametrize(("days", "stock_then"), [(7, []), (6, ["Main", "5", "0", "5"])])
def test_the_figures_of_stock_come_from_the_ledger(mug, days, stock_then):
    face = as_of.face(Item, mug.pk, past(days), Everything())

    assert list(face.tables[0].rows.values()) == ([stock_then] if stock_then else [])


def test_an_order_has_the_lines_and_the_total_of_then():
    with on(5):
        order = make_order((make_item("MUG-1", name="Mug", unit_price="12.00"), 2))
    with on(4):
        OrderLine.objects.create(order=order, item=make_item("TEA-1", unit_price="5.00"), quantity=1)
    with on(3):
        OrderLine.objects.earliest("pk").delete()

    lines = [as_of.face(Order, order.pk, past(days), Everything()).tables[0] for days in (5, 4, 3)]

    assert [[cells[2] for cells in table.rows.values()] for table in lines] == [["2"], ["2", "1"], ["1"]]
    assert [table.sums[0][1] for table in lines] == ["24.00 EUR", "29.00 EUR", "5.00 EUR"]


def test_what_was_deleted_is_there_before_and_not_after():
    with on(5):
        ada = make_customer("Ada")
    pk = ada.pk
    with on(3):
        ada.delete()

    faces = [as_of.face(Customer, pk, past(days), Everything()) for days in (6, 4, 2)]

    assert [face.name for face in faces] == ["", "Ada", ""]


def test_after_an_act_all_of_it_had_been_done(mug):
    with change_set(Source.ADMIN) as act:
        mug.name = "Cup"
        mug.save()
        stock.receive(mug, Location.default(), 1, reason="Found")

    face = as_of.face(Item, mug.pk, moments.parse(f"act-{act.row().pk}"), Everything())

    assert (face.values["Name"], next(iter(face.tables[0].rows.values()))[1]) == ("Cup", "6")


def test_a_clock_that_was_set_back_does_not_bring_the_older_version_back(mug):
    with on(4):
        mug.name = "Newest"
        mug.save()

    assert as_of.version(Item, mug.pk, past(0)).name == "Newest"


def test_the_page_says_that_it_is_the_past_and_leads_back(admin_client, mug):
    page = admin_client.get(url("as_of", Item, mug.pk, at=days_ago(4).date()))

    assert [field.old for field in page.context["fields"] if field.differs] == ["12.00"]
    assert "It can be read, not changed." in page.content.decode()
    assert page.context["change_url"] == url("change", Item, mug.pk)
    assert b"<textarea" not in page.content


def test_a_record_that_was_not_there_yet_says_when_it_begins(admin_client, mug):
    page = admin_client.get(url("as_of", Item, mug.pk, at="2020-01-01"))

    assert "It was not there: at the end of 1 Jan 2020." in page.content.decode()


def test_a_date_that_makes_no_sense_is_said(admin_client, mug):
    page = admin_client.get(url("as_of", Item, mug.pk, at="<b>yesterday"))

    assert [str(message) for message in page.context["messages"]] == [
        "“<b>yesterday” is no date. This is what is there now."
    ]
    assert page.status_code == 200


# Comparing ------------------------------------------------------------------------------------------------------------


def test_two_dates_of_a_record_are_compared(admin_client, mug):
    query = {"from": days_ago(8).date(), "to": days_ago(1).date()}

    page = admin_client.get(url("compare", Item, mug.pk, **query))

    assert [(each.label, each.old, each.new) for each in page.context["fields"]] == [("Price", "12.00", "13.00")]
    assert [row.state for table in page.context["tables"] for row in table.rows] == ["new"]


def test_two_versions_are_compared(admin_client, mug):
    acts = admin_client.get(url("compare", Item, mug.pk)).context["versions"]

    page = admin_client.get(url("compare", Item, mug.pk, **{"from": acts[-1].text, "to": acts[0].text}))

    assert len(acts) == 3
    assert [(each.label, each.old, each.new) for each in page.context["fields"]] == [("Price", "12.00", "13.00")]


def test_what_is_the_same_is_shown_on_demand(admin_client, mug):
    labels = [each.label for each in admin_client.get(url("compare", Item, mug.pk, all=1)).context["fields"]]

    assert {"SKU", "Name", "Price"} <= set(labels)
    assert admin_client.get(url("compare", Item, mug.pk)).context["fields"] == []


# Lists ----------------------------------------------------------------------------------------------------------------


def rows_of(page) -> list[list[str]]:
    return [cells for _url, cells in page.context["rows"]]


def test_a_list_is_as_it_was(admin_client, mug):
    with on(5):
        tea = make_item("TEA-1", name="Tea", unit_price="4.00")
    with on(2):
        tea.delete()

    then = rows_of(admin_client.get(url("as_of_list", Item, at=days_ago(4).date())))
    now = rows_of(admin_client.get(url("as_of_list", Item)))

    assert [(row[0], row[3], row[-2]) for row in then] == [("MUG-1", "12.00", "5"), ("TEA-1", "4.00", "")]
    assert [(row[0], row[3], row[-2]) for row in now] == [("MUG-1", "13.00", "5")]


def test_a_list_as_of_a_date_is_searched_also_for_what_is_gone(admin_client, mug):
    with on(5):
        tea = make_item("TEA-1", name="Tea")
    with on(2):
        tea.delete()

    page = admin_client.get(url("as_of_list", Item, at=days_ago(4).date(), q="TEA-1"))

    assert [row[0] for row in rows_of(page)] == ["TEA-1"]


@pytest.mark.parametrize("model", [Item, Order])
def test_a_list_as_of_a_date_has_pages(admin_client, monkeypatch, model):
    monkeypatch.setattr("backoffice.history.as_of_pages.ROWS", 2)
    ada = make_customer()
    for number in range(3):
        make_order((make_item(f"MUG-{number}"), 1), customer=ada)

    first = admin_client.get(url("as_of_list", model))
    second = admin_client.get(url("as_of_list", model, after=first.context["next"]))

    assert (len(rows_of(first)), len(rows_of(second)), second.context["next"]) == (2, 1, None)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("model", [Item, Order, Customer])
def test_a_list_as_of_a_date_takes_the_same_queries(admin_client, django_assert_max_num_queries, model, number):
    for index in range(number):
        make_order((make_item(f"MUG-{index}", on_hand=1), 1), customer=make_customer(f"Ada {index}"))

    with django_assert_max_num_queries(12):
        assert len(rows_of(admin_client.get(url("as_of_list", model)))) == number


def item_with(number: int) -> Item:
    """An item that was edited that often, at as many locations."""
    item = make_item(on_hand=1)
    for index in range(number):
        stock.receive(item, Location.objects.create(code=f"s{item.pk}{index}", name="Store"), 1, reason="Delivery")
        rename(item, f"Mug {index}")
    return item


def order_with(number: int) -> Order:
    """An order of that many lines that was edited that often."""
    order = make_order(*[(make_item(), 1) for _line in range(number)], customer=make_customer())
    for index in range(number):
        with change_set(Source.ADMIN):
            order.note = f"Note {index}"
            order.save()
    return order


def customer_with(number: int) -> Customer:
    customer = make_customer()
    for index in range(number):
        rename(customer, f"Ada {index}")
        place_order((make_item(on_hand=1), 1), customer=customer)
    return customer


def rename(record, name: str) -> None:
    with change_set(Source.ADMIN):
        record.name = name
        record.save()


@pytest.mark.parametrize("page", ["as_of", "compare"])
@pytest.mark.parametrize("make", [item_with, order_with, customer_with])
def test_a_record_of_the_past_takes_the_same_queries_however_much_happened(admin_client, page, make):
    def queries_of(number: int) -> int:
        record = make(number)
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(url(page, type(record), record.pk)).status_code == 200
        return len(asked)

    queries_of(1)  # what is kept for all requests is read

    assert queries_of(1) == queries_of(3)


@pytest.mark.parametrize(("role", "status"), [("Auditor", 200), (None, 403)])
def test_pages_of_the_past_need_the_right_to_see_the_record(client, django_user_model, mug, role, status):
    user = django_user_model.objects.create_user("eve", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client.force_login(user)

    pages = [url("as_of", Item, mug.pk), url("compare", Item, mug.pk), url("as_of_list", Item)]

    assert [client.get(page).status_code for page in pages] == [status] * 3
