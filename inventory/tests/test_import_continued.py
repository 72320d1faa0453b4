"""Refused rows are downloaded, put right in a spreadsheet, and uploaded again: the same run goes on."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_ox.testing import run_tasks

from backoffice.imports.models import ImportRun
from backoffice.imports.reading import open_sheet
from backoffice.imports.tests.sheets import xlsx_file
from inventory.models import Item
from inventory.tests.import_pages import actions, make_user, page, upload, uploaded

pytestmark = pytest.mark.django_db
BAD = "sku,name,Qty\nMUG-1,Mug,x\nCUP-1,Cup,2\nPOT-1,Pot,y\n"


@pytest.fixture
def ana(client):
    user = make_user("ana", "import_item", "view_item")
    client.force_login(user)
    return user


def downloaded(client, run):
    """The table of refused rows, as lists that can be changed."""
    sheet = open_sheet(io.BytesIO(client.get(page("refused", run)).getvalue()))
    return [sheet.header, *(list(row.cells) for row in sheet.rows())]


def go_on(client, run, table):
    file = SimpleUploadedFile("refused.xlsx", xlsx_file(table).getvalue())
    response = client.post(page("continue", run), {"file": file}, follow=True)
    run.refresh_from_db()
    return response


def test_the_refused_rows_say_where_they_stand_in_the_file(client, ana):
    run = uploaded(client, BAD)

    assert downloaded(client, run) == [
        [f"Row of import {run.pk}", "sku", "name", "Qty", "Reason"],
        [2, "MUG-1", "Mug", "x", "“x” is not a whole number."],
        [4, "POT-1", "Pot", "y", "“y” is not a whole number."],
    ]


def test_rows_that_were_put_right_take_the_place_of_the_refused_ones(client, ana):
    run = uploaded(client, BAD)
    table = downloaded(client, run)
    table[1][3] = 7

    go_on(client, run, table)

    assert (run.state, actions(run), run.corrections.count()) == ("checked", ["new", "new", "refused"], 1)


def test_the_file_may_also_be_dropped_on_the_upload_page(client, ana):
    run = uploaded(client, BAD)
    table = downloaded(client, run)
    table[1][3], table[2][3] = 7, 8

    upload(client, xlsx_file(table))

    run.refresh_from_db()
    assert (ImportRun.objects.count(), actions(run)) == (1, ["new"] * 3)


def test_what_the_file_lacks_has_a_column_to_fill_in(client, ana):
    run = uploaded(client, "sku,Qty\nMUG-1,3\n")
    table = downloaded(client, run)
    assert table[0] == [f"Row of import {run.pk}", "sku", "Qty", "name (here)", "Reason"]
    table[1][3] = "Mug"

    go_on(client, run, table)

    assert actions(run) == ["new"]


def test_rows_of_an_import_that_was_applied_go_in_as_another_with_the_same_columns(client, ana):
    run = uploaded(client, "Nummer,Was,Zahl\nMUG-1,Mug,x\nCUP-1,Cup,2\n")
    client.post(page("match", run), {"mode": "add", "sku": "Nummer", "name": "Was", "quantity": "Zahl"})
    client.post(page("apply", run), {"good_rows": "1"})
    run_tasks(raise_failures=True)
    table = downloaded(client, run)
    table[1][3] = 7

    again = uploaded(client, xlsx_file(table), mode="set")

    assert (again.pk != run.pk, again.state, actions(again)) == (True, "checked", ["new"])
    assert (again.options["mode"], again.mapping["quantity"]) == ("add", "Zahl")
    assert Item.objects.count() == 1


def test_rows_that_are_not_refused_are_not_changed(client, ana):
    run = uploaded(client, BAD)
    table = downloaded(client, run)

    go_on(client, run, [table[0], [3, "CUP-1", "Other", 9, ""], [99, "X", "X", 1, ""], ["x", "X", "X", 1, ""]])

    assert (run.corrections.count(), actions(run)) == (0, ["refused", "new", "refused"])


def test_another_file_is_not_taken_for_it(client, ana):
    run = uploaded(client, BAD)

    response = go_on(client, run, [["sku", "Qty"], ["MUG-1", 3]])

    assert "This is not the file of refused rows of this import." in response.content.decode()
    assert run.corrections.count() == 0


def test_a_file_that_cannot_be_read_is_said(client, ana):
    run = uploaded(client, BAD)

    response = client.post(page("continue", run), {"file": SimpleUploadedFile("x.xlsx", b"%PDF-1.7")}, follow=True)

    assert "neither CSV nor XLSX" in response.content.decode()


def test_nobody_goes_on_with_the_import_of_somebody_else(client, ana):
    run = uploaded(client, BAD)
    table = downloaded(client, run)
    table[1][3] = 7
    client.force_login(make_user("ben", "import_item", "view_importrun"))

    assert client.post(page("continue", run), {}).status_code == 404
    upload(client, xlsx_file(table))

    run.refresh_from_db()
    assert (run.corrections.count(), run.refused) == (0, 2)
