"""Imports are taken back by the worker, in chunks: the same end state as record by record, and none lost to a kill."""

import pytest
from django.db import transaction
from django_ox.testing import run_tasks

from backoffice.history import tasks, undo_run
from backoffice.history.models import ChangeSet, Undo
from inventory import proof, stock, undo_bulk
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.tests.import_shop import run_text
from inventory.tests.shop import figures, make_item
from inventory.undo import ItemWay

pytestmark = pytest.mark.django_db

HEADER = "sku,name,price,quantity,reorder level\n"


@pytest.fixture
def in_chunks(monkeypatch):
    """Everything is large: the worker does it, a few records at once."""
    monkeypatch.setattr(undo_run, "AT_ONCE", 0)
    monkeypatch.setattr(ItemWay, "BULK", 3)
    monkeypatch.setattr(undo_run, "SECONDS", 0)


def shop() -> None:
    make_item("MUG-1", name="Mug", unit_price="12.00", on_hand=5)
    make_item("TEA-1", name="Tea", unit_price="3.00", on_hand=2, is_active=False)
    make_item("ALE-1", name="Ale", unit_price="2.00")


def imported(tmp_path) -> ChangeSet:
    """One item changed in every way, one that comes back, one with a new level, new ones with and without units."""
    rows = "MUG-1,Big mug,12.50,9,4\nTEA-1,,,7,\nALE-1,Pale ale,2.50,3,2\nNEW-1,New,1,4,1\nNEW-2,Newer,1,,\n"
    return run_change_set(tmp_path, rows)


def run_change_set(tmp_path, rows: str) -> ChangeSet:
    change_set = run_text(tmp_path, HEADER + rows).change_set
    assert change_set
    return change_set


def says() -> dict[str, list]:
    """Everything there is of each item that is to be seen, and the books."""
    items = Item.objects.order_by("pk").values_list(
        "pk", "sku", "name", "unit_price", "is_active", "category", "cost", "barcode"
    )
    levels = StockLevel.objects.order_by("pk").values_list("item", "location", "on_hand", "reorder_level")
    assert proof.find_breaches("default") == []
    return {"items": list(items), "levels": list(levels)}


def take_back(done: ChangeSet, *ticked: str) -> Undo:
    undo = undo_run.start(done, None, "Wrong file", ticked, later=tasks.undo_chunk.enqueue)
    run_tasks()
    undo.refresh_from_db()
    return undo


def test_an_import_goes_back_and_the_undo_goes_back(tmp_path, in_chunks):
    shop()
    before = says()
    done = imported(tmp_path)
    after = says()

    undo = take_back(done)
    assert (undo.state, undo.left, says()["items"][:3]) == ("done", [], before["items"][:3])
    assert [item[4] for item in says()["items"][3:]] == [False]  # NEW-1 has movements; NEW-2 is gone
    assert {level[2] for level in says()["levels"]} == {5, 2, 0}

    take_back(undo.by)
    assert says() == after


def test_in_bulk_it_ends_as_record_by_record(tmp_path, monkeypatch):
    shop()
    done = imported(tmp_path)

    states = []
    for is_bulk in (True, False):
        monkeypatch.setattr(ItemWay, "BULK", 3 if is_bulk else 0)
        monkeypatch.setattr(undo_run, "AT_ONCE", 0)
        undo = take_back(done)
        states.append([says(), trail(undo)])
        redo = take_back(undo.by)
        states[-1] += [says(), trail(redo)]

    assert states[0] == states[1]


def to_the_end(undo: Undo) -> None:
    while undo_run.go_on(undo.pk, then=lambda: None):
        pass


def trail(undo: Undo) -> dict[str, list]:
    """What the act left in history and ledger."""
    items = Item.history.filter(change_set=undo.by).values_list("id", "history_type", "name", "is_active")
    levels = StockLevel.history.filter(change_set=undo.by).values_list("id", "history_type", "reorder_level")
    moved = StockMovement.objects.filter(change_set=undo.by)
    movements = moved.values_list("level", "kind", "on_hand_delta", "on_hand_after", "reason", "source_kind")
    return {"items": sorted(items), "levels": sorted(levels), "movements": sorted(movements)}


def test_what_was_touched_since_is_listed_and_left(tmp_path, in_chunks):
    shop()
    done = imported(tmp_path)
    mug = Item.objects.get(sku="MUG-1")
    mug.name = "Huge mug"
    mug.save()
    stock.count(Item.objects.get(sku="ALE-1"), Location.default(), 8, reason="Stocktake")

    undo = take_back(done)

    mug.refresh_from_db()
    assert (mug.name, str(mug.unit_price), figures(mug)) == ("Huge mug", "12.00", (5, 0, 5))
    assert figures(Item.objects.get(sku="ALE-1")) == (8, 0, 8)
    assert [sentence.partition(": changed by")[0] for sentence in undo.left] == [
        "item MUG-1 Huge mug, Name",
        "item ALE-1 Pale ale, On hand at Main",
    ]


def test_an_item_that_was_put_away_is_there_again_when_it_is_imported_again(tmp_path, in_chunks):
    rows = "NEW-1,New,1,4,1\nNEW-2,Newer,1,,\n"
    take_back(run_change_set(tmp_path, rows))
    assert not Item.objects.filter(is_active=True).exists()

    run_change_set(tmp_path, rows)

    assert Item.objects.filter(is_active=True).count() == 2
    assert figures(Item.objects.get(sku="NEW-1")) == (4, 0, 4)
    assert proof.find_breaches("default") == []


def test_what_only_receivers_may_decide_is_left_to_them(tmp_path, in_chunks):
    make_item("MUG-1", name="Mug", barcode="4006381333931")
    done = run_text(tmp_path, "sku,barcode\nMUG-1,9780201379624\n").change_set
    make_item("TEA-1", barcode="4006381333931")

    undo = take_back(done)

    assert undo.left == ["item MUG-1 Mug, Barcode: Another item has this barcode."]
    assert Item.objects.get(sku="MUG-1").barcode == "9780201379624"


def test_a_bulk_that_does_not_move_every_balance_writes_nothing(tmp_path, in_chunks, monkeypatch):
    """The negative control: without the question what stock bears, balances and ledger would part."""
    shop()
    done = imported(tmp_path)
    stock.adjust(Item.objects.get(sku="MUG-1"), Location.default(), -8, reason="Broken")
    monkeypatch.setattr(undo_bulk, "NOT_FOR_BULK_EDIT", undo_bulk.NOT_FOR_BULK_EDIT[:4])
    undo = undo_run.start(done, None, "Wrong file")
    before = says()

    with pytest.raises(RuntimeError, match="rolled back"):
        to_the_end(undo)

    assert says() == before


def test_what_was_changed_and_changed_back_goes_in_bulk_again(tmp_path, monkeypatch):
    monkeypatch.setattr(undo_run, "AT_ONCE", 0)
    shop()
    done = imported(tmp_path)
    take_back(take_back(run_change_set(tmp_path, "MUG-1,Cup,9,1,1\n")).by)
    take_back(take_back(take_back(take_back(done).by).by).by)
    undo = undo_run.start(done, None, "Wrong file")
    changed = Item.objects.filter(sku__in=["TEA-1", "ALE-1"])

    with transaction.atomic(), undo_run.act(undo):
        went = undo_bulk.go_back(undo, list(changed.values_list("pk", flat=True)), gone=False)

    assert went == 2
    assert {figures(item)[0] for item in changed} == {0, 2}
