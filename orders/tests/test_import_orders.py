"""Orders from files: lines of one number are one order, which goes in as a whole, as if entered by hand."""

import io
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django_ox.testing import run_tasks

from backoffice.history import timeline
from backoffice.imports.models import ImportRun
from inventory.models import Item, Location, StockMovement
from inventory.proof import find_breaches
from inventory.tests.import_shop import counts
from inventory.tests.shop import figures, make_item
from inventory.tests.test_import_wizard import make_user, page, upload
from notifications.models import Notification
from orders import workflow
from orders.models import Customer, Order, OrderLine, StagedLine
from orders.order_import import options
from orders.tests.import_files import run_text, sentences
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db
HEAD = "order,customer,email,sku,qty,price\n"


@pytest.fixture
def load(tmp_path):
    def run(text, only_good=False, dry_run=False, **chosen):
        return run_text("orders", tmp_path, text, options(**chosen), only_good=only_good, dry_run=dry_run)

    return run


def lines_of(number):
    lines = OrderLine.objects.filter(order__number=number).order_by("pk")
    return list(lines.values_list("item__sku", "quantity", "unit_price", "allocated"))


def test_lines_of_one_number_are_one_order_that_is_placed(load):
    mug, cup = make_item("MUG-1", on_hand=5), make_item("CUP-1", on_hand=5)
    kath = make_customer("Katherine")

    run = load(HEAD + "A-7,Katherine,,mug-1,2,10.00\nA-7,,,CUP-1,1,\nA-8,Katherine,,CUP-1,4,\n")

    assert (counts(run), run.applied) == ((3, 0, 0, 0), 3)
    assert lines_of("A-7") == [("MUG-1", 2, Decimal("10.00"), 2), ("CUP-1", 1, Decimal("12.50"), 1)]
    assert list(Order.objects.values_list("status", "customer")) == [("confirmed", kath.pk)] * 2
    assert (figures(mug), figures(cup)) == ((5, 2, 3), (5, 5, 0))
    assert find_breaches("default") == []


def test_drafts_leave_stock_alone(load):
    mug = make_item("MUG-1", on_hand=5)

    load(HEAD + "A-7,Katherine,,MUG-1,9,\n", status="draft")

    assert (Order.objects.get().status, figures(mug)) == ("draft", (5, 0, 5))


def test_what_concerns_the_order_may_stand_in_one_of_its_rows(load):
    make_item("MUG-1", on_hand=5, tax_rate=19)

    load(
        "number,date,customer,email,sku,quantity,discount_percent,order_discount_percent,order_tax_rate,due,ship to,"
        "note\n"
        'A-7,2026-01-31,Ada,ada@example.com,MUG-1,1,10,5,0,2026-12-24,"1 Mill Lane\nLondon",Ring twice\n'
        "A-7,,,,MUG-1,2,,,,,,\n"
    )

    order = Order.objects.get()
    assert timezone.localtime(order.created_at).date().isoformat() == "2026-01-31"
    assert (order.due_date.isoformat(), order.address, order.note) == (
        "2026-12-24",
        "1 Mill Lane\nLondon",
        "Ring twice",
    )
    assert (order.discount_percent, order.tax_rate) == (5, 0)
    assert list(order.lines.values_list("discount_percent", "tax_rate")) == [(10, 0), (0, 0)]
    assert (order.customer.name, order.customer.address) == ("Ada", "1 Mill Lane\nLondon")
    assert find_breaches("default") == []


def test_a_customer_is_found_by_email_and_left_as_they_are(load):
    make_item("MUG-1", on_hand=5)
    ada = make_customer("Ada Lovelace", email="ada@example.com")

    load(HEAD + "A-7,Ada King,ADA@example.com,MUG-1,1,\nA-8,ada lovelace,,MUG-1,1,\n")

    assert list(Order.objects.values_list("customer", flat=True)) == [ada.pk, ada.pk]
    assert Customer.objects.get().name == "Ada Lovelace"


def test_a_new_customer_is_entered_once_for_all_their_orders(load):
    make_item("MUG-1", on_hand=5)

    load(HEAD + "A-7,Ada,ada@example.com,MUG-1,1,\nA-8,,Ada@example.com,MUG-1,1,\n")

    assert (Customer.objects.get().name, Order.objects.count()) == ("Ada", 2)


def test_new_customers_can_be_refused(load):
    make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,ada@example.com,MUG-1,1,\n", customers="refuse")

    assert sentences(run) == ["There is no customer ada@example.com."]
    assert not Customer.objects.exists()


def test_an_item_is_found_by_its_barcode(load):
    make_item("MUG-1", on_hand=5, barcode="590")

    load("order,customer,ean,qty\nA-7,Ada,590,1\n")

    assert lines_of("A-7")[0][0] == "MUG-1"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("A-7,Ada,,NOPE,1,", "There is no item NOPE."),
        ("A-7,Ada,,OLD,1,", "OLD is not active, so it is not in new orders."),
        ("A-7,Ada,,MUG-1,0,", "The row has no quantity above 0."),
        ("A-7,Ada,,MUG-1,-1,", "-1 is negative."),
        ("A-7,Ada,,MUG-1,1.5,", "1.5 is not a whole number."),
        ("A-7,Ada,,MUG-1,1,-3", "-3 is negative."),
        ("A-7,Ada,,,1,", "The row names no item: it has neither a SKU nor a barcode."),
        ("A-7,,,MUG-1,1,", "A-7 names no customer: it has neither a name nor an email."),
        ("A-7,Ada,nowhere,MUG-1,1,", "“nowhere” is not an email address."),
        (",Ada,,MUG-1,1,", "The row has no order number."),
        ("A-7,Twin,,MUG-1,1,", "2 customers are found by Twin. Enter this order by hand."),
        (f"{'9' * 41},Ada,,MUG-1,1,", "The text has 41 characters; 40 fit."),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused(load, row, sentence):
    make_item("MUG-1", on_hand=5)
    make_item("OLD", is_active=False)
    make_customer("Twin", email="")
    make_customer("Twin", email="")

    run = load(HEAD + row + "\n")

    assert (sentences(run), Order.objects.count()) == ([sentence], 0)


def test_an_order_falls_with_each_of_its_lines(load):
    make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,,MUG-1,1,\nA-8,Ada,,MUG-1,1,\nA-7,,,NOPE,1,\n", only_good=True)

    assert (counts(run), Order.objects.get().number) == ((1, 0, 0, 2), "A-8")
    assert sentences(run)[0] == "Row 4 of the same order is refused, and an order is taken as a whole."


def test_rows_that_disagree_about_their_order_are_refused(load):
    make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,,MUG-1,1,\nA-7,Ben,,MUG-1,1,\n")

    assert sentences(run) == ["The rows of A-7 do not agree about this."] * 2


def test_a_date_in_the_future_is_refused(load):
    make_item("MUG-1", on_hand=5)

    assert sentences(load("order,customer,sku,qty,date\nA-7,Ada,MUG-1,1,2999-01-01\n")) == [
        "2999-01-01 is in the future."
    ]


@pytest.mark.parametrize("missing", ["order", "customer", "sku", "qty"])
def test_a_file_that_lacks_a_column_is_refused(load, tmp_path, missing):
    columns = [name for name in ("order", "customer", "sku", "qty") if name != missing]
    (tmp_path / "x.csv").write_text(",".join(columns) + "\n1,1,1\n")

    with pytest.raises(CommandError, match="No column holds"):
        call_command("import_orders", str(tmp_path / "x.csv"))


# Orders that are there ------------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(load):
    make_item("MUG-1", on_hand=9)
    text = (
        "order,date,customer,email,sku,qty,price\nA-7,2026-01-31,Ada,a@example.com,MUG-1,2,9.00\nA-7,,,,MUG-1,1,8.00\n"
    )
    load(text)
    movements = StockMovement.objects.count()

    again = load(text)

    assert (counts(again), again.state) == ((0, 0, 2, 0), "checked")
    assert (Order.objects.count(), Order.history.count(), StockMovement.objects.count()) == (1, 2, movements)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("A-7,Ada,,MUG-1,3,\n", "lines"),
        ("A-7,Ada,,MUG-1,2,9.99\n", "lines"),
        ("A-7,Ada,,MUG-1,2,\nA-7,,,MUG-1,2,\n", "lines"),
        ("A-7,Ben,,MUG-1,2,\n", "customer"),
    ],
)
def test_an_order_that_is_there_and_says_otherwise_is_refused(load, rows, what):
    make_item("MUG-1", on_hand=9)
    load(HEAD + "A-7,Ada,,MUG-1,2,\n")

    run = load(HEAD + rows)

    assert sentences(run)[0] == f"A-7 is there already and differs in: {what}. Change it by hand."
    assert lines_of("A-7") == [("MUG-1", 2, Decimal("12.50"), 2)]


# Stock ----------------------------------------------------------------------------------------------------------------


def test_shortages_are_seen_at_the_check(load):
    make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,,MUG-1,4,\nA-8,Ada,,MUG-1,2,\nA-9,Ada,,MUG-1,1,\n", dry_run=True)

    assert run.notices == ["Stock is short now for 1 order, which would be refused: A-8 (MUG-1: 1 of 2)."]
    assert (Order.objects.count(), Customer.objects.count(), Notification.objects.count()) == (0, 0, 0)


def test_a_refused_placement_leaves_that_order_out(load):
    mug = make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,,MUG-1,4,\nA-8,Ben,,MUG-1,2,\nA-9,Ada,,MUG-1,1,\n", only_good=True)

    assert (counts(run), run.applied, run.state) == ((2, 0, 0, 1), 2, "applied")
    assert sentences(run)[0].startswith("Only 1 of MUG-1 available at Main; 2 asked for.")
    assert set(Order.objects.values_list("number", flat=True)) == {"A-7", "A-9"}
    assert (Customer.objects.get().name, figures(mug)) == ("Ada", (5, 5, 0))
    assert find_breaches("default") == []


def test_all_or_nothing_is_nothing_when_one_is_refused(load):
    mug = make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,,MUG-1,4,\nA-8,Ada,,MUG-1,2,\n")

    assert (run.state, run.applied, run.change_set) == ("failed", 0, None)
    assert run.error.startswith("Only 1 of MUG-1 available at Main; 2 asked for.")
    assert run.error.endswith("Nothing was applied. Check the file again.")
    assert (Order.objects.count(), Customer.objects.count(), figures(mug)) == (0, 0, (5, 0, 5))


def test_an_item_that_may_wait_waits(load):
    make_item("MUG-1", on_hand=1, oversell=Item.Oversell.BACKORDER)

    run = load(HEAD + "A-7,Ada,,MUG-1,4,\n")

    assert (run.notices, lines_of("A-7")[0][3]) == ([], 1)


def test_orders_are_served_from_the_chosen_location(load):
    store = Location.objects.create(code="store", name="Store B")
    mug = make_item("MUG-1", on_hand=5, location=store)

    load(HEAD + "A-7,Ada,,MUG-1,4,\n", location=store)

    assert figures(mug, store) == (5, 4, 1)


# As if entered by hand ------------------------------------------------------------------------------------------------


def state():
    orders = Order.objects.values_list(
        "number", "status", "customer__name", "location__code", "entered_by", "discount_percent", "total", "version"
    )
    lines = OrderLine.objects.values_list(
        "order__number", "item__sku", "quantity", "unit_price", "tax_rate", "allocated"
    )
    moves = StockMovement.objects.values_list(
        "level__item__sku", "kind", "allocated_delta", "reference", "allocated_after"
    )
    history = Order.history.values_list("number", "status", "history_type", "version")
    return [sorted(map(str, found)) for found in (orders, lines, moves, history, Customer.history.values_list("name"))]


def by_hand(user, ada, mug, cup):
    for number, customer, *lines in [("A-7", ada, (mug, 2), (cup, 1)), ("A-8", None, (cup, 3))]:
        customer = customer or Customer.objects.create(name="Ben")
        order = Order(number=number, customer=customer, entered_by=user, discount_percent=Decimal("2.50"))
        with workflow.editing(order):
            order.save()
            for item, quantity in lines:
                OrderLine.objects.create(order=order, item=item, quantity=quantity)
        workflow.place(order)


def test_an_import_ends_as_entering_the_orders_by_hand(tmp_path):
    user, ada = make_user("dana"), make_customer("Ada", email="ada@example.com")
    mug, cup = make_item("MUG-1", on_hand=5, tax_rate=19), make_item("CUP-1", on_hand=5)
    with transaction.atomic():
        by_hand(user, ada, mug, cup)
        entered = state()
        transaction.set_rollback(True)

    text = "order,customer,sku,qty,order discount %\nA-7,Ada,MUG-1,2,2.5\nA-7,,CUP-1,1,\nA-8,Ben,CUP-1,3,2.5\n"
    run_text("orders", tmp_path, text, options(), user=user)

    assert state() == entered


def test_the_timeline_of_an_order_shows_the_import(load):
    make_item("MUG-1", on_hand=5)

    run = load(HEAD + "A-7,Ada,,MUG-1,1,\n")

    entries = timeline.of(Order.objects.get())
    assert {(entry.source, entry.change_set) for entry in entries} == {("Imported orders.csv, 1 order", run.change_set)}
    assert {"order A-7", "customer Ada"} <= {entry.what for entry in timeline.of_change_set(run.change_set)}


@pytest.mark.parametrize(("tell", "states"), [(False, ["withheld"]), (True, ["queued"])])
def test_customers_are_told_only_when_that_was_chosen(load, tell, states):
    make_item("MUG-1", on_hand=5)
    make_customer("Ada", email="ada@example.com")

    load(HEAD + "A-7,Ada,,MUG-1,1,\n", tell=tell)

    assert list(Notification.objects.values_list("state", flat=True)) == states
    assert find_breaches("default") == []


# Pages and command ----------------------------------------------------------------------------------------------------


def test_orders_go_through_the_pages(client):
    client.force_login(make_user("dana", "import_order", "view_order", "view_orderline"))
    make_item("MUG-1", on_hand=5)

    response = upload(client, HEAD + "A-7,Ada,,MUG-1,2,\n", kind="orders", status="placed", customers="create")
    check = client.get(response.url).content.decode()
    client.post(page("apply", ImportRun.objects.get()))
    run_tasks(raise_failures=True)

    order = Order.objects.get()
    assert "Apply 1 new" in check
    assert (order.number, order.status, order.entered_by.username) == ("A-7", "confirmed", "dana")
    assert StagedLine.objects.get().order == order


def test_the_template_imports_unchanged(client):
    client.force_login(make_user("dana", "import_order", "view_orderline"))
    place_order((make_item("MUG-1", on_hand=5), 2), (make_item("=CUP", on_hand=5), 1), note="=1+1\nsecond line")

    template = client.get("/admin/imports/importrun/template/orders/").getvalue()
    upload(client, io.BytesIO(template), kind="orders", status="placed", customers="create")

    assert counts(ImportRun.objects.get()) == (0, 0, 2, 0)


def test_the_command_imports_orders(tmp_path):
    make_item("MUG-1", on_hand=5)
    (tmp_path / "x.csv").write_text(HEAD + "A-7,Ada,,MUG-1,2,\n")
    out = StringIO()

    call_command("import_orders", str(tmp_path / "x.csv"), "--status", "draft", stdout=out)

    assert out.getvalue().splitlines()[-1] == "new=1 changed=0 unchanged=0 refused=0"
    assert Order.objects.get().status == "draft"
