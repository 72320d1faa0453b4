import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from inventory import proof, stock
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.rules import StockRefused
from inventory.tests.shop import figures, level_of, make_item

pytestmark = pytest.mark.django_db


def test_receiving_raises_on_hand_and_writes_the_ledger():
    mug = make_item("MUG-1036")

    movement = stock.receive(mug, Location.default(), 12, reason="Delivery", reference="PO-7")

    assert figures(mug) == (12, 0, 12)
    assert (movement.kind, movement.on_hand_delta, movement.on_hand_after) == ("receipt", 12, 12)
    assert (movement.reason, movement.reference) == ("Delivery", "PO-7")


def test_adjusting_needs_a_reason():
    mug = make_item(on_hand=5)

    with pytest.raises(ValidationError) as refusal:
        stock.adjust(mug, Location.default(), -1, reason=" ")

    assert refusal.value.code == "reason_required"
    assert figures(mug) == (5, 0, 5)


def test_no_more_can_be_taken_than_is_on_the_shelf():
    mug = make_item("MUG-1", on_hand=5)

    with pytest.raises(StockRefused, match="Only 5 of MUG-1 on the shelf at Main; 6 cannot be taken away."):
        stock.adjust(mug, Location.default(), -6, reason="Broken")

    assert figures(mug) == (5, 0, 5)
    assert level_of(mug).movements.count() == 1


def test_a_count_moves_the_difference():
    mug = make_item(on_hand=5)

    movement = stock.count(mug, Location.default(), 3, reason="May count")

    assert figures(mug) == (3, 0, 3)
    assert (movement.kind, movement.on_hand_delta) == ("count", -2)


def test_a_count_that_agrees_writes_nothing():
    mug = make_item(on_hand=5)

    assert stock.count(mug, Location.default(), 5, reason="May count") is None
    assert level_of(mug).movements.count() == 1


def test_stock_has_an_upper_bound():
    mug = make_item(on_hand=1_000_000_000)

    with pytest.raises(StockRefused) as refusal:
        stock.receive(mug, Location.default(), 1, reason="Delivery")

    assert refusal.value.code == "stock_too_large"


def test_a_stale_save_of_a_level_changes_no_balance():
    mug = make_item(on_hand=5)
    stale = level_of(mug)
    stock.receive(mug, Location.default(), 5, reason="Delivery")

    stale.on_hand = 99
    stale.reorder_level = 3
    stale.save()

    assert figures(mug) == (10, 0, 10)
    assert level_of(mug).reorder_level == 3


@pytest.mark.parametrize("model", [StockLevel, StockMovement])
@pytest.mark.parametrize("write", ["update", "bulk_create", "bulk_update"])
def test_ways_around_the_receivers_are_refused(model, write):
    with pytest.raises(TypeError, match=r"inventory\.stock"):
        getattr(model.objects, write)()


@pytest.mark.parametrize("sql", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_the_ledger_cannot_be_rewritten(sql):
    make_item(on_hand=5)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(StockMovement._meta.db_table))

    assert StockMovement.objects.get().reason == "Opening stock"


def test_the_database_refuses_what_slips_past_everything_else():
    mug = make_item(on_hand=5)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET allocated = 6 WHERE item_id = %s", [mug.pk])


def test_a_balance_changed_behind_the_ledger_is_found():
    mug = make_item("MUG-9", on_hand=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET on_hand = 7 WHERE item_id = %s", [mug.pk])

    breaches = proof.find_breaches("default")

    assert breaches == ["MUG-9 at Main: 7 on hand and 0 allocated, but the ledger adds up to 5 and 0."]


def test_skus_that_differ_only_in_case_space_or_form_are_one():
    make_item("Café  Mug")

    assert Item(sku=" CAFE\u0301 mug ", name="x").clean() is None
    with pytest.raises(DatabaseError), transaction.atomic():
        make_item(" CAFE\u0301 mug ")
