"""Refused rows are put right on the page: cell by cell, or all rows with one problem at once."""

import pytest

from backoffice.imports.models import Correction
from inventory.models import Item
from inventory.tests.import_pages import actions, make_user, page, upload, uploaded
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db
BAD = "sku,name,Qty\nMUG-1,Mug,x\nCUP-1,Cup,2\nPOT-1,Pot,y\n"


@pytest.fixture
def ana(client):
    user = make_user("ana", "import_item", "view_item", "adjust_stocklevel")
    client.force_login(user)
    return user


def box(client, run, row):
    """The boxes offered in a row: name → what stands in it."""
    rows = client.get(page("change", run)).context["rows"]
    found = next(each for each in rows if each["number"] == row)
    return {box["name"]: box["value"] for problem in found["problems"] for box in problem["boxes"]}


def fix(client, run, how, group=0, **typed):
    run.refresh_from_db()
    client.post(page("fix", run), {"problem": run.problems[group]["key"], "how": how, **typed})
    run.refresh_from_db()


def test_a_wrong_cell_is_typed_anew_and_the_row_checked_again(client, ana):
    run = uploaded(client, BAD)
    assert box(client, run, 2) == {"c-2-2": "x"}

    client.post(page("correct", run), {"c-2-2": "7", "c-4-2": "y"})

    run.refresh_from_db()
    assert (actions(run), run.new, run.refused) == (["new", "new", "refused"], 2, 1)
    assert Correction.objects.values_list("row", "column", "value", "user").get() == (2, "2", "7", ana.pk)


def test_what_is_typed_is_checked_like_the_file(client, ana):
    run = uploaded(client, BAD)

    client.post(page("correct", run), {"c-2-2": "1.5"})

    assert run.corrections.count() == 1
    assert box(client, run, 2) == {"c-2-2": "1.5"}


def test_the_file_itself_stays_as_it_came(client, ana):
    run = uploaded(client, BAD)

    client.post(page("correct", run), {"c-2-2": "7"})

    assert b"".join(client.get(page("file", run)).streaming_content).decode() == BAD


def test_a_corrected_cell_is_imported(client, ana):
    run = uploaded(client, "sku,name,unit_price\nMUG-1,Mug,dear\n")

    client.post(page("correct", run), {"c-2-2": "12,50"})
    run.refresh_from_db()

    assert run.new == 1
    assert str(client.get(page("change", run)).context["rows"][0]["cells"][2]["new"]) == "12.50"


def test_a_row_is_left_out_and_counted(client, ana):
    run = uploaded(client, "sku,name\nMUG-1,Mug\nmug-1,Mug\n")

    client.post(page("correct", run), {"out-3": "1"})

    run.refresh_from_db()
    assert (actions(run), run.new, run.skipped, run.rows_total) == (["new"], 1, 1, 1)


def test_a_field_that_the_file_does_not_have_is_typed(client, ana):
    run = uploaded(client, "sku,Qty\nMUG-1,3\n")
    assert box(client, run, 2) == {"c-2-name": ""}

    client.post(page("correct", run), {"c-2-name": "Mug"})

    run.refresh_from_db()
    assert (actions(run), run.mapping["name"]) == (["new"], "name (here)")


def test_one_answer_replaces_a_value_in_every_row(client, ana):
    run = uploaded(client, "sku,name,condition\nMUG-1,Mug,shiny\nCUP-1,Cup,shiny\nPOT-1,Pot,matte\n")

    fix(client, run, "replace", found=["shiny", "matte"], instead=["new", ""])

    assert (actions(run), run.refused) == (["new", "new", "refused"], 1)


def test_one_value_is_used_in_every_row_with_the_problem(client, ana):
    run = uploaded(client, BAD)

    fix(client, run, "use", value="4")

    assert (actions(run), run.refused) == (["new"] * 3, 0)


def test_cells_with_the_problem_are_left_blank(client, ana):
    run = uploaded(client, BAD)

    fix(client, run, "blank")

    assert actions(run) == ["new"] * 3


def test_rows_with_the_problem_are_left_out(client, ana):
    run = uploaded(client, BAD)

    fix(client, run, "leave_out")

    assert (actions(run), run.skipped) == (["new"], 2)


def test_new_items_without_a_name_are_named_like_their_sku(client, ana):
    run = uploaded(client, "sku,Qty\nMUG-1,3\nCUP-1,4\n")

    fix(client, run, "sku_as_name")

    assert [row["cells"][0]["new"] for row in client.get(page("change", run)).context["rows"]] == ["MUG-1", "CUP-1"]
    assert actions(run) == ["new", "new"]


def test_only_rows_with_that_problem_are_touched(client, ana):
    run = uploaded(client, "sku,name,Qty\nMUG-1,Mug,x\nCUP-1,Cup,-2\n")
    assert [(group["count"], group["message"]) for group in run.problems] == [
        (1, "“x” is not a whole number."),
        (1, "-2 is negative."),
    ]

    fix(client, run, "use", value="4")

    assert actions(run) == ["new", "refused"]


def test_the_file_can_be_taken_as_it_came_after_all(client, ana):
    run = uploaded(client, BAD)
    fix(client, run, "blank")

    client.post(page("take_back", run))

    run.refresh_from_db()
    assert (run.corrections.count(), run.refused) == (0, 2)


@pytest.mark.parametrize(
    "typed",
    [{}, {"c-2-2": "x"}, {"c-3-2": "9"}, {"c-99-2": "9"}, {"c-2-0": "HA"}, {"out-3": "1"}, {"c-x-y": "1"}, {"c-": "1"}],
)
def test_what_was_not_offered_is_not_taken(client, ana, typed):
    run = uploaded(client, BAD)

    assert client.post(page("correct", run), typed).status_code == 302

    run.refresh_from_db()
    assert (run.corrections.count(), run.refused) == (0, 2)


@pytest.mark.parametrize("how", ["", "nonsense", "use", "replace"])
def test_an_answer_that_says_nothing_changes_nothing(client, ana, how):
    run = uploaded(client, BAD)

    fix(client, run, how)

    assert (run.corrections.count(), run.refused) == (0, 2)


@pytest.mark.parametrize("name", ["correct", "fix", "take_back"])
def test_only_the_owner_corrects(client, ana, name):
    run = uploaded(client, BAD)
    client.force_login(make_user("ben", "import_item", "view_importrun"))

    assert client.post(page(name, run), {"c-2-2": "7"}).status_code == 404

    assert run.corrections.count() == 0


def test_an_applied_run_is_not_corrected(client, ana, django_capture_on_commit_callbacks):
    run = uploaded(client, BAD)
    type(run).objects.update(state="applied")

    client.post(page("correct", run), {"c-2-2": "7"})
    fix(client, run, "blank")

    assert run.corrections.count() == 0


def test_nothing_live_is_written_by_a_correction(client, ana):
    run = uploaded(client, BAD)

    client.post(page("correct", run), {"c-2-2": "7", "c-4-2": "8"})

    assert Item.objects.count() == 0


# What every row has, and what an import may write -----------------------------------------------------------------


def test_every_row_gets_a_value_that_the_file_has_no_column_for(client, ana):
    run = uploaded(client, "sku,name\nMUG-1,Mug\nCUP-1,Cup\n")

    client.post(page("match", run), {"mode": "set", "sku": "sku", "name": "name", "category-every": "Coffee"})

    run.refresh_from_db()
    assert (run.state, run.defaults, run.mapping["category"]) == ("checked", {"category": "Coffee"}, "category (here)")
    assert client.get(page("change", run)).context["rows"][1]["cells"][2]["new"] == "Coffee"


def test_a_value_for_every_row_must_be_readable(client, ana):
    run = uploaded(client, "sku,name\nMUG-1,Mug\n")

    response = client.post(
        page("match", run), {"mode": "set", "sku": "sku", "name": "name", "unit_price-every": "dear"}
    )

    assert "“dear” is not an amount." in response.content.decode()
    run.refresh_from_db()
    assert run.defaults == {}


@pytest.mark.parametrize(("write", "became"), [("update", ["changed", "left_out"]), ("create", ["left_out", "new"])])
def test_an_import_can_only_change_or_only_create(client, ana, write, became):
    make_item("MUG-1", name="Mug")

    run = uploaded(client, "sku,name\nMUG-1,Big mug\nCUP-1,Cup\n", write=write)

    assert (actions(run), run.left_out, run.refused) == (became, 1, 0)
    chips = [label for _value, label, _count, _chosen in client.get(page("change", run)).context["chips"]]
    assert chips == ["All", "New", "Changed", "Unchanged", "Refused", "Left out"]


def test_items_that_are_not_there_need_no_name_where_only_items_that_are_there_are_changed(client, ana):
    run = uploaded(client, "sku,Qty\nMUG-1,3\n", write="update")

    assert actions(run) == ["left_out"]


def test_the_page_says_what_the_quantities_mean(client, ana):
    run = uploaded(client, "sku,name,Qty\nMUG-1,Mug,3\n", mode="add")

    assert client.get(page("change", run)).context["said"] == [
        "Quantities in the file are added to what is on hand at Main.",
        "Items are found by their SKU.",
        "Items that are not there are created.",
    ]


def test_counts_can_be_corrected_too(client, ana):
    make_item("MUG-1", on_hand=5)
    run = uploaded(client, "sku,Qty\nMUG-2,3\n", kind="counts")
    assert run.problems[0]["code"] == "unknown"

    fix(client, run, "replace", found="MUG-2", instead="MUG-1")

    assert actions(run) == ["changed"]


def test_the_upload_that_is_refused_keeps_nothing(client, ana):
    upload(client, "")

    assert Correction.objects.count() == 0
