"""Orders as other programs write them, and imports of orders that are interrupted."""

import pytest
from django.utils.timezone import localtime

from backoffice.imports import steps
from backoffice.imports.models import ImportRun
from inventory.proof import find_breaches
from inventory.tests.import_shop import counts
from inventory.tests.shop import figures, make_item
from orders import order_apply, order_check
from orders.models import Customer, Order
from orders.order_import import options
from orders.tests.import_files import run_text, sentences

pytestmark = pytest.mark.django_db
SHOPIFY = """Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
Billing Name,Shipping Name,Shipping Street,Shipping Address1,Shipping City,Shipping Zip,Shipping Country,Notes,\
Cancelled at,Shipping,Lineitem discount
#1001,ada@example.com,paid,2026-01-05 10:20:30 +0100,2,Mug,12.50,MUG-1,Ada Lovelace,Ben,1 Mill Lane,1 Mill Lane,London,\
'E1 4AB,GB,Ring,,4.90,0.00
#1001,ada@example.com,,2026-01-05 10:20:30 +0100,1,Cup,9.00,CUP-1,,,,,,,,,,,0.00
#1002,ben@example.com,paid,2026-01-06 10:20:30 +0100,1,Mug,12.50,MUG-1,Ben,Ben,,,,,,,2026-01-07 09:00:00 +0100,0.00,0.00
#1002,ben@example.com,,2026-01-06 10:20:30 +0100,1,Cup,9.00,CUP-1,,,,,,,,,,,0.00
"""
WOO = """Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),\
Address 1&2 (Shipping),City (Shipping),Postcode (Shipping),SKU,Item #,Quantity (- Refund),Item Cost
71,processing,2026-01-05 10:20,Ada,Lovelace,ada@example.com,1 Mill Lane,London,E1 4AB,MUG-1,1,2,12.5
71,processing,2026-01-05 10:20,Ada,Lovelace,ada@example.com,1 Mill Lane,London,E1 4AB,CUP-1,2,1,9
72,cancelled,2026-01-05 10:20,Ben,Berg,ben@example.com,,,,MUG-1,1,1,12.5
"""
ODOO = """Order Reference,Order Date,Customer,Order Lines/Product/Internal Reference,Order Lines/Quantity
S00071,2026-01-05 10:20:30,Ada Lovelace,MUG-1,2
,,,CUP-1,1
"""


@pytest.fixture
def load(tmp_path):
    make_item("MUG-1", on_hand=5)
    make_item("CUP-1", on_hand=5)
    return lambda text, dry_run=False, only_good=False, **chosen: run_text(
        "orders", tmp_path, text, options(**chosen), dry_run=dry_run, only_good=only_good
    )


def test_shopify_orders_come_in_as_they_are(load):
    run = load(SHOPIFY)

    order = Order.objects.get()
    assert (sentences(run), order.number, order.customer.name, order.note) == ([], "#1001", "Ada Lovelace", "Ring")
    assert order.address == "1 Mill Lane\nE1 4AB\nLondon\nGB"
    assert list(order.lines.values_list("item__sku", "quantity")) == [("MUG-1", 2), ("CUP-1", 1)]
    assert run.skipped == 2
    assert any(notice.startswith("Orders with an amount for shipping or as a discount: 1.") for notice in run.notices)
    assert find_breaches("default") == []


def test_woocommerce_orders_come_in_as_they_are(load):
    run = load(WOO)

    order = Order.objects.get()
    assert (sentences(run), order.number, order.customer.name) == ([], "71", "Ada Lovelace")
    assert (order.address, order.lines.count(), run.skipped) == ("1 Mill Lane\nE1 4AB\nLondon", 2, 1)


def test_rows_below_an_order_are_its_further_lines(load):
    run = load(ODOO)

    assert (sentences(run), counts(run), Order.objects.get().lines.count()) == ([], (2, 0, 0, 0), 2)
    assert "1 row without an order number belongs to the order above it." in run.notices


def test_which_of_two_figures_is_the_day_is_proven_by_the_column_or_refused(load):
    head = "order,customer,sku,qty,date\n"

    assert counts(load(head + "1,Ada,MUG-1,1,05/01/2026\n2,Ada,MUG-1,1,31/01/2026\n", dry_run=True)) == (2, 0, 0, 0)
    assert sentences(load(head + "3,Ada,MUG-1,1,05/01/2026\n")) == [
        "“05/01/2026” could name the day or the month first. Write it as 2026-01-31."
    ]


FIVE = "order,customer,sku,qty\n" + "".join(f"A-{number},Ada,MUG-1,1\n" for number in range(5))


def test_a_crash_between_chunks_is_taken_up_again(load, monkeypatch):
    monkeypatch.setattr(order_apply, "CHUNK", 2)
    run = load(FIVE, dry_run=True, only_good=True)

    assert steps.confirm(run)
    assert steps.apply_next(run)
    assert Order.objects.count() == 2
    steps.apply(ImportRun.objects.get())
    steps.apply(ImportRun.objects.get())

    assert (ImportRun.objects.get().applied, Order.objects.count(), Customer.objects.count()) == (5, 5, 1)
    assert Order.history.values("change_set").distinct().count() == 1
    assert find_breaches("default") == []


def test_what_dies_within_a_chunk_leaves_nothing_of_it(load, monkeypatch):
    run = load(FIVE, dry_run=True)
    place, placed = order_apply.workflow.place, []

    def dies(order):
        place(order)
        placed.append(order)
        if len(placed) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(order_apply.workflow, "place", dies)
    assert steps.confirm(run)
    with pytest.raises(KeyboardInterrupt):
        steps.apply_next(run)
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)

    steps.apply(ImportRun.objects.get())
    assert (ImportRun.objects.get().applied, Order.objects.count(), find_breaches("default")) == (5, 5, [])


def test_beyond_one_step_the_orders_before_a_refusal_stay_and_that_is_said(load, monkeypatch):
    monkeypatch.setattr(order_check, "WHOLE", 2)
    monkeypatch.setattr(order_apply, "CHUNK", 2)

    run = load(FIVE.replace("A-3,Ada,MUG-1,1", "A-3,Ada,MUG-1,9"))

    assert run.notices[0].startswith("These are 5 orders; up to 2 are entered in one step.")
    assert (run.state, run.applied, Order.objects.count()) == ("failed", 2, 2)
    assert run.error.endswith("2 rows had been applied before.")


def test_an_order_entered_since_the_check_is_left_alone(load):
    run = load(FIVE, dry_run=True, only_good=True)
    ben = Customer.objects.create(name="Ben")
    Order.objects.create(number="A-3", customer=ben)

    assert steps.confirm(run)
    steps.apply(run)

    assert (counts(run), sentences(run)) == ((4, 0, 0, 1), ["A-3 was entered since the check."])
    assert (Order.objects.get(number="A-3").customer, find_breaches("default")) == (ben, [])


def test_two_files_compete_for_the_last_units(load):
    one = load("order,customer,sku,qty\nA-1,Ada,MUG-1,3\n", dry_run=True)
    other = load("order,customer,sku,qty\nB-1,Ada,MUG-1,3\n", dry_run=True)

    for run in (one, other):
        assert steps.confirm(run)
        steps.apply(run)

    assert (one.state, other.state, Order.objects.get().number) == ("applied", "failed", "A-1")
    assert figures(Order.objects.get().lines.get().item) == (5, 3, 2)


@pytest.mark.parametrize("day", ["15-Jan-26", "Jan-15-26 05:02:54 PST", "01/15/26"])
def test_a_year_of_two_digits_is_taken_where_nothing_else_could_be_the_year(load, day):
    load(f"Order,Customer,SKU,Quantity,Date\n1,Ada,MUG-1,1,{day}\n")

    assert localtime(Order.objects.get().created_at).date().isoformat() == "2026-01-15"


@pytest.mark.parametrize("day", ["26/01/15", "15/01/26", "15.01.26"])
def test_a_year_of_two_digits_that_could_be_a_day_is_refused(load, day):
    run = load(f"Order,Customer,SKU,Quantity,Date\n1,Ada,MUG-1,1,{day}\n")

    assert sentences(run) == [f"“{day}” is not a date. Write it as 2026-01-31."]
