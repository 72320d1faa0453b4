import pytest

from inventory import stock
from inventory.models import Item, Location, StagedItem, StockLevel, StockMovement
from inventory.stock import Claim, Source
from inventory.tests.import_shop import counts, run_text, sentences
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(tmp_path):
    return lambda text, **options: run_text(tmp_path, text, dry_run=True, **options)


def promise(item, quantity, reference="SO-1042"):
    stock.settle([Claim(Source("order line", 1, reference), item, Location.default(), quantity)])


def test_each_row_is_new_changed_unchanged_or_refused(check):
    make_item("MUG-1", name="Mug", on_hand=5)
    make_item("MUG-2", name="Mug", on_hand=5)

    run = check("sku,name,quantity\nMUG-1,Mug,7\nMUG-2,Mug,5\nCUP-1,Cup,1\nCUP-2,Cup,x\n")

    assert counts(run) == (1, 1, 1, 1)
    assert [row.action for row in StagedItem.objects.all()] == ["changed", "unchanged", "new", "refused"]


def test_a_check_writes_nothing_live(check):
    mug = make_item("MUG-1", on_hand=5)
    tables = (Item, Item.history.model, StockLevel, StockMovement)
    before = [model.objects.count() for model in tables]

    check("sku,name,quantity\nMUG-1,New name,7\nCUP-1,Cup,1\n")

    assert [model.objects.count() for model in tables] == before
    assert (Item.objects.get(pk=mug.pk).name, figures(mug)) == (mug.name, (5, 0, 5))


def test_blank_cells_leave_alone_what_is_there(check):
    make_item("MUG-1", barcode="590", on_hand=5)

    assert counts(check("sku,name,barcode,unit_price,quantity\nMUG-1,,,,\n")) == (0, 0, 1, 0)


def test_skus_are_the_same_in_any_case_spacing_and_unicode_form(check):
    make_item("Café 1")

    assert counts(check("sku\n cafe\u0301  1\n")) == (0, 0, 1, 0)


def test_a_repeated_item_is_refused_in_every_row(check):
    run = check("sku,name\nMUG-1,Mug\nCUP-1,Cup\nmug-1,Mug\n")

    assert counts(run) == (1, 0, 0, 2)
    assert sentences(run)[0] == "MUG-1 stands in the file more than once: also in row 4. Leave one of them."


def test_a_row_that_is_refused_for_something_else_still_counts_as_repeated(check):
    assert counts(check("sku,name,quantity\nMUG-1,Mug,x\nMUG-1,Mug,5\n")) == (0, 0, 0, 2)


def test_one_item_may_stand_in_the_file_once_for_each_location(check):
    Location.objects.create(code="store", name="Store B")

    run = check("sku,name,quantity,location\nMUG-1,Mug,3,main\nMUG-1,Mug,4,store b\n")

    assert counts(run) == (2, 0, 0, 0)


def test_rows_of_one_item_that_disagree_are_refused(check):
    Location.objects.create(code="store", name="Store B")

    run = check("sku,name,quantity,location\nMUG-1,Mug,3,main\nMUG-1,Jug,4,store\n")

    assert sentences(run) == ["The rows of MUG-1 do not agree about its name."] * 2


def test_a_barcode_of_another_item_is_refused(check):
    make_item("MUG-1", barcode="590")

    run = check("sku,name,barcode\nCUP-1,Cup,590\n")

    assert sentences(run) == ["The barcode 590 belongs to MUG-1."]


def test_one_barcode_for_two_items_of_the_file_is_refused(check):
    run = check("sku,name,barcode\nCUP-1,Cup,590\nCUP-2,Cup,590\n")

    assert sentences(run) == ["The barcode 590 stands in the file for more than one item."] * 2


def test_a_new_item_needs_a_name(check):
    run = check("sku,quantity\nCUP-1,3\n")

    assert sentences(run) == ["There is no item CUP-1, and a new item needs a name."]


def test_an_unknown_location_is_refused_with_those_there_are(check):
    run = check("sku,name,quantity,location\nCUP-1,Cup,3,Moon\n")

    assert sentences(run) == ["There is no location “Moon”. There are: main."]


def test_items_that_are_not_kept_in_stock_have_no_quantity(check):
    make_item("SHIPPING", is_stocked=False)

    assert sentences(check("sku,quantity\nSHIPPING,3\n")) == [
        "SHIPPING is not kept in stock, so it has no quantity. Leave the cell blank."
    ]


def test_fewer_than_are_promised_is_refused_and_names_who_holds_them(check):
    mug = make_item("MUG-1", on_hand=10)
    promise(mug, 4)

    run = check("sku,quantity\nMUG-1,3\n")

    assert sentences(run) == ["4 of MUG-1 at Main are promised to orders; fewer would be left. SO-1042 holds 4."]


def test_no_more_than_is_there_can_be_subtracted(check):
    make_item("MUG-1", on_hand=3)

    run = check("sku,quantity\nMUG-1,5\n", mode="subtract")

    assert sentences(run) == ["Only 3 of MUG-1 on hand at Main; 5 cannot be taken away."]


def test_more_than_a_level_can_hold_is_refused(check):
    make_item("MUG-1", on_hand=999_999_999)

    assert "cannot hold 5 more" in sentences(check("sku,quantity\nMUG-1,5\n", mode="add"))[0]


def test_an_item_that_was_put_away_counts_as_changed(check):
    make_item("MUG-1", is_active=False)

    assert counts(check("sku\nMUG-1\n")) == (0, 1, 0, 0)


# Found by barcode -------------------------------------------------------------------------------------------------


def test_items_are_found_by_barcode_where_the_file_has_no_sku(check):
    make_item("MUG-1", barcode="590", on_hand=1)

    run = check("barcode,quantity\n590,3\n")

    assert (counts(run), run.options["key"]) == ((0, 1, 0, 0), "barcode")


def test_an_unknown_barcode_without_a_sku_is_refused(check):
    run = check("barcode,name,quantity\n591,Cup,3\n")

    assert sentences(run) == ["No item has the barcode 591, and a new item needs a SKU."]


def test_a_barcode_and_a_sku_that_do_not_belong_together_are_refused(check):
    make_item("MUG-1", barcode="590")

    run = check("sku,barcode,quantity\nMUG-2,590,3\n", key="barcode")

    assert sentences(run) == ["The barcode 590 and the SKU MUG-2 do not belong together; MUG-1 is what was found."]


# What is said besides ---------------------------------------------------------------------------------------------


def test_lost_leading_zeros_are_pointed_out(check):
    make_item("00123")

    assert "123 is new, but 00123 exists." in " ".join(check("sku,name\n123,Mug\n").notices)


def test_ignored_columns_and_blank_lines_are_told(check):
    run = check("sku,name,is_superuser\nMUG-1,Mug,1\n,,\n")

    assert run.notices == ["1 blank row was skipped.", "Ignored columns: is_superuser."]
    assert run.skipped == 1
