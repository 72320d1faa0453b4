import io
import json

import pytest
from django.urls import reverse
from django_ox.testing import run_tasks

from backoffice.imports.models import ImportRun
from backoffice.imports.reading import open_sheet
from backoffice.imports.tests.sheets import xlsx_file
from inventory.models import Item, StockMovement
from inventory.tests.import_pages import ADD, make_user, page, upload
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client):
    """Ana may import, and is logged in."""
    user = make_user("ana", "import_item", "view_importrun", "view_changeset")
    client.force_login(user)
    return user


def status(client, name, run):
    response = client.get(page(name, run))
    if response.streaming:
        b"".join(response.streaming_content)  # closes the file
    return response.status_code


def test_a_file_is_uploaded_checked_confirmed_applied_and_told(client, ana):
    mug = make_item("MUG-1", name="Mug", on_hand=5)

    response = upload(client, xlsx_file([["SKU", "Name", "Qty"], ["MUG-1", "Mug", 8], ["CUP-1", "Cup", 2]]))
    run = ImportRun.objects.get()
    check = client.get(response.url).content.decode()
    assert "Apply 1 new, 1 change" in check
    assert '<del class="bo-old">5</del>' in check
    assert '<ins class="bo-new">8</ins>' in check
    assert Item.objects.count() == 1

    client.post(page("apply", run))
    assert "Applying" in client.get(page("change", run)).content.decode()
    run_tasks(raise_failures=True)

    run.refresh_from_db()
    result = client.get(page("change", run)).content.decode()
    assert (run.state, run.applied, figures(mug)) == ("applied", 2, (8, 0, 8))
    assert (run.change_set.user, run.change_set.summary) == (ana, "Imported stock.xlsx, 2 items")
    assert reverse("admin:history_changeset_change", args=[run.change_set_id]) in result


def test_pasted_rows_are_a_file_too(client, ana):
    upload(client, "sku\tname\tqty\nMUG-1\tMug\t3\n")

    assert (ImportRun.objects.get().state, ImportRun.objects.get().new) == ("checked", 1)


def test_a_refused_cell_is_shown_with_row_column_value_and_reason(client, ana):
    response = upload(client, "sku,name,Qty\nMUG-1,Mug,x\n")

    check = client.get(response.url).content.decode()
    assert "<b>Qty:</b> “x” is not a whole number." in check
    assert '<mark class="bo-old">x</mark>' in check
    assert "all or nothing" in check


def test_the_good_rows_can_be_applied_after_all(client, ana):
    upload(client, "sku,name,Qty\nMUG-1,Mug,x\nCUP-1,Cup,1\n")
    run = ImportRun.objects.get()

    client.post(page("apply", run))
    run_tasks()
    assert Item.objects.count() == 0

    client.post(page("apply", run), {"good_rows": "1"})
    run_tasks()
    assert Item.objects.get().sku == "CUP-1"


def test_refused_rows_are_downloaded_with_their_reason_and_without_formulas(client, ana):
    upload(client, "sku,name,Qty\nMUG-1,=cmd|x,x\nCUP-1,Cup,1\n")

    sheet = open_sheet(io.BytesIO(client.get(page("refused", ImportRun.objects.get())).getvalue()))

    assert sheet.header[1:] == ["sku", "name", "Qty", "Reason"]
    assert [row.cells for row in sheet.rows()] == [[2, "MUG-1", "=cmd|x", "x", "“x” is not a whole number."]]


def test_rows_are_filtered_and_paged(client, ana):
    make_item("MUG-0", name="Mug")
    upload(client, "sku,name\n" + "".join(f"MUG-{number},Mug\n" for number in range(150)))
    run = ImportRun.objects.get()

    assert len(client.get(page("change", run)).context["rows"]) == 100
    assert len(client.get(page("change", run) + "?rows=new&after=102").context["rows"]) == 49
    assert len(client.get(page("change", run) + "?rows=unchanged").context["rows"]) == 1


@pytest.mark.parametrize(
    "query",
    ["?after=0", "?after=-1", "?before=x", "?after=99999999999999999999", "?before=٣", "?rows=nope", "?rows=%00"],
)
def test_odd_addresses_are_no_error(client, ana, query):
    upload(client, "sku,name\nMUG-1,Mug\n")

    assert client.get(page("change", ImportRun.objects.get()) + query).status_code == 200


def test_unknown_columns_lead_to_the_match_page_where_they_are_chosen(client, ana):
    response = upload(client, "Nummer X,Was,Zahl\nMUG-1,Mug,3\n")
    run = ImportRun.objects.get()
    assert response.url == page("match", run)
    assert "MUG-1" in client.get(response.url).content.decode()

    client.post(page("match", run), {"mode": "set", "sku": "Nummer X", "name": "Was", "quantity": "Zahl"})

    run.refresh_from_db()
    assert (run.state, run.new, run.mapping["quantity"]) == ("checked", 1, "Zahl")


def test_what_was_chosen_is_remembered_for_the_same_header(client, ana):
    upload(client, "Nummer X,Was\nMUG-1,Mug\n")
    first = ImportRun.objects.get()
    client.post(page("match", first), {"mode": "set", "sku": "Nummer X", "name": "Was"})
    client.post(page("apply", first))
    run_tasks()

    upload(client, "nummer_x,WAS\nMUG-2,Cup\n")

    assert ImportRun.objects.first().state == "checked"


def test_a_sku_can_be_composed_on_the_match_page(client, ana):
    upload(client, "A,B,Title\nMUG,1,Mug\n")
    run = ImportRun.objects.get()

    client.post(page("match", run), {"mode": "set", "name": "Title", "composed": "A+B"})

    assert run.mapping == {}
    run.refresh_from_db()
    assert (run.state, run.mapping["sku"]) == ("checked", "A+B")


def test_several_sheets_lead_to_a_choice(client, ana):
    book = xlsx_file([["sku", "name"], ["MUG-1", "Mug"]], more={"Old": [["sku", "name"], ["CUP-1", "Cup"]]})
    upload(client, book)
    run = ImportRun.objects.get()
    assert 'name="sheet" value="Old"' in client.get(page("match", run)).content.decode()

    client.post(page("match", run), {"sheet": "Old"})

    run.refresh_from_db()
    assert (run.state, run.sheet, run.new) == ("checked", "Old", 1)


def test_a_file_that_cannot_be_read_is_refused_at_once_and_not_kept(client, ana):
    response = upload(client, io.BytesIO(b"%PDF-1.7 nothing"), name="x.xlsx")

    assert "neither CSV nor XLSX" in response.content.decode()
    assert ImportRun.objects.count() == 0


def test_nothing_chosen_is_said(client, ana):
    assert "Choose a file, or paste rows." in upload(client).content.decode()


def test_the_same_file_again_is_recognised(client, ana):
    for _time in range(2):
        upload(client, "sku,name\nMUG-1,Mug\n")
        client.post(page("apply", ImportRun.objects.first()))
        run_tasks()

    check = client.get(page("change", ImportRun.objects.first())).content.decode()
    assert "You applied this file" in check
    assert "There is nothing to apply." in check


def test_a_large_file_is_checked_by_the_worker(client, ana, monkeypatch):
    monkeypatch.setattr("backoffice.imports.pages.INLINE_BYTES", 10)
    response = upload(client, "sku,name\nMUG-1,Mug\n")
    run = ImportRun.objects.get()
    assert "Waiting to be checked." in client.get(response.url).content.decode()
    assert json.loads(client.get(page("progress", run)).content)["busy"] is True

    run_tasks(raise_failures=True)

    run.refresh_from_db()
    assert (run.state, json.loads(client.get(page("progress", run)).content)["busy"]) == ("checked", False)


def test_a_double_click_applies_once(client, ana):
    upload(client, "sku,name,qty\nMUG-1,Mug,3\n", mode="add")
    run = ImportRun.objects.get()

    for _click in range(2):
        client.post(page("apply", run))
    run_tasks(raise_failures=True)

    assert StockMovement.objects.count() == 1


def test_a_cancelled_run_cannot_be_applied(client, ana):
    upload(client, "sku,name\nMUG-1,Mug\n")
    run = ImportRun.objects.get()

    client.post(page("cancel", run))
    client.post(page("apply", run))
    run_tasks()

    assert Item.objects.count() == 0
    assert client.get(page("change", run)).status_code == 200


def test_a_conflict_is_told_and_the_file_checked_again(client, ana):
    mug = make_item("MUG-1", name="Mug", on_hand=5)
    upload(client, "sku,name\nMUG-1,Big mug\n")
    run = ImportRun.objects.get()
    mug.name = "Other"
    mug.save()
    client.post(page("apply", run))
    run_tasks()
    assert "MUG-1 was edited since the check." in client.get(page("change", run)).content.decode()

    client.post(page("check", run))

    run.refresh_from_db()
    assert (run.state, run.changed) == ("checked", 1)


def test_what_a_file_says_is_shown_as_text(client, ana):
    response = upload(client, "sku,name\nMUG-1,<script>alert(1)</script>{{7*7}}\n")

    html = client.get(response.url).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in html
    assert "<script>alert" not in html


def test_a_name_with_tags_and_folders_is_harmless(client, ana):
    upload(client, io.BytesIO(b"sku,name\nMUG-1,Mug\n"), name="<svg onload=alert(1)>.csv")

    assert "<svg onload" not in client.get("/admin/imports/importrun/").content.decode()


# Who may ----------------------------------------------------------------------------------------------------------

LOOKS = ["change", "refused", "file", "progress"]
ACTIONS = ["match", "check", "apply", "cancel"]


def test_without_the_permission_to_import_nothing_can_be_uploaded(client):
    client.force_login(make_user("auditor", "view_importrun"))

    assert client.get(ADD).status_code == 403
    assert upload(client, "sku,name\nMUG-1,Mug\n").status_code == 403


def test_others_see_a_run_only_with_the_permission_to_view_imports(client, ana):
    upload(client, "sku,name\nMUG-1,Mug\n")
    run = ImportRun.objects.get()

    client.force_login(make_user("ben", "import_item"))
    assert [status(client, name, run) for name in LOOKS] == [404] * 4

    client.force_login(make_user("auditor", "view_importrun"))
    assert [status(client, name, run) for name in LOOKS] == [200] * 4


@pytest.mark.parametrize("name", ACTIONS)
def test_only_the_owner_acts_on_a_run(client, ana, name):
    upload(client, "sku,name\nMUG-1,Mug\n")
    run = ImportRun.objects.get()
    client.force_login(make_user("ben", "import_item", "view_importrun"))

    assert client.post(page(name, run)).status_code == 404

    run.refresh_from_db()
    assert run.state == "checked"


def test_an_owner_who_lost_the_permission_cannot_apply(client, ana):
    upload(client, "sku,name\nMUG-1,Mug\n")
    ana.user_permissions.clear()

    client.post(page("apply", ImportRun.objects.get()))

    assert ImportRun.objects.get().state == "checked"


@pytest.mark.parametrize("name", ["check", "apply", "cancel"])
def test_looking_changes_nothing(client, ana, name):
    upload(client, "sku,name\nMUG-1,Mug\n")

    assert client.get(page(name, ImportRun.objects.get())).status_code == 405


def test_a_run_that_is_not_there_is_not_found(client, ana):
    assert client.get("/admin/imports/importrun/99/apply/").status_code in {404, 405}
    assert client.get("/admin/imports/importrun/99/change/").status_code == 404
    assert client.get("/admin/imports/importrun/nope/change/").status_code == 404
