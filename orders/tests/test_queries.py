"""What the order page asks the database: the same whatever the number of lines. Only rows that change cost more."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Location
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import Order, OrderLine
from orders.tests.pages import ADD, change_url, save, typed
from orders.tests.shop import make_customer, make_order, place_order

LIST = ADD.removesuffix("add/")
SIZES = [1, 3, 50]
READS, WRITES = ["SELECT"], ["INSERT", "UPDATE", "DELETE"]


def counted(act) -> Counter[str]:
    """How many statements of each kind an act takes."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return Counter(query["sql"].split()[0] for query in queries)


def reads(counts: Counter[str]) -> int:
    return sum(counts[kind] for kind in READS)


def writes(counts: Counter[str]) -> int:
    return sum(counts[kind] for kind in WRITES)


def some_lines(number: int) -> list:
    return [(make_item(on_hand=9), 2) for _ in range(number)]


def with_quantity(order: Order, quantity: int, number: int = 50) -> dict:
    """The form of an order, with the first lines at another quantity."""
    lines = list(order.lines.select_related("item"))
    quantities = [quantity] * number + [line.quantity for line in lines[number:]]
    rows = [(line.item, units, line) for line, units in zip(lines, quantities, strict=False)]
    prices = {f"lines-{row}-unit_price": line.unit_price for row, line in enumerate(lines)}
    return typed(order.customer, *rows, order=Order.objects.get(pk=order.pk)) | prices


@pytest.mark.django_db(transaction=True)
def test_placing_an_order_of_three_lines_takes_at_most_thirty_queries():
    order = make_order(*some_lines(3))

    with CaptureQueriesContext(connection) as queries:
        workflow.place(Order.objects.get(pk=order.pk))

    assert len(queries) <= 30, "\n".join(query["sql"] for query in queries)


@pytest.mark.django_db(transaction=True)
def test_entering_and_placing_three_lines_as_one_edit_reads_eleven_times_beside_its_writes():
    order, items = Order(customer=make_customer(), location=Location.default()), some_lines(3)
    lines = [OrderLine(order=order, item=item, quantity=quantity) for item, quantity in items]

    def enter_and_place():
        with workflow.editing(order, [line.full_claim(order) for line in lines]):
            for record in [order, *lines]:
                record.save()
            workflow.place(order)

    counts = counted(enter_and_place)

    assert order.lines.filter(allocated=2).count() == 3
    assert (reads(counts), writes(counts)) == (11, 17)


@pytest.mark.parametrize("url", [lambda order: LIST, change_url], ids=["list", "page"])
def test_looking_reads_the_same_for_one_line_and_for_fifty(dana, url):
    orders = [place_order(*some_lines(number)) for number in SIZES]
    dana.get(url(orders[0]))  # content types are read once

    counts = [counted(lambda order=order: dana.get(url(order))) for order in orders]

    assert len(set(map(reads, counts))) == 1
    assert set(map(writes, counts)) == {0}


def test_entering_and_placing_reads_the_same_and_writes_twice_a_line(dana):
    ada = make_customer("Ada Lovelace")
    forms = [typed(ada, *some_lines(number), _place="1") for number in SIZES]
    dana.get(LIST)

    counts = [counted(lambda form=form: dana.post(ADD, form)) for form in forms]

    assert Order.objects.filter(status="confirmed").count() == len(SIZES)
    assert len(set(map(reads, counts))) == 1
    assert [writes(count) - writes(counts[0]) for count in counts] == [2 * (number - 1) for number in SIZES]


@pytest.mark.parametrize("changed", [1, 50])
def test_saving_a_draft_reads_the_same_and_writes_two_rows_a_changed_line(dana, changed):
    orders = [make_order(*some_lines(number), customer=make_customer()) for number in SIZES]
    forms = [with_quantity(order, 3, changed) | {"_save": "1"} for order in orders]
    dana.get(change_url(orders[0]))  # content types are read once

    pairs = zip(orders, forms, strict=True)
    counts = [counted(lambda order=order, form=form: dana.post(change_url(order), form)) for order, form in pairs]

    written = [min(number, changed) for number in SIZES]
    assert [order.lines.filter(quantity=3).count() for order in orders] == written
    assert len(set(map(reads, counts))) == 1
    assert [writes(count) - writes(counts[0]) for count in counts] == [2 * (number - 1) for number in written]


def test_a_preview_reads_the_same_and_so_does_its_confirmation(dana):
    orders = [place_order(*some_lines(number)) for number in SIZES]
    forms = [with_quantity(order, 3) | {"_save": "1"} for order in orders]
    dana.get(change_url(orders[0]))  # content types are read once

    pairs = list(zip(orders, forms, strict=True))
    shown = [counted(lambda order=order, form=form: dana.post(change_url(order), form)) for order, form in pairs]
    saved = [counted(lambda order=order, form=form: save(dana, change_url(order), form)) for order, form in pairs]

    assert [order.lines.filter(quantity=3).count() for order in orders] == SIZES
    assert len(set(map(reads, shown))) == 1
    assert len(set(map(reads, saved))) == 1
    assert [writes(count) - writes(shown[0]) for count in shown] == [2 * (number - 1) for number in SIZES]


def test_removing_lines_reads_the_same_whatever_their_number(dana):
    orders = [make_order(*some_lines(number + 1), customer=make_customer()) for number in SIZES]
    forms = [with_quantity(order, 2) | {"_save": "1"} for order in orders]
    for form, number in zip(forms, SIZES, strict=True):
        form |= {f"lines-{row}-DELETE": "on" for row in range(number)}
    dana.get(change_url(orders[0]))  # content types are read once

    pairs = zip(orders, forms, strict=True)
    counts = [counted(lambda order=order, form=form: dana.post(change_url(order), form)) for order, form in pairs]

    assert [order.lines.count() for order in orders] == [1, 1, 1]
    assert len(set(map(reads, counts))) == 1
