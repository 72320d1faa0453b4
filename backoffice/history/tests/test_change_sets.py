import contextlib
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from backoffice.history import change_sets, timeline
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet
from inventory import stock
from inventory.models import Item, Location, StockMovement
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db


def test_an_act_that_writes_nothing_leaves_no_change_set():
    before = ChangeSet.objects.count()

    with change_set(Source.COMMAND):
        Item.objects.count()

    assert ChangeSet.objects.count() == before


def test_everything_in_one_act_hangs_on_one_change_set():
    with change_set(Source.COMMAND, reason="Spring cleaning") as act:
        mug = make_item(on_hand=5)

    row = act.row()
    assert mug.history.get().change_set == row
    assert StockMovement.objects.get().change_set == row
    assert (row.source, row.reason, row.user_name) == ("command", "Spring cleaning", "command")


def test_the_name_of_who_acted_is_kept(admin_user):
    with change_set(Source.ADMIN, user=admin_user):
        mug = make_item()

    row = mug.history.get()
    assert (row.change_set.user_name, row.history_user_id) == ("admin", admin_user.pk)


def test_a_change_set_lost_with_a_savepoint_is_opened_anew():
    with change_set(Source.COMMAND):
        with contextlib.suppress(DatabaseError), transaction.atomic():
            make_item("MUG-1")
            make_item("MUG-1")
        mug = make_item("MUG-2")

    assert [item.sku for item in Item.objects.all()] == ["MUG-2"]
    assert mug.history.get().change_set == ChangeSet.objects.get(source="command")


def test_only_the_demo_may_say_when_it_was():
    with pytest.raises(ValueError, match="demo"), change_set(Source.ADMIN, at=datetime(2026, 1, 1, tzinfo=UTC)):
        pass


def test_the_demo_dates_history_and_ledger():
    moment = datetime(2026, 5, 4, 10, 42, tzinfo=UTC)

    with change_set(Source.DEMO, at=moment):
        mug = make_item(on_hand=5)

    assert mug.history.get().history_date == moment
    assert StockMovement.objects.get().created_at == moment


@pytest.mark.django_db(transaction=True)
def test_without_an_act_each_transaction_is_one_of_the_system():
    first, second = make_item(), make_item()

    assert first.history.get().change_set_id != second.history.get().change_set_id
    assert first.history.get().change_set.source == "system"


@pytest.mark.django_db(transaction=True)
def test_an_act_goes_on_in_the_next_transaction():
    with change_set(Source.IMPORT) as act:
        first = make_item()
    row = first.history.get().change_set

    with change_sets.going_on(row):
        second = make_item()

    assert second.history.get().change_set == row == act.row()


def test_a_save_that_changes_nothing_leaves_no_history():
    mug = make_item()

    mug.save()
    Item.objects.get(pk=mug.pk).save()

    assert mug.history.count() == 1


def test_update_fields_that_leave_a_change_out_are_refused():
    mug = make_item()
    mug.name, mug.category = "Cup", "Tableware"

    with pytest.raises(ValueError, match="category"):
        mug.save(update_fields=["name"])

    assert mug.history.count() == 1


def test_the_timeline_tells_what_changed_from_what_to_what():
    with change_set(Source.COMMAND):
        mug = make_item("MUG-1", unit_price="12.00")
    with change_set(Source.COMMAND, reason="Dearer beans"):
        mug = Item.objects.get()
        mug.unit_price = "12.50"
        mug.save()
        stock.receive(mug, Location.default(), 3, reason="Delivery")

    told = [(entry.kind, entry.changes) for entry in timeline.of(mug)]

    assert ("changed", (("Price", "12.00", "12.50"),)) in told
    assert ("moved", (("On hand", "0", "3"),)) in told
    assert timeline.of(mug)[0].reason == "Dearer beans"


def test_a_change_set_tells_everything_that_it_changed():
    with change_set(Source.COMMAND):
        mug, tea = make_item("MUG-1"), make_item("TEA-1")
    with change_set(Source.COMMAND) as act:
        for item in Item.objects.all():
            item.unit_price = 20
            item.save()

    entries = timeline.of_change_set(act.row())

    assert {entry.what for entry in entries} == {f"item {mug}", f"item {tea}"}
    assert {entry.changes for entry in entries} == {(("Price", "12.50", "20.00"),)}
