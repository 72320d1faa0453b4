"""Taking back what was done to items and their stock."""

import pytest

from backoffice.history import undo_run
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.undo_run import UndoRefused
from inventory import proof, stock
from inventory.models import Item, Location, StockLevel
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db


def an_act(verb, *args, **kwargs) -> ChangeSet:
    with change_set(Source.ADMIN) as act:
        verb(*args, **kwargs)
    return act.row()


def edit(record, **values):
    record = type(record).objects.get(pk=record.pk)
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def take_back(done: ChangeSet, *ticked: str, scope: str = "") -> ChangeSet:
    by = undo_run.start(done, None, "A mistake", ticked, scope).by
    assert by
    return by


def outcomes(done: ChangeSet, scope: str = "") -> dict[str, str]:
    """What the preview says of each part, by its label."""
    return {part.label: part.outcome for group in undo_run.rehearse(done, None, scope) for part in group.parts}


def test_a_price_goes_back_and_the_undo_is_an_act_of_its_own():
    mug = make_item(unit_price="12.00")
    done = an_act(edit, mug, unit_price="12.50")

    by = take_back(done)

    mug.refresh_from_db()
    assert str(mug.unit_price) == "12.00"
    assert (by.source, by.reason, by.summary) == ("undo", "A mistake", f"Undid: changed item {mug}")
    assert done.standing_undo().by == by


def test_what_somebody_changed_since_is_kept_unless_it_is_ticked():
    mug = make_item(name="Mug", category="Cups")
    done = an_act(edit, mug, name="Big mug", category="Mugs")
    an_act(edit, mug, name="Huge mug")

    assert outcomes(done) == {"Name": "touched", "Category": "back"}
    take_back(done)

    mug.refresh_from_db()
    assert (mug.name, mug.category) == ("Huge mug", "Cups")


def test_what_is_ticked_goes_back_although_somebody_changed_it():
    mug = make_item(name="Mug")
    done = an_act(edit, mug, name="Big mug")
    an_act(edit, mug, name="Huge mug")

    take_back(done, f"inventory.item:{mug.pk}:name")

    assert Item.objects.get().name == "Mug"


def test_one_field_goes_back_alone():
    mug = make_item(name="Mug", category="Cups")
    done = an_act(edit, mug, name="Big mug", category="Mugs")

    take_back(done, scope=f"inventory.item:{mug.pk}:name")

    mug.refresh_from_db()
    assert (mug.name, mug.category) == ("Mug", "Mugs")
    assert done.standing_undo() is None


def test_units_go_back_as_a_movement_of_their_own():
    mug = make_item(on_hand=5)
    done = an_act(stock.receive, mug, Location.default(), 7, reason="Delivery")

    take_back(done)

    assert figures(mug) == (5, 0, 5)
    assert StockLevel.objects.get().movements.first().reason == "A mistake"
    assert proof.find_breaches("default") == []


def test_a_transfer_goes_back_on_both_sides():
    mug, store = make_item(on_hand=5), Location.objects.create(code="b", name="Store B")
    done = an_act(stock.transfer, mug, Location.default(), store, 3, "Sold out there")

    take_back(done)

    assert (figures(mug), figures(mug, store)) == ((5, 0, 5), (0, 0, 0))


def test_units_that_stock_cannot_bear_to_lose_stay_and_cannot_be_ticked():
    mug = make_item()
    done = an_act(stock.receive, mug, Location.default(), 7, reason="Delivery")
    stock.adjust(mug, Location.default(), -5, reason="Broken")

    assert outcomes(done) == {"On hand at Main": "stuck"}
    with pytest.raises(UndoRefused, match="Nothing goes back"):
        take_back(done, "*")
    assert figures(mug) == (2, 0, 2)
    assert not Undo.objects.exists()


def test_stock_that_was_counted_since_is_kept_unless_it_is_ticked():
    mug = make_item()
    done = an_act(stock.receive, mug, Location.default(), 7, reason="Delivery")
    stock.count(mug, Location.default(), 9, reason="Stocktake")

    assert outcomes(done) == {"On hand at Main": "touched"}
    take_back(done, "*")
    assert figures(mug) == (2, 0, 2)


def test_an_undo_is_undone_and_undone_again():
    mug = make_item(unit_price="12.00", on_hand=5)
    with change_set(Source.ADMIN) as act:
        edit(mug, unit_price="12.50")
        stock.receive(mug, Location.default(), 7, reason="Delivery")

    first = take_back(act.row())
    second = take_back(first)
    assert (str(Item.objects.get().unit_price), figures(mug)) == ("12.50", (12, 0, 12))
    assert act.row().standing_undo() is None

    take_back(second)
    assert (str(Item.objects.get().unit_price), figures(mug)) == ("12.00", (5, 0, 5))
    assert act.row().standing_undo().by == first


def test_the_second_undo_says_that_it_is_undone_already():
    mug = make_item(unit_price="12.00")
    done = an_act(edit, mug, unit_price="12.50")
    take_back(done)

    with pytest.raises(UndoRefused, match="undone already"):
        take_back(done)

    assert mug.history.count() == 3


def test_an_undo_without_a_reason_is_refused():
    done = an_act(edit, make_item(), name="Cup")

    with pytest.raises(UndoRefused, match="needs a reason"):
        undo_run.start(done, None, " ")

    assert Item.objects.get().name == "Cup"


def test_an_item_that_was_made_is_removed_and_comes_back_under_its_key():
    done = an_act(make_item, "MUG-1", name="Mug")
    mug = Item.objects.get()

    by = take_back(done)
    assert not Item.objects.exists()

    take_back(by)
    assert (Item.objects.get().pk, Item.objects.get().name) == (mug.pk, "Mug")
    assert proof.find_breaches("default") == []


def test_an_item_that_has_movements_is_put_away_and_its_units_with_it():
    done = an_act(make_item, "MUG-1", on_hand=5)
    mug = Item.objects.get()

    by = take_back(done)
    assert (Item.objects.get().is_active, figures(mug)) == (False, (0, 0, 0))

    take_back(by)
    assert (Item.objects.get().is_active, figures(mug)) == (True, (5, 0, 5))


def test_an_item_that_was_deleted_comes_back_unless_its_sku_was_given_away():
    mug = make_item("MUG-1")
    done = an_act(mug.delete)
    make_item("mug-1")

    [part] = undo_run.rehearse(done)[0].parts
    assert (part.outcome, part.why) == ("stuck", "Item with this Sku key already exists.")
