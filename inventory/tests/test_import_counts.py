"""Counts: how many there are of items that exist, and nothing else."""

import io
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_ox.testing import run_tasks

from backoffice.imports import at_once
from backoffice.imports.models import ImportRun
from backoffice.imports.reading import open_sheet
from inventory.import_kind import options
from inventory.models import Item, Location, StockMovement
from inventory.proof import find_breaches
from inventory.tests.import_shop import counts, sentences
from inventory.tests.shop import figures, make_item
from inventory.tests.test_import_wizard import ADD, make_user, page, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(client):
    """Sam may count, and is logged in."""
    user = make_user("sam", "adjust_stocklevel", "view_item")
    client.force_login(user)
    return user


@pytest.fixture
def count(tmp_path):
    def run(text, only_good=False, **how):
        path = tmp_path / "count.csv"
        path.write_text(text)
        return at_once.run_file("counts", path, options(**how), only_good=only_good)

    return run


def test_a_count_sets_what_is_on_hand(count):
    mug = make_item("MUG-1", on_hand=5)

    run = count("SKU,Counted\nmug-1,3\n")

    assert (counts(run), run.applied, figures(mug)) == ((0, 1, 0, 0), 1, (3, 0, 3))
    assert (StockMovement.objects.first().kind, find_breaches("default")) == ("count", [])


def test_nothing_but_the_count_is_taken(count):
    make_item("MUG-1", name="Mug", unit_price="12.50", barcode="590", is_active=False)

    run = count("sku,barcode,name,price,reorder level,counted\nMUG-1,591,Cup,1.00,7,3\n")

    mug = Item.objects.get()
    assert (mug.name, str(mug.unit_price), mug.barcode, mug.is_active) == ("Mug", "12.50", "590", False)
    assert (figures(mug), mug.levels.get().reorder_level, Item.history.count()) == ((3, 0, 3), 0, 1)
    assert "Ignored columns: name, price, reorder level." in run.notices


def test_an_unknown_item_is_refused_and_never_created(count):
    run = count("sku,counted\nMUG-1,3\n")

    assert sentences(run) == ["There is no item MUG-1. A count creates none: import it as an item first."]
    assert not Item.objects.exists()


def test_an_item_is_found_by_its_barcode(count):
    mug = make_item("MUG-1", barcode="590", on_hand=5)

    run = count("ean,counted\n590,2\n591,2\n", only_good=True)

    assert (counts(run), figures(mug)) == ((0, 1, 0, 1), (2, 0, 2))
    assert sentences(run) == ["No item has the barcode 591. A count creates none: import it as an item first."]


def test_a_code_that_belongs_to_another_item_is_refused(count):
    make_item("MUG-1")
    make_item("MUG-2", barcode="590")

    assert sentences(count("sku,barcode,counted\nMUG-1,590,2\n")) == ["The barcode 590 belongs to MUG-2."]


def test_a_blank_cell_was_not_counted(count):
    mug = make_item("MUG-1", on_hand=5)

    assert counts(count("sku,counted\nMUG-1,\n")) == (0, 0, 1, 0)
    assert figures(mug) == (5, 0, 5)


def test_a_file_without_a_count_is_refused(client, sam):
    make_item("MUG-1")

    response = client.post(upload(client, "sku,name\nMUG-1,Mug\n", kind="counts").url, {"sku": "sku"})

    assert "No column holds the counted quantity." in response.content.decode()


def test_a_count_goes_through_the_pages(client, sam):
    mug = make_item("MUG-1", barcode="590", on_hand=5)

    check = client.get(upload(client, "sku,barcode,counted\nMUG-1,,8\n", kind="counts").url).content.decode()
    client.post(page("apply", ImportRun.objects.get()))
    run_tasks(raise_failures=True)

    assert ("Apply 1 change" in check, figures(mug)) == (True, (8, 0, 8))


def test_who_may_only_count_imports_nothing_else(client, sam):
    upload(client, "sku,name\nMUG-1,Mug\n", kind="items")

    assert not ImportRun.objects.exists()
    assert client.get("/admin/imports/importrun/template/items/").status_code == 403


def test_the_kinds_that_one_may_import_are_offered(client):
    client.force_login(make_user("mia", "adjust_stocklevel", "import_item"))

    response = client.get(ADD + "?kind=counts").content.decode()

    assert '<a href="?kind=counts" aria-current="true">Stock counts only</a>' in response
    assert "Items and stock</a>" in response
    assert 'name="mode"' not in response


def test_the_template_holds_what_there_is_and_imports_unchanged(client, sam):
    make_item("MUG-1", on_hand=5)
    make_item("=CUP", barcode="0590", on_hand=2, location=Location.objects.create(code="store", name="Store B"))

    template = client.get("/admin/imports/importrun/template/counts/").getvalue()
    sheet = open_sheet(io.BytesIO(template))
    upload(client, io.BytesIO(template), kind="counts")

    assert sheet.header == ["sku", "barcode", "location", "quantity"]
    assert [list(row.cells) for row in sheet.rows()] == [["'=CUP", "0590", "store", 2], ["MUG-1", "", "main", 5]]
    assert counts(ImportRun.objects.get()) == (0, 0, 2, 0)


def test_who_may_not_see_items_gets_headings_alone(client):
    make_item("MUG-1", on_hand=5)
    client.force_login(make_user("sam", "adjust_stocklevel"))

    sheet = open_sheet(io.BytesIO(client.get("/admin/imports/importrun/template/counts/").getvalue()))

    assert (sheet.header[0], list(sheet.rows())) == ("sku", [])


def test_the_command_counts(tmp_path):
    mug, out = make_item("MUG-1", on_hand=5), StringIO()
    (tmp_path / "count.csv").write_text("sku,counted\nMUG-1,2\n")

    call_command("import_counts", str(tmp_path / "count.csv"), "--location", "main", stdout=out)

    assert out.getvalue().splitlines()[-1] == "new=0 changed=1 unchanged=0 refused=0"
    assert figures(mug) == (2, 0, 2)
    with pytest.raises(CommandError, match="There is no location moon"):
        call_command("import_counts", str(tmp_path / "count.csv"), "--location", "moon")
