"""What an import would mean is told before, and what came of it after; every way on from there leads somewhere."""

import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_ox.testing import run_tasks

from backoffice.imports.models import ImportRun
from backoffice.imports.reading import open_sheet
from inventory import stock
from inventory.claims import Claim, Source
from inventory.models import Item, Location, StockLevel
from inventory.tests.import_pages import actions, make_user, page, upload, uploaded
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client):
    user = make_user(
        "ana", "import_item", "view_item", "change_item", "adjust_stocklevel", "view_changeset", "undo_changeset"
    )
    client.force_login(user)
    return user


def effects(client, run):
    run.refresh_from_db()
    return {effect["label"]: (effect["value"], effect["detail"]) for effect in run.effects}


def applied(client, text, **fields) -> ImportRun:
    run = uploaded(client, text, **fields)
    client.post(page("apply", run), {"good_rows": "1"})
    run_tasks(raise_failures=True)
    run.refresh_from_db()
    return run


# Before -----------------------------------------------------------------------------------------------------------


def test_the_value_of_stock_is_told_before_and_after(client, ana):
    make_item("MUG-1", on_hand=10, cost="2.50")

    run = uploaded(client, "sku,Qty,cost\nMUG-1,12,3\n")

    assert effects(client, run)["Value of stock"] == ("+11.00", "from 25.00 to 36.00")


def test_units_that_come_and_go_are_told(client, ana):
    make_item("MUG-1", on_hand=10)
    make_item("CUP-1", on_hand=10)

    run = uploaded(client, "sku,Qty\nMUG-1,12\nCUP-1,3\n")

    assert effects(client, run)["Units"] == ("+2 / −7", "at 2 places in stock")


def test_items_that_fall_to_their_reorder_level_are_named(client, ana):
    make_item("MUG-1", on_hand=10)
    make_item("CUP-1", on_hand=10)
    for level in StockLevel.objects.all():
        level.reorder_level = 5
        level.save()

    run = uploaded(client, "sku,Qty\nMUG-1,5\nCUP-1,6\n")

    assert effects(client, run)["Fall to their reorder level"] == ("1", "MUG-1")


def test_orders_that_would_break_are_named(client, ana):
    make_item("MUG-1", on_hand=10)
    stock.settle([Claim(Source("order line", 1, "SO-1"), Item.objects.get(), Location.default(), 4)])

    run = uploaded(client, "sku,Qty\nMUG-1,3\n")

    assert [(effect["label"], effect["value"], effect["is_bad"]) for effect in run.effects] == [
        ("Row below what is promised", "1", True)
    ]


# After ------------------------------------------------------------------------------------------------------------


def test_the_result_leads_to_what_was_written_what_it_changed_and_its_undo(client, ana):
    run = applied(client, "sku,name,Qty\nMUG-1,Mug,3\nCUP-1,Cup,x\n", reason="May count")

    context = client.get(page("change", run)).context
    assert context["written"] == f"/admin/inventory/item/?import={run.pk}"
    assert context["undo"]["url"] == reverse("admin:history_changeset_undo", args=[run.change_set_id])
    assert run.change_set.reason == "May count"


def test_the_list_of_what_was_written_holds_just_that(client, ana):
    make_item("POT-1")
    run = applied(client, "sku,name\nMUG-1,Mug\nCUP-1,Cup\n")

    response = client.get(f"/admin/inventory/item/?import={run.pk}")

    assert sorted(item.sku for item in response.context["cl"].result_list) == ["CUP-1", "MUG-1"]


@pytest.mark.parametrize("value", ["", "x", "0", "99999999999999999999", "999"])
def test_an_import_that_is_not_there_narrows_no_list(client, ana, value):
    make_item("POT-1")

    response = client.get("/admin/inventory/item/", {"import": value}, follow=True)

    assert [item.sku for item in response.context["cl"].result_list] == ["POT-1"]


def test_an_import_is_undone_from_its_result(client, ana):
    mug = make_item("MUG-1", name="Mug", on_hand=10)
    run = applied(client, "sku,Qty\nMUG-1,12\n")

    client.post(client.get(page("change", run)).context["undo"]["url"], {"reason": "Wrong file"})

    assert figures(mug) == (10, 0, 10)
    assert "undid this import" in client.get(page("change", run)).content.decode()


def test_without_the_permission_no_undo_is_offered(client):
    client.force_login(make_user("ben", "import_item", "view_changeset", "view_item"))
    run = applied(client, "sku,name\nMUG-1,Mug\n")

    assert client.get(page("change", run)).context["undo"]["url"] == ""


def test_the_act_leads_back_to_the_import(client, ana):
    run = applied(client, "sku,name\nMUG-1,Mug\n")

    act = client.get(reverse("admin:history_changeset_change", args=[run.change_set_id])).content.decode()

    assert page("change", run) in act


def test_rejected_rows_are_downloaded_after_the_apply_too(client, ana):
    run = applied(client, "sku,name,Qty\nMUG-1,Mug,3\nCUP-1,Cup,x\n")

    sheet = open_sheet(io.BytesIO(client.get(page("refused", run)).getvalue()))

    assert [row.cells[1] for row in sheet.rows()] == ["CUP-1"]


# Under way --------------------------------------------------------------------------------------------------------


def test_progress_tells_rate_and_time_left(client, ana):
    run = uploaded(client, "sku,name\nMUG-1,Mug\n")
    began = timezone.now() - timedelta(seconds=10)
    ImportRun.objects.update(state="applying", new=12_000, rows_done=2_000, started_at=began)

    told = json.loads(client.get(page("progress", run)).content)

    assert (told["busy"], told["told"]) == (True, "Applying: 2,000 of 12,000 rows.")
    assert told["left"] == "less than a minute left"
    assert told["rate"].endswith("rows a second")


@pytest.mark.parametrize(
    ("state", "values", "told"),
    [
        ("matched", {}, "Waiting to be checked."),
        ("checking", {"rows_total": 0}, "The file is being read."),
        ("checking", {"rows_total": 10, "rows_done": 5}, "Checking: 5 of 10 rows read."),
        ("checking", {"rows_total": 10, "rows_done": 10}, "Comparing 10 rows with what is there."),
    ],
)
def test_progress_is_told_in_words(client, ana, state, values, told):
    run = uploaded(client, "sku,name\nMUG-1,Mug\n")
    ImportRun.objects.update(state=state, started_at=timezone.now(), **values)

    response = client.get(page("change", run))

    assert response.context["progress"]["told"] == told
    assert '<meta http-equiv="refresh" content="3">' in response.content.decode()


# Every step -------------------------------------------------------------------------------------------------------


def test_what_there_is_comes_down_as_a_template_and_goes_in_unchanged(client, ana):
    make_item("MUG-1", name="Mug", on_hand=3)
    make_item("CUP-1", name="=Cup", on_hand=4)
    template = client.get(reverse("admin:imports_importrun_template", args=["items"])).getvalue()

    run = uploaded(client, io.BytesIO(template))

    assert actions(run) == ["unchanged", "unchanged"]


def queries(client, url) -> int:
    client.get(url)  # whatever is looked up once
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


@pytest.mark.parametrize("cell", ["8", "x"])
def test_queries_of_the_check_page_do_not_grow_with_its_rows(client, ana, cell):
    for number in range(3):
        make_item(f"MUG-{number}", on_hand=9)

    one, three = (
        uploaded(client, "sku,name,Qty\n" + "".join(f"MUG-{number},Mug,{cell}\n" for number in range(rows)))
        for rows in (1, 3)
    )

    assert queries(client, page("change", one)) == queries(client, page("change", three))


def test_queries_of_the_list_of_imports_do_not_grow(client, ana):
    upload(client, "sku,name\nMUG-1,Mug\n")
    one = queries(client, "/admin/imports/importrun/")
    for number in (2, 3):
        upload(client, f"sku,name\nMUG-{number},Mug\n")

    assert queries(client, "/admin/imports/importrun/") == one


def test_somebody_without_the_permission_of_the_kind_cannot_upload_it(client):
    client.force_login(make_user("ben", "import_item"))

    upload(client, "sku,Qty\nMUG-1,3\n", kind="counts")

    assert ImportRun.objects.count() == 0
    assert Item.objects.count() == 0
