"""Records that changed between check and apply are told, never overwritten, and decided about on the page."""

import pytest
from django_ox.testing import run_tasks

from backoffice.history.models import Undo
from backoffice.imports import steps
from backoffice.imports.models import ImportRun
from inventory import proof, stock
from inventory.models import Item, Location
from inventory.tests.import_pages import actions, make_user, page, uploaded
from inventory.tests.shop import figures, make_item

pytestmark = pytest.mark.django_db
FILE = "sku,name,category,Qty\nMUG-1,Mug,Cups,12\nCUP-1,Cup,Cups,7\n"


@pytest.fixture
def ana(client):
    user = make_user("ana", "import_item", "view_item")
    client.force_login(user)
    return user


@pytest.fixture
def mug():
    make_item("CUP-1", name="Cup", category="Cups", on_hand=5)
    return make_item("MUG-1", name="Mug", on_hand=10)


def count_down(mug, difference=-1):
    stock.adjust(mug, Location.default(), difference, reason="Broken")


def shown(client, run):
    context = client.get(page("change", run)).context
    return [(clash.sentence, clash.changes) for clash in context["clashes"]]


def decide(client, run, **choices):
    client.post(page("decide", run), {name.replace("_", "-"): choice for name, choice in choices.items()})
    run.refresh_from_db()


def apply(client, run):
    client.post(page("apply", run))
    run_tasks(raise_failures=True)
    run.refresh_from_db()


def test_nothing_is_told_while_nothing_changed(client, ana, mug):
    run = uploaded(client, FILE)

    assert shown(client, run) == []


def test_a_record_that_changed_since_the_check_is_told_before_anybody_applies(client, ana, mug):
    run = uploaded(client, FILE)
    count_down(mug)

    assert shown(client, run) == [
        ("The stock of MUG-1 was counted or adjusted since the check.", [("On hand", 10, 9, 12)])
    ]


def test_it_is_not_applied_before_somebody_decided(client, ana, mug):
    run = uploaded(client, FILE, policy="good")
    count_down(mug)

    apply(client, run)

    assert (run.state, figures(mug)) == ("checked", (9, 0, 9))


def test_what_is_here_can_be_kept(client, ana, mug):
    run = uploaded(client, FILE)
    count_down(mug)

    decide(client, run, choice_2="mine")
    apply(client, run)

    assert (run.state, run.changed, figures(mug)) == ("applied", 1, (9, 0, 9))


def test_the_file_can_be_taken(client, ana, mug):
    run = uploaded(client, FILE)
    count_down(mug)

    decide(client, run, choice_2="file")
    apply(client, run)

    assert (run.state, run.changed, figures(mug)) == ("applied", 2, (12, 0, 12))


def test_the_difference_of_the_file_can_be_put_on_top_of_what_is_there(client, ana, mug):
    run = uploaded(client, FILE)
    count_down(mug)

    decide(client, run, choice_2="difference")
    apply(client, run)

    assert (run.state, figures(mug)) == ("applied", (11, 0, 11))


def test_an_attribute_that_the_file_does_not_change_is_left_to_who_changed_it(client, ana, mug):
    run = uploaded(client, FILE)
    mug.name = "Big mug"
    mug.save()
    assert shown(client, run) == [("MUG-1 was edited since the check.", [("Name", "Mug", "Big mug", "Mug")])]

    decide(client, run, choice_2="difference")
    apply(client, run)

    mug.refresh_from_db()
    assert (mug.name, mug.category, figures(mug)) == ("Big mug", "Cups", (12, 0, 12))


def test_one_answer_decides_about_all(client, ana, mug):
    run = uploaded(client, FILE)
    count_down(mug)
    count_down(Item.objects.get(sku="CUP-1"))

    decide(client, run, all="mine")

    assert (run.state, actions(run), run.skipped) == ("checked", [], 2)


def test_a_conflict_that_stopped_an_apply_is_decided_there(client, ana, mug):
    run = uploaded(client, FILE)
    steps.confirm(run)
    count_down(mug)
    steps.apply(run)
    assert (run.state, len(shown(client, run))) == ("failed", 1)

    decide(client, run, all="difference")
    apply(client, run)

    assert (run.state, figures(mug)) == ("applied", (11, 0, 11))


def test_an_edit_of_what_the_file_does_not_say_is_no_clash(client, ana, mug):
    run = uploaded(client, "sku,Qty\nMUG-1,11\n")
    mug.name = "Other"
    mug.save()

    apply(client, run)

    mug.refresh_from_db()
    assert (run.state, mug.name, figures(mug)) == ("applied", "Other", (11, 0, 11))


@pytest.mark.parametrize("choices", [{}, {"choice_2": "nonsense"}, {"choice_3": "file"}, {"all": "x"}])
def test_no_decision_changes_nothing(client, ana, mug, choices):
    run = uploaded(client, FILE)
    count_down(mug)

    decide(client, run, **choices)

    assert (run.state, run.corrections.count(), len(shown(client, run))) == ("checked", 0, 1)


def test_only_the_owner_decides(client, ana, mug):
    run = uploaded(client, FILE)
    count_down(mug)
    client.force_login(make_user("ben", "import_item", "view_importrun"))

    assert client.post(page("decide", run), {"all": "mine"}).status_code == 404

    assert run.corrections.count() == 0


@pytest.fixture
def stopped(client, ana, monkeypatch):
    """All or nothing in chunks of two, stopped by a conflict after the first chunk."""
    monkeypatch.setattr("inventory.import_apply.CHUNK", 2)
    monkeypatch.setattr("inventory.import_apply.WHOLE", 2)
    items = [make_item(f"MUG-{number}", name="Mug", on_hand=5) for number in range(1, 6)]
    run = uploaded(client, "sku,name,Qty\n" + "".join(f"MUG-{number},Mug,2\n" for number in range(1, 6)), mode="add")
    steps.confirm(run)
    assert steps.apply_next(run)
    items[4].name = "Other"
    items[4].save()
    return run


def test_a_conflict_on_the_way_takes_back_what_was_applied_before(stopped):
    steps.apply(stopped)
    run_tasks(raise_failures=True)

    assert (stopped.state, stopped.applied) == ("failed", 0)
    assert stopped.error == ("MUG-5 was edited since the check. 4 rows had been applied before. They are taken back.")
    assert [figures(item)[0] for item in Item.objects.order_by("sku")] == [5] * 5
    assert Undo.objects.get().undone == stopped.change_set
    assert proof.find_breaches("default") == []


def test_what_was_taken_back_goes_in_once_after_all(client, stopped):
    steps.apply(stopped)
    run_tasks(raise_failures=True)

    client.post(page("check", stopped))
    apply(client, stopped)

    assert (stopped.state, stopped.applied) == ("applied", 5)
    assert [figures(item)[0] for item in Item.objects.order_by("sku")] == [7] * 5


def test_rows_that_stay_applied_are_never_applied_again(client, ana, mug):
    run = uploaded(client, FILE, mode="add")
    ImportRun.objects.update(state="failed", applied=1)

    for name in ("check", "match", "decide"):
        client.post(page(name, run), {"mode": "add", "sku": "sku", "all": "file"})

    run.refresh_from_db()
    assert run.state == "failed"
