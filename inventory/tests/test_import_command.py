from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backoffice.imports.models import ImportRun, plain_name
from inventory.models import Item, Location
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path):
    def call(text, *arguments):
        path = tmp_path / "stock.csv"
        path.write_text(text)
        out, err, code = StringIO(), StringIO(), 0
        try:
            call_command("import_items", str(path), *arguments, stdout=out, stderr=err)
        except SystemExit as stop:
            code = stop.code
        return out.getvalue(), err.getvalue(), code

    return call


def test_it_ends_with_one_line_of_counts(run):
    out, err, code = run("sku,name,quantity\nMUG-1,Mug,3\n")

    assert out.splitlines()[-1] == "new=1 changed=0 unchanged=0 refused=0"
    assert (err, code, figures(Item.objects.get())) == ("", 0, (3, 0, 3))


def test_it_tells_which_columns_it_takes_and_which_it_ignores(run):
    out, _err, _code = run("Item Code,Title,Colour\nMUG-1,Mug,red\n")

    assert out.splitlines()[:2] == ["Columns: Item Code → sku, Title → name", "Ignored columns: Colour."]


def test_refused_rows_stop_everything_and_are_told_with_row_and_column(run):
    out, err, code = run("sku,name,Qty\nMUG-1,Mug,x\nCUP-1,Cup,1\n")

    assert err.splitlines()[0] == "Row 2 Qty: “x” is not a whole number."
    assert (out.splitlines()[-1], code, Item.objects.count()) == ("new=1 changed=0 unchanged=0 refused=1", 1, 0)


def test_good_rows_are_applied_when_asked_for(run):
    out, _err, code = run("sku,name,Qty\nMUG-1,Mug,x\nCUP-1,Cup,1\n", "--good-rows")

    assert (out.splitlines()[-1], code, Item.objects.count()) == ("new=1 changed=0 unchanged=0 refused=1", 0, 1)


def test_only_refused_rows_fail_also_when_good_rows_were_asked_for(run):
    assert run("sku,name,Qty\nMUG-1,Mug,x\n", "--good-rows")[2] == 1


def test_no_more_than_fifty_problems_are_told(run):
    _out, err, _code = run("sku,name,Qty\n" + "".join(f"MUG-{n},Mug,x\n" for n in range(60)))

    assert err.splitlines()[50] == "and 10 more."


def test_an_unchanged_file_is_no_failure(run):
    make_item("MUG-1", name="Mug")

    assert run("sku,name\nMUG-1,Mug\n")[2] == 0


def test_a_dry_run_writes_nothing(run):
    out, _err, code = run("sku,name\nMUG-1,Mug\n", "--dry-run")

    assert (out.splitlines()[-1], code, Item.objects.count()) == ("new=1 changed=0 unchanged=0 refused=0", 0, 0)


def test_columns_can_be_said(run):
    run("Code A,Code B,Label\nMUG,1,Mug\n", "--map", "Code A+Code B=sku", "--map", "Label=name")

    assert Item.objects.get().sku == "MUG / 1"


def test_mode_key_and_location_can_be_said(run):
    store = Location.objects.create(code="store", name="Store B")
    mug = make_item("MUG-1", barcode="590", on_hand=5, location=store)

    run("ean,sku,qty\n590,,2\n", "--mode", "subtract", "--key", "barcode", "--location", "STORE")

    assert figures(mug, store) == (3, 0, 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--location", "moon"], "There is no location moon. There are: main."),
        (["--user", "nobody"], "There is no user nobody."),
        (["--map", "Nope=sku"], "The file has no column “Nope”. It has: sku, name."),
        (["--map", "sku=is_superuser"], "“sku=is_superuser” is not understood."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("sku,name\nMUG-1,Mug\n", *arguments)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,quantity\nMug,3\n", "No column holds the SKU"),
        ("MUG-1,Mug,3\nMUG-2,Mug,4\n", "No column holds the SKU"),
        ("sku,sku,name\nA,B,Mug\n", "the same column more than once: sku, sku"),
        ("", "The file is empty."),
    ],
)
def test_a_file_that_cannot_be_taken_is_one_sentence(run, text, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(text)


def test_a_file_with_a_heading_alone_is_refused(run):
    _out, err, code = run("sku,name\n")

    assert (err.strip(), code) == ("The file has a heading and no rows.", 1)


def test_a_missing_file_is_one_sentence():
    with pytest.raises(CommandError, match="There is no file /nowhere.csv."):
        call_command("import_items", "/nowhere.csv")


def test_the_name_of_the_file_is_a_name_and_nothing_else(run):
    run("sku,name\nMUG-1,Mug\n")
    stored = ImportRun.objects.get().file.name

    assert (stored.startswith("imports/"), "stock" in stored) == (True, False)
    assert plain_name("../../etc/passwd") == "passwd"
    assert plain_name("C:\\x\\<svg onload=1>\n.csv") == "_svg onload_1__.csv"
    assert len(plain_name("x" * 5000 + ".csv")) == 120


def test_the_demo_and_the_sample_come_in():
    fixtures = Path(__file__).resolve().parents[2] / "fixtures"
    Location.objects.create(code="store-b", name="Store B")
    call_command("import_items", str(fixtures / "items.csv"), stdout=StringIO())
    out = StringIO()

    call_command(
        "import_items", str(fixtures / "samples/stock-count.xlsx"), "--good-rows", stdout=out, stderr=StringIO()
    )

    assert Item.objects.count() == 117
    assert out.getvalue().splitlines()[-1].endswith("refused=2")
