"""An import of stock beside orders ends as if each row had been saved by hand, for who waits and for who sells."""

import pytest
from django.db import transaction
from django_ox.testing import run_tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.history.models import ChangeSet
from backoffice.imports import steps
from inventory import import_apply, proof, stock
from inventory.models import Item, Location, StagedItem, StockLevel, StockMovement
from inventory.signals import stock_ran_low
from inventory.tests.import_shop import run_text
from inventory.tests.shop import make_item
from notifications.models import Notification
from orders.models import OrderLine
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db

row = st.tuples(
    st.sampled_from(["MUG-1", "MUG-2", "CUP-1", "NEW-1", "NEW-2"]),
    st.one_of(st.just(""), st.integers(0, 9).map(str)),
    st.one_of(st.just(""), st.integers(0, 6).map(str)),
    st.sampled_from(["main", "store"]),
)
table = st.lists(row, min_size=1, max_size=8, unique_by=lambda values: (values[0], values[3]))


class Undone(Exception):
    pass


def opening():
    """Somebody waits for mugs at each place; cups have a level below which they run low."""
    store = Location.objects.create(code="store", name="Store B")
    first = make_item("MUG-1", name="Mug", on_hand=3, oversell="backorder")
    second = make_item("MUG-2", name="Mug", on_hand=2, location=store, oversell="backorder")
    place_order((first, 5))
    place_order((second, 4), location=store)
    cup = make_item("CUP-1", name="Cup", on_hand=6)
    level = cup.levels.get()
    level.reorder_level = 3
    level.save()
    run_tasks(raise_failures=True)


def by_hand(run):
    """The rows that the import took, one by one, through verbs and receivers. What is there has its turn first."""
    taken = StagedItem.objects.filter(run=run, action__in=["new", "changed"])
    for staged in taken.order_by("row"):
        item = Item.objects.filter(sku_key=staged.sku_key).first() or Item(sku=staged.sku, name=staged.name)
        item.save()
        level = StockLevel.objects.filter(item=item, location_id=staged.location_id).first()
        level = level or StockLevel(item=item, location_id=staged.location_id)
        if staged.reorder_level is not None:
            level.reorder_level = staged.reorder_level
        if staged.quantity is not None or staged.reorder_level is not None:
            level.save()
        if staged.quantity:
            move(run.options["mode"], item, level.location, staged.quantity)
        elif staged.quantity == 0 and run.options["mode"] == "set":
            stock.count(item, level.location, 0, reason="By hand")


def move(mode, item, place, quantity):
    if mode == "set":
        stock.count(item, place, quantity, reason="By hand")
    elif mode == "add":
        stock.receive(item, place, quantity, reason="By hand")
    else:
        stock.adjust(item, place, -quantity, reason="By hand")


def end_state(low):
    run_tasks(raise_failures=True)
    assert proof.find_breaches("default") == []
    levels = StockLevel.objects.values_list("item__sku_key", "location__code", "on_hand", "allocated", "reorder_level")
    movements = StockMovement.objects.values_list(
        "level__item__sku_key", "level__location__code", "kind", "on_hand_delta", "allocated_delta", "on_hand_after"
    )
    lines = OrderLine.objects.values_list("item__sku", "allocated", "shipped")
    told = Notification.objects.values_list("event", "order__lines__item__sku")
    found = [sorted(map(str, rows)) for rows in (levels, movements, lines, told)]
    return found, Item.history.count(), StockLevel.history.count(), sorted(low)


def outcome(tmp_path, text, mode, chunk, apply):
    low = []

    def listen(levels, **kwargs):
        low.extend(f"{level.item.sku} at {level.location.code}" for level in levels)

    stock_ran_low.connect(listen)
    try:
        with pytest.MonkeyPatch.context() as patch, transaction.atomic():
            patch.setattr(import_apply, "CHUNK", chunk)
            opening()
            run = run_text(tmp_path, text, mode=mode, only_good=True, dry_run=True)
            apply(run)
            state = end_state(low)
            raise Undone
    except Undone:
        return state
    finally:
        stock_ran_low.disconnect(listen)


def imported(run):
    if steps.confirm(run):
        steps.apply(run)
        assert (run.state, run.applied) == ("applied", run.ready)
        assert ChangeSet.objects.filter(source="import").count() == 1


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=table, mode=st.sampled_from(["set", "add", "subtract"]), chunk=st.sampled_from([1, 2, 5_000]))
def test_who_waits_gets_and_who_runs_low_is_told_as_if_by_hand(tmp_path, rows, mode, chunk):
    lines = [f"{sku},{sku.title()},{quantity},{level},{place}" for sku, quantity, level, place in rows]
    named = [line.replace("Mug-1", "Mug").replace("Mug-2", "Mug").replace("Cup-1", "Cup") for line in lines]
    text = "\n".join(["sku,name,quantity,reorder_level,location", *named])

    assert outcome(tmp_path, text, mode, chunk, imported) == outcome(tmp_path, text, mode, chunk, by_hand)


def test_a_preview_leaves_everything_as_it_was(tmp_path):
    opening()
    tables = (Item, Item.history.model, StockLevel, StockLevel.history.model, StockMovement, Notification, ChangeSet)
    before = [list(model.objects.order_by("pk").values()) for model in tables]

    run = run_text(tmp_path, "sku,name,quantity\nMUG-1,Big mug,9\nCUP-1,Cup,1\nNEW-1,New,3\n", dry_run=True)

    assert (run.state, run.ready) == ("checked", 3)
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_arrived_mugs_go_to_who_waits(tmp_path):
    opening()

    run_text(tmp_path, "sku,quantity\nMUG-1,4\n", mode="add")
    run_tasks(raise_failures=True)

    assert list(OrderLine.objects.order_by("pk").values_list("item__sku", "allocated")) == [("MUG-1", 5), ("MUG-2", 2)]
