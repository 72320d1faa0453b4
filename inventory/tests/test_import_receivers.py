"""The import writes by SQL what saving each row through the receivers would write. Here the two are compared."""

from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory import stock
from inventory.models import Item, Location, StagedItem, StockLevel, StockMovement
from inventory.tests.import_shop import run_text
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db
FIELDS = ("sku", "name", "category", "unit_price", "quantity", "reorder_level", "location")

blank_or = lambda values: st.one_of(st.just(""), values)  # noqa: E731
row = st.tuples(
    st.sampled_from(["MUG-1", "MUG-2", "CUP-1", "CUP-2", "CUP-3"]),
    blank_or(st.sampled_from(["Mug", "Cup"])),
    blank_or(st.sampled_from(["Mugs", "Cups"])),
    blank_or(st.decimals(0, 100, places=2).map(str)),
    blank_or(st.integers(0, 9).map(str)),
    blank_or(st.integers(0, 9).map(str)),
    st.sampled_from(["main", "store"]),
)
table = st.lists(row, min_size=1, max_size=8, unique_by=lambda values: (values[0], values[6]))


class Undone(Exception):
    pass


def opening():
    Location.objects.create(code="store", name="Store B")
    make_item("MUG-1", name="Mug", category="Mugs", on_hand=5)
    make_item("MUG-2", name="Mug", is_active=False)


def through_receivers(run):
    """The rows that the import took: each item saved once, then each of its levels."""
    rows = StagedItem.objects.filter(run=run, action__in=["new", "changed"]).order_by("row")
    by_item = defaultdict(list)
    for staged in rows:
        by_item[staged.sku_key].append(staged)
    for rows_of_item in by_item.values():
        item = save_item(rows_of_item)
        for staged in rows_of_item:
            save_stock(item, staged)


def save_item(rows):
    item = Item.objects.filter(sku_key=rows[0].sku_key).first() or Item(sku=rows[0].sku)
    for name in ("name", "category", "unit_price"):
        said = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        if said:
            setattr(item, name, said[0])
    item.is_active = True
    item.save()
    return item


def save_stock(item, staged):
    if staged.quantity is None and staged.reorder_level is None:
        return
    level = StockLevel.objects.filter(item=item, location_id=staged.location_id).first()
    level = level or StockLevel(item=item, location_id=staged.location_id)
    if staged.reorder_level is not None:
        level.reorder_level = staged.reorder_level
    level.save()
    if staged.quantity is not None:
        stock.count(item, level.location, staged.quantity, reason="Import of stock.csv")


def end_state():
    """Everything that matters, without the ids."""
    items = Item.objects.values_list("sku_key", "sku", "name", "category", "unit_price", "condition", "is_active")
    levels = StockLevel.objects.values_list("item__sku_key", "location__code", "on_hand", "allocated", "reorder_level")
    movements = StockMovement.objects.values_list(
        "level__item__sku_key", "level__location__code", "kind", "on_hand_delta", "on_hand_after", "allocated_after"
    )
    newest = {row.sku_key: (row.name, row.category, Decimal(row.unit_price), row.is_active) for row in newest_history()}
    return (
        [sorted(map(str, rows)) for rows in (items, levels, movements)],
        newest,
        Item.history.count(),
        StockLevel.history.count(),
    )


def newest_history():
    return Item.history.order_by("history_id")


def outcome(tmp_path, text, apply):
    """The end state after ``apply``, and the database as it was before."""
    try:
        with transaction.atomic():
            opening()
            run = run_text(tmp_path, text, only_good=True, dry_run=apply is not None)
            if apply:
                apply(run)
            state = end_state()
            raise Undone
    except Undone:
        return state


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=table)
def test_an_import_ends_as_saving_each_row_through_the_receivers(tmp_path, rows):
    text = "\n".join(",".join(line) for line in [FIELDS, *rows])

    assert outcome(tmp_path, text, None) == outcome(tmp_path, text, through_receivers)


def test_the_comparison_can_tell_a_difference(tmp_path):
    text = "sku,quantity,location\nMUG-1,7,main\n"

    assert outcome(tmp_path, text, None) != outcome(tmp_path, text, lambda run: None)
