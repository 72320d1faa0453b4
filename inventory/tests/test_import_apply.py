import sys
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from backoffice.history import change_sets
from backoffice.history.models import ChangeSet
from backoffice.imports import steps
from inventory import proof, stock
from inventory.models import Item, Location, StockMovement
from inventory.signals import stock_arrived, stock_ran_low
from inventory.stock import Claim, Source
from inventory.tests.import_shop import counts, run_text, sentences
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    return lambda text, **options: run_text(tmp_path, text, **options)


def test_items_and_stock_come_in_with_ledger_and_history_under_one_act(load):
    grace = get_user_model().objects.create(username="grace")

    run = load("sku,name,unit_price,quantity,reorder_level\nMUG-1,Mug,12.50,7,3\nCUP-1,Cup,,,\n", user=grace)

    mug = Item.objects.get(sku="MUG-1")
    act = ChangeSet.objects.get(source="import")
    movement = StockMovement.objects.get()
    assert (run.state, run.applied, run.change_set) == ("applied", 2, act)
    assert (act.summary, act.source, act.user) == ("Imported stock.csv, 2 items", "import", grace)
    assert (str(mug.unit_price), figures(mug)) == ("12.50", (7, 0, 7))
    assert (movement.kind, movement.on_hand_after, movement.reference) == ("count", 7, "stock.csv")
    assert {row.change_set for row in [mug.history.get(), mug.levels.get().history.get(), movement]} == {act}
    assert not Item.objects.get(sku="CUP-1").levels.exists()
    assert proof.find_breaches("default") == []


def test_nothing_is_applied_when_a_row_is_refused(load):
    run = load("sku,name\nMUG-1,Mug\nCUP-1,\n")

    assert (run.state, Item.objects.count()) == ("checked", 0)


def test_good_rows_only_leaves_the_refused_ones_out(load):
    run = load("sku,name\nMUG-1,Mug\nCUP-1,\n", only_good=True)

    assert (run.state, run.applied) == ("applied", 1)
    assert list(Item.objects.values_list("sku", flat=True)) == ["MUG-1"]


def test_the_same_file_again_changes_nothing(load):
    text = "sku,name,barcode,category,condition,unit_price,cost,quantity,reorder_level\nM,Mug,59,Mugs,used,9.9,4,7,3\n"
    load(text)
    history, movements = Item.history.count(), StockMovement.objects.count()

    run = load(text)

    assert (counts(run), run.state) == ((0, 0, 1, 0), "checked")
    assert (Item.history.count(), StockMovement.objects.count()) == (history, movements)
    assert steps.same_before(run).applied == 1


@pytest.mark.parametrize(
    ("mode", "kind", "left"), [("set", "count", 3), ("add", "receipt", 8), ("subtract", "adjustment", 2)]
)
def test_quantities_are_set_added_or_subtracted(load, mode, kind, left):
    mug = make_item("MUG-1", on_hand=5)

    load("sku,quantity\nMUG-1,3\n", mode=mode)

    assert figures(mug) == (left, 0, left)
    assert StockMovement.objects.first().kind == kind


def test_only_what_differs_is_written(load):
    mug = make_item("MUG-1", name="Mug", barcode="590", on_hand=5)

    load("sku,name,barcode,quantity\nmug-1,Mug,,6\n")

    mug.refresh_from_db()
    assert (mug.sku, mug.barcode, mug.history.count()) == ("MUG-1", "590", 1)


def test_an_item_that_was_put_away_comes_back(load):
    mug = make_item("MUG-1", is_active=False)

    load("sku\nMUG-1\n")

    mug.refresh_from_db()
    assert (mug.is_active, mug.history.first().is_active) == (True, True)


def test_stock_goes_to_the_location_of_the_row_or_the_one_that_was_chosen(load):
    store = Location.objects.create(code="store", name="Store B")

    load("sku,name,quantity,location\nMUG-1,Mug,3,MAIN\nCUP-1,Cup,4,\n", location=store)

    assert figures(Item.objects.get(sku="MUG-1")) == (3, 0, 3)
    assert figures(Item.objects.get(sku="CUP-1"), store) == (4, 0, 4)


def test_inside_the_demo_rows_are_dated_by_the_demo(load):
    long_ago = timezone.now().replace(year=2020)

    with change_sets.change_set("demo", at=long_ago):
        run = load("sku,name,quantity\nMUG-1,Mug,3\n")

    assert (run.change_set.source, run.change_set.at) == ("demo", long_ago)
    assert StockMovement.objects.get().created_at == Item.history.get().history_date == long_ago


def test_levels_that_run_low_and_arrivals_are_announced_once(load):
    make_item("MUG-1", on_hand=10)
    load("sku,name,reorder_level\nMUG-1,,4\nCUP-1,Cup,\nCUP-2,Cup,\n")
    heard = []

    def listen(levels, **kwargs):
        heard.append(sorted(level.item.sku for level in levels))

    with listening(listen):
        load("sku,quantity\nMUG-1,4\nCUP-1,2\nCUP-2,2\n")

    assert heard == [["CUP-1", "CUP-2"], ["MUG-1"]]


def test_what_runs_low_in_many_chunks_is_told_once_in_the_end(load, monkeypatch):
    monkeypatch.setattr("inventory.import_apply.CHUNK", 1)
    load("sku,name,quantity,reorder_level\nMUG-1,Mug,9,4\nMUG-2,Mug,9,4\nMUG-3,Mug,9,4\n")
    heard = []

    def listen(levels, **kwargs):
        heard.append(sorted(level.item.sku for level in levels))

    with listening(listen):
        load("sku,quantity\nMUG-1,4\nMUG-2,5\nMUG-3,0\n")

    assert heard == [["MUG-1", "MUG-3"]]


@contextmanager
def listening(listen):
    for signal in (stock_ran_low, stock_arrived):
        signal.connect(listen)
    yield
    for signal in (stock_ran_low, stock_arrived):
        signal.disconnect(listen)


# Between the check and the apply ----------------------------------------------------------------------------------


@pytest.fixture
def checked(load):
    """A checked run that counts 8 of MUG-1, of which there are 10."""
    make_item("MUG-1", on_hand=10)
    return lambda **options: load("sku,name,quantity\nMUG-1,Mug,8\nCUP-1,Cup,1\n", dry_run=True, **options)


def confirm(run):
    assert steps.confirm(run)
    steps.apply(run)
    return run


def mug():
    return Item.objects.get(sku="MUG-1")


def claim(quantity):
    return Claim(Source("order line", 1, "SO-1"), mug(), Location.default(), quantity)


def test_shipments_since_the_check_are_carried_along(checked):
    run = checked()
    stock.settle([claim(3)])
    stock.ship([claim(3)])

    confirm(run)

    assert (run.state, figures(mug())) == ("applied", (5, 0, 5))


def test_a_count_since_the_check_is_a_conflict_and_nothing_is_applied(checked):
    run = checked()
    stock.adjust(mug(), Location.default(), -1, reason="Broken")

    confirm(run)

    assert (run.state, figures(mug())) == ("failed", (9, 0, 9))
    assert run.error == (
        "The stock of MUG-1 was counted or adjusted since the check. Nothing was applied. Check the file again."
    )
    assert not Item.objects.filter(sku="CUP-1").exists()


def test_adding_is_no_conflict_with_an_adjustment(checked):
    run = checked(mode="add")
    stock.adjust(mug(), Location.default(), -1, reason="Broken")

    assert (confirm(run).state, figures(mug())) == ("applied", (17, 0, 17))


def test_an_edit_since_the_check_is_a_conflict(checked):
    run = checked()
    edited = mug()
    edited.name = "Somebody's name"
    edited.save()

    assert "MUG-1 was edited since the check." in confirm(run).error
    assert mug().name == "Somebody's name"


def test_an_item_created_since_the_check_is_a_conflict(checked):
    run = checked()
    make_item("CUP-1")

    assert "CUP-1 was created since the check." in confirm(run).error


def test_stock_promised_since_the_check_is_not_taken_away(checked):
    run = checked()
    stock.settle([claim(9)])

    assert "no longer bears the change" in confirm(run).error
    assert figures(mug()) == (10, 9, 1)


def test_with_good_rows_only_a_conflict_is_refused_and_the_rest_applied(checked):
    run = checked(only_good=True)
    stock.adjust(mug(), Location.default(), -1, reason="Broken")

    confirm(run)

    assert (run.state, run.applied, counts(run)) == ("applied", 1, (1, 0, 0, 1))
    assert sentences(run) == ["The stock of MUG-1 was counted or adjusted since the check."]
    assert figures(mug()) == (9, 0, 9)


def test_a_run_is_confirmed_once(checked):
    run = checked()

    assert [steps.confirm(run), steps.confirm(run)] == [True, False]


def test_an_applied_run_applies_nothing_more(checked):
    run = confirm(checked())

    assert not steps.apply_next(run)
    assert figures(mug()) == (8, 0, 8)


def test_chunks_continue_where_the_last_one_stopped(load, monkeypatch):
    monkeypatch.setattr("inventory.import_apply.CHUNK", 2)
    lines = "".join(f"MUG-{number},Mug,{number}\n" for number in range(1, 8))
    run = load("sku,name,quantity\n" + lines, dry_run=True, only_good=True)
    steps.confirm(run)

    rounds = 1
    while steps.apply_next(run):
        rounds += 1

    run.refresh_from_db()
    assert (rounds, run.state, run.applied, ChangeSet.objects.filter(source="import").count()) == (4, "applied", 7, 1)
    assert proof.find_breaches("default") == []


def test_an_interrupted_chunk_leaves_nothing_and_is_taken_up_again(load, monkeypatch):
    run = load("sku,name,quantity\nMUG-1,Mug,3\n", dry_run=True)
    steps.confirm(run)
    with monkeypatch.context() as broken:
        broken.setattr("inventory.import_apply.make_levels", lambda *args: sys.exit())
        with pytest.raises(SystemExit):
            steps.apply_next(run)
    assert (Item.objects.count(), Item.history.count(), ChangeSet.objects.filter(source="import").count()) == (0, 0, 0)

    steps.apply(run)

    assert (run.state, figures(Item.objects.get())) == ("applied", (3, 0, 3))
