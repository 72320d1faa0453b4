"""check_stock finds what went past the receivers, and repairs sums by writing, never by editing."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inventory import proof
from inventory.models import Item, StockMovement
from inventory.tests.import_shop import run_text
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db


def run_sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def breaches() -> list[str]:
    return proof.find_breaches("default")


def test_right_books_have_no_breach():
    mug = make_item(on_hand=5)
    order = place_order((mug, 2), (make_item(is_stocked=False), 1))
    workflow.ship(order)
    workflow.take_back(order, {order.lines.first().pk: 1}, reason="Did not fit")

    assert breaches() == []


def test_a_record_changed_past_history_is_found():
    mug = make_item("MUG-1")

    Item.objects.filter(pk=mug.pk).update(unit_price=1)

    assert breaches() == [f"item {mug.pk} differs from its newest history row: it was changed past the receivers."]


def test_a_record_created_past_history_is_found():
    Item.objects.bulk_create([Item(sku="X", sku_key="x", name="X")])

    assert breaches() == [f"item {Item.objects.get().pk} has no history: it was changed past the receivers."]


def test_a_record_removed_past_history_is_found():
    mug = make_item()
    pk = mug.pk

    Item.objects.filter(pk=pk)._raw_delete("default")

    assert breaches() == [f"item {pk} is gone, and its history does not say who removed it."]


def test_a_line_that_holds_less_than_it_says_is_found():
    order = place_order((make_item("MUG-1", on_hand=5), 2))
    line = order.lines.get()

    run_sql("UPDATE orders_orderline SET allocated = 3 WHERE id = %s", line.pk)

    assert breaches() == [
        f"{order.number}, MUG-1: 3 allocated and 0 shipped; the ledger says 2 and 0, the order (confirmed) wants 2."
    ]


def test_a_state_that_no_step_leads_to_is_found():
    order = place_order((make_item(on_hand=5), 2))
    workflow.ship(order)

    order.history.create(  # a forged past
        **{field.attname: getattr(order, field.attname) for field in order.history.model.tracked_fields}
        | {"status": "draft", "history_type": "~", "history_date": order.created_at},
        change_set=order.history.first().change_set,
    )

    assert f"{order.number} went from shipped to draft, which no step does." in breaches()


def test_an_order_confirmed_without_its_message_is_found():
    order = place_order((make_item(on_hand=5), 2))
    order.notifications.all().delete()

    assert breaches() == [f"{order.number} was confirmed and katherine@example.com has no message about it."]


def test_repair_writes_the_difference_and_edits_nothing():
    mug = make_item("MUG-1", on_hand=5)
    run_sql("UPDATE inventory_stocklevel SET on_hand = 7 WHERE item_id = %s", mug.pk)
    told = StringIO()

    call_command("check_stock", repair=True, reason="Restored from a damaged disk", database="default", stdout=told)

    assert told.getvalue().startswith("MUG-1 at Main: recorded +2 on hand, +0 allocated.")
    assert figures(mug) == (7, 0, 7)
    newest = StockMovement.objects.first()
    assert (newest.on_hand_delta, newest.on_hand_after, newest.reason) == (2, 7, "Restored from a damaged disk")
    assert newest.change_set.summary == "check_stock --repair"


def test_repair_needs_a_reason():
    with pytest.raises(CommandError, match="--reason"):
        call_command("check_stock", repair=True, reason=" ")


def test_the_command_exits_1_on_a_breach(capsys):
    mug = make_item("MUG-1", on_hand=5)
    run_sql("UPDATE inventory_stocklevel SET on_hand = 7 WHERE item_id = %s", mug.pk)

    with pytest.raises(SystemExit) as exit_code:
        call_command("check_stock", database="default")

    assert exit_code.value.code == 1
    assert "MUG-1 at Main: 7 on hand and 0 allocated" in capsys.readouterr().out


def test_a_missing_trigger_is_found():
    if connection.vendor == "postgresql":
        run_sql("ALTER TABLE inventory_stockmovement DISABLE TRIGGER USER")
    else:
        run_sql("DROP TRIGGER append_only_inventory_stockmovement_update")

    assert breaches() == [
        "The table inventory_stockmovement can be rewritten: its append-only trigger is missing."
        " Run `manage.py migrate`."
    ]


@pytest.mark.parametrize("skipped", [0, 1])
def test_an_import_that_lost_count_of_its_rows_is_found(tmp_path, skipped):
    text = "SKU,Name,Quantity\nMUG-1,Mug,5\nTEA-1,Tea,x\n" + "\n" * skipped
    run = run_text(tmp_path, text, only_good=True)
    assert breaches() == []

    run_sql("DELETE FROM inventory_stageditem WHERE action = 'refused'")

    told = f"Import {run.pk} of stock.csv says 1 new, 0 changed, 0 unchanged, 1 refused, 0 left out of 2 rows;"
    assert breaches() == [f"{told} there are 1 new, 0 changed, 0 unchanged, 0 refused, 0 left out."]


def test_an_import_that_applied_less_than_it_says_is_found(tmp_path):
    run = run_text(tmp_path, "SKU,Name,Quantity\nMUG-1,Mug,5\nTEA-1,Tea,4\n")

    run_sql("UPDATE imports_importrun SET applied = 1 WHERE id = %s", run.pk)

    assert breaches() == [f"Import {run.pk} of stock.csv: 2 rows were to be applied, 1 were."]
