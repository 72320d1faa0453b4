"""Whoever imports hears how it ended, once; a file that is only looked at tells nobody."""

import pytest
from django.contrib.auth.models import User

from backoffice.imports import steps
from inventory.tests.import_shop import run_text
from inventory.tests.shop import level_of, make_item
from notifications.models import Notification
from notifications.tests.test_outbox import make_staff

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("event", "recipient"))


@pytest.fixture
def dana() -> User:
    return User.objects.create_user("dana", "dana@example.com", is_staff=True)


def test_who_imported_is_told_that_it_is_finished(tmp_path, dana):
    run = run_text(tmp_path, "sku,name,quantity\nMUG-1,Mug,5\n", user=dana)

    assert told() == [("import_finished", "dana@example.com")]
    assert Notification.objects.get().run == run


def test_a_file_that_is_only_checked_tells_nobody(tmp_path, dana):
    make_staff("sam", "Warehouse")
    mug = make_item("MUG-1", on_hand=5)
    level = level_of(mug)
    level.reorder_level = 4
    level.save()

    run = run_text(tmp_path, "sku,quantity\nMUG-1,1\nMUG-2,nonsense\n", user=dana)

    assert (run.state, run.refused, told()) == ("checked", 1, [])


def test_a_file_that_cannot_be_read_is_told_as_failed(tmp_path, dana):
    run = run_text(tmp_path, "sku,name,quantity\nMUG-1,Mug,x\n", user=dana)
    run.move("checked", to="matched")
    run.file.storage.delete(run.file.name)

    with pytest.raises(FileNotFoundError):
        steps.check(run)

    assert told() == [("import_failed", "dana@example.com")]


def test_an_import_that_makes_things_run_low_is_one_message_for_all_of_them(tmp_path, dana):
    sam = make_staff("sam", "Warehouse")
    for sku in ("MUG-1", "MUG-2"):
        level = level_of(make_item(sku, on_hand=5))
        level.reorder_level = 4
        level.save()

    run_text(tmp_path, "sku,quantity\nMUG-1,1\nMUG-2,2\n", user=dana)

    low = Notification.objects.get(event="stock_ran_low")
    assert (low.recipient, [item["sku"] for item in low.facts["items"]]) == (sam.email, ["MUG-1", "MUG-2"])
    assert sorted(low.items.values_list("sku", flat=True)) == ["MUG-1", "MUG-2"]
