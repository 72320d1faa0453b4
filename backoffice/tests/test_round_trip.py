"""What is exported imports unchanged, whatever the texts and figures are: both formats, every kind that does both."""

import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.exports.formats import FORMATS
from backoffice.imports import at_once, cells, kinds
from backoffice.imports.models import ImportRun
from inventory import stock
from inventory.import_kind import options as stock_options
from inventory.models import Item, Location, StockLevel
from inventory.resources import CountResource, ItemResource, LevelResource
from inventory.sku import sku_key
from inventory.tests.shop import make_item
from orders import people, workflow
from orders.models import Customer, Order
from orders.order_import import options as order_options
from orders.resources import CustomerResource, LineResource
from orders.tests.shop import make_order

pytestmark = pytest.mark.django_db
EXAMPLES = settings(max_examples=10, deadline=None)

HARD = "'=+-@＝＋ 0 1,;|\"<%{Ää漢💥."
BREAKS = "'=+-@ a1,;\"\n"


def writable(text: str) -> str:
    """What a cell of an import may hold, as it is kept."""
    return cells.text(f" {text}", 60)  # a space first: nothing is unquoted


texts = st.text(alphabet=HARD, max_size=12).map(writable)
names = texts.filter(bool)
notes = st.text(alphabet=BREAKS, max_size=20).map(lambda text: "\n".join(map(writable, text.split("\n"))).strip("\n"))
money = st.decimals(0, 99_999, places=2)
percents = st.decimals(0, 100, places=2)
quantities = st.integers(0, 1_000_000)
conditions = st.sampled_from(Item.Condition.values)
items = st.lists(
    st.tuples(names, names, texts, texts, conditions, money, money, percents, st.lists(quantities, max_size=2)),
    min_size=1,
    max_size=5,
    unique_by=(lambda row: sku_key(row[0]), lambda row: row[2] or row[0] + "!"),
)
formats = st.sampled_from(sorted(FORMATS))


def round_trip(kind: str, options: dict, resource, queryset, format_: str) -> tuple[ImportRun, list]:
    """Exports, imports what was exported, and returns the run with the sentences of refused rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"exported.{format_}"
        with path.open("wb") as file:
            FORMATS[format_]().write(file, resource.rows(resource.filter_export(queryset)))
        run = at_once.run_file(kind, path, options)
    refused = [problem["message"] for row in staged(run) for problem in row.problems]
    return run, refused


def staged(run: ImportRun):
    return kinds.get(run.kind).staged.objects.filter(run=run).order_by("row")


def is_unchanged(run: ImportRun, refused: list, rows: int) -> None:
    assert (refused, run.new, run.changed, run.unchanged) == ([], 0, 0, rows)


def enter_items(rows) -> int:
    """Items with stock at up to two locations; returns how many rows their export has."""
    store = Location.objects.get_or_create(code="store", name="Store B")[0]
    for sku, name, barcode, category, condition, price, cost, rate, stocked in rows:
        fields = {"name": name, "barcode": barcode, "category": category, "condition": condition, "tax_rate": rate}
        item = make_item(sku, unit_price=price, cost=cost, **fields)
        for place, units in zip([Location.default(), store], stocked, strict=False):
            if units:
                stock.receive(item, place, units, reason="Opening stock")
    return sum(max(item.levels.count(), 1) for item in Item.objects.all())


@given(items, formats)
@EXAMPLES
def test_items_and_their_stock(rows, format_):
    with transaction.atomic():
        count = enter_items(rows)
        run, refused = round_trip("items", stock_options(), ItemResource(), Item.objects.all(), format_)
        is_unchanged(run, refused, count)
        transaction.set_rollback(True)


@given(items, formats, st.sampled_from([CountResource, LevelResource]))
@EXAMPLES
def test_counts_of_stock(rows, format_, resource):
    with transaction.atomic():
        enter_items(rows)
        found = Item.objects.filter(levels__isnull=False).distinct()
        found = found if resource is CountResource else StockLevel.objects.order_by("pk")
        if found:
            run, refused = round_trip("counts", stock_options(), resource(), found, format_)
            is_unchanged(run, refused, StockLevel.objects.count())
        transaction.set_rollback(True)


customers = st.lists(
    st.tuples(names, st.booleans(), st.sampled_from(["", "+442079460000"]), notes, st.sampled_from(["email", "not"])),
    min_size=1,
    max_size=5,
    unique_by=lambda row: people.key(row[0]),
)


def enter_customers(rows) -> list[Customer]:
    return [
        Customer.objects.create(
            name=name, email=f"p{number}@example.com" if mail else "", phone=phone, address=address, told=told
        )
        for number, (name, mail, phone, address, told) in enumerate(rows)
    ]


@given(customers, formats)
@EXAMPLES
def test_customers(rows, format_):
    with transaction.atomic():
        entered = enter_customers(rows)
        run, refused = round_trip("customers", {}, CustomerResource(), Customer.objects.all(), format_)
        is_unchanged(run, refused, len(entered))
        transaction.set_rollback(True)


@given(customers, st.lists(st.tuples(money, percents, st.integers(1, 9)), min_size=1, max_size=4), notes, formats)
@EXAMPLES
def test_orders_with_their_lines(people_, lines, note, format_):
    with transaction.atomic():
        mug = make_item("MUG-1", on_hand=100)
        for customer in enter_customers(people_):
            order = make_order((mug, 2), customer=customer, note=note, discount_percent=lines[0][1])
            for price, discount, units in lines:
                order.lines.create(item=mug, quantity=units, unit_price=price, discount_percent=discount)
        workflow.place(order)
        run, refused = round_trip("orders", order_options(), LineResource(), Order.objects.all(), format_)
        is_unchanged(run, refused, len(people_) * (len(lines) + 1))
        transaction.set_rollback(True)


def test_an_order_of_an_item_that_was_put_away_since_and_of_one_of_two_alike_is_unchanged():
    mug = make_item("MUG-1", on_hand=5)
    make_order((mug, 1), customer=Customer.objects.create(name="Ana", email="ana@example.com"))
    Customer.objects.create(name="Ana", email="ana@example.com")
    mug.is_active = False
    mug.save()

    run, refused = round_trip("orders", order_options(), LineResource(), Order.objects.all(), "xlsx")

    is_unchanged(run, refused, 1)


def test_an_address_typed_in_a_browser_is_unchanged(admin_client):
    typed = {"name": "Ana", "email": "ana@example.com", "told": "email", "address": "Main St 1\r\n\r\nLisbon"}
    admin_client.post(reverse("admin:orders_customer_add"), typed)

    run, refused = round_trip("customers", {}, CustomerResource(), Customer.objects.all(), "csv")

    is_unchanged(run, refused, 1)


def test_a_rate_below_one_percent_is_written_with_its_sign():
    make_item("MUG-1", tax_rate="0.50")

    run, refused = round_trip("items", stock_options(), ItemResource(), Item.objects.all(), "xlsx")

    is_unchanged(run, refused, 1)
