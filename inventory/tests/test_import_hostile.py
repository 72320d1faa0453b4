"""Hostile and malformed files, through the form and through the command. Numbers are those of the project's list.

``None`` is a row that is refused, a text is what must be stored. Files that are refused whole are in
``backoffice/imports/tests``; here a few of each family show that both doors refuse them alike.
"""

import io
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from backoffice.imports.models import ImportRun
from backoffice.imports.tests.sheets import xlsx_file
from inventory.models import Item, StockLevel
from inventory.tests.import_shop import counts, run_text, sentences

pytestmark = pytest.mark.django_db

QUANTITIES = {
    1: "-5",
    2: "1.5",
    5: "nan",
    6: "inf",
    7: "1e400",
    8: "1e3",
    9: str(2**31),
    10: str(2**63),
    11: "9" * 5000,
    12: "٣",
    13: '"1,000"',
    15: "=1+1",
    18: "#DIV/0!",
}
CELLS = {3: 3.7, 16: True, 17: date(2026, 5, 1)}
NAMES = {20: "Mu\x01g", 21: "Mu\u202eg", 23: "x" * 5000}
TEXTS = {
    49: "<script>alert(1)</script><img src=x onerror=alert(1)>",
    50: "=cmd|' /C calc'!A1",
    51: "'); DROP TABLE inventory_item;--",
    52: "{{7*7}} {% load x %} %(x)s",
}
FILES = {
    26: "sku,name\nA-1,Mug\n".encode("utf-16"),
    27: "sku,name\nA-1,Käse\n".encode("latin-1"),
    31: b"name,quantity\nMug,3\n",
    32: b"sku,name,sku\nA-1,Mug,A-2\n",
    35: b"A-1,Mug,3\nA-2,Cup,4\n",
    36: b"sku,name\n",
    37: b"",
    41: b'sku,name\nA-1,"Mug\nA-2,Cup\n',
    55: b"%PDF-1.7\n1 0 obj",
    72: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
}


@pytest.fixture
def load(tmp_path):
    return lambda text, name="stock.csv": run_text(tmp_path, text, name)


def test_a_cell_that_is_no_quantity_is_refused_and_nothing_is_written(load):
    for number, cell in QUANTITIES.items():
        run = load(f"sku,name,quantity\nA-{number},Mug,{cell}\n")
        assert counts(run) == (0, 0, 0, 1), number
        assert len(sentences(run)[0]) < 250, number
    assert Item.objects.count() == 0


@pytest.mark.parametrize("number", CELLS)
def test_a_cell_of_another_type_is_no_quantity(load, number):
    book = xlsx_file([["sku", "name", "quantity"], ["A-1", "Mug", CELLS[number]]]).getvalue()

    assert counts(load(book, "stock.xlsx")) == (0, 0, 0, 1)


def test_a_whole_number_may_be_written_with_a_point_and_zeros(load):
    load("sku,name,quantity\nA-1,Mug,2.0\n")

    assert StockLevel.objects.get().on_hand == 2


def test_a_blank_quantity_is_nothing_for_a_new_item(load):
    load("sku,name,quantity\nA-1,Mug,\n")

    assert (Item.objects.count(), StockLevel.objects.count()) == (1, 0)


@pytest.mark.parametrize("number", NAMES)
def test_a_name_that_cannot_be_kept_is_refused(load, number):
    assert counts(load(f"sku,name\nA-1,{NAMES[number]}\n")) == (0, 0, 0, 1)


@pytest.mark.parametrize("number", TEXTS)
def test_text_that_looks_like_code_is_kept_as_text(load, number):
    load(f'sku,name\nA-1,"{TEXTS[number]}"\n')

    assert Item.objects.get().name == TEXTS[number]


def test_an_unknown_column_is_never_assigned(load):
    run = load("sku,name,id,is_active,on_hand\nA-1,Mug,99999,0,7\n")

    assert Item.objects.get().pk != 99999
    assert (Item.objects.get().is_active, StockLevel.objects.get().on_hand) == (True, 7)
    assert "Ignored columns: id, is_active." in run.notices


@pytest.mark.parametrize("number", FILES)
def test_a_file_that_cannot_be_taken_is_refused_by_the_command(tmp_path, number):
    path = tmp_path / "stock.csv"
    path.write_bytes(FILES[number])

    with pytest.raises((CommandError, SystemExit)):
        call_command("import_items", str(path), stdout=io.StringIO(), stderr=io.StringIO())

    assert Item.objects.count() == 0


@pytest.mark.parametrize("number", FILES)
def test_a_file_that_cannot_be_taken_is_refused_by_the_form(client, number):
    client.force_login(get_user_model().objects.create(username="ana", is_staff=True, is_superuser=True))
    file = SimpleUploadedFile("stock.csv", FILES[number])

    response = client.post("/admin/imports/importrun/add/", {"kind": "items", "mode": "set", "file": file}, follow=True)

    assert response.status_code == 200
    assert "Traceback" not in response.content.decode()
    assert not ImportRun.objects.filter(state__in=["checked", "applied"]).exists()
    assert Item.objects.count() == 0
