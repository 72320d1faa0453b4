"""A process that applies an import is killed at random moments. Taken up again, it ends as if undisturbed."""

import os
import signal
import time
from random import Random

import pytest

from backoffice.imports import steps
from backoffice.tests.buyers import Nursery, nursery
from backoffice.tests.race import database_url
from backoffice.tests.test_kill import is_running, seeded
from inventory import import_apply, proof
from inventory.models import Item, StockLevel, StockMovement
from inventory.tests.import_shop import run_text
from inventory.tests.shop import make_item

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ROWS, CHUNK = 60, 6
HEADER = "sku,name,unit_price,quantity,reorder_level\n"


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.deep)])
def test_an_import_that_was_killed_ends_as_one_that_was_not(kills, tmp_path, monkeypatch):
    monkeypatch.setattr(import_apply, "CHUNK", CHUNK)
    undisturbed, dice, interrupted = end_of(checked(tmp_path, "calm"), "calm"), seeded(), 0

    with nursery(database_url()) as workers:
        for number in range(kills):
            run = checked(tmp_path, f"k{number}")
            kill_amid(workers, "import", run, dice)
            interrupted += run.state == run.State.APPLYING

            assert end_of(run, f"k{number}") == undisturbed

    assert proof.find_breaches("default") == []
    assert interrupted > kills / 2  # the kills did hit imports


def test_without_transactions_a_kill_leaves_rows_half_applied(tmp_path, monkeypatch):
    """The negative control. If everything ended well here too, the kills above would prove nothing."""
    monkeypatch.setattr(import_apply, "CHUNK", CHUNK)
    undisturbed, dice, ends = end_of(checked(tmp_path, "calm"), "calm"), seeded(), []

    with nursery(database_url()) as workers:
        for number in range(10):
            run = checked(tmp_path, f"k{number}")
            kill_amid(workers, "import-in-autocommit", run, dice)
            ends.append(end_of(run, f"k{number}"))

    assert ends != [undisturbed] * 10


def checked(tmp_path, batch: str):
    """A confirmed run of new items, and of such that are there: with stock, without, and with a price that stays."""
    for number in range(0, ROWS, 3):
        make_item(f"{batch}-{number}", name=f"Mug {number}", unit_price=number, on_hand=number % 4)
    lines = "".join(f"{batch}-{n},Mug {n},{n + n % 2},{n % 9 + 3},{n % 3}\n" for n in range(ROWS))
    run = run_text(tmp_path, HEADER + lines, f"{batch}.csv", only_good=True, dry_run=True)
    assert steps.confirm(run)
    return run


def kill_amid(workers: Nursery, job: str, run, dice: Random) -> None:
    """After some of its chunks, and somewhere in the next."""
    workers.tell(job, run.pk, CHUNK)
    pid = int(workers.hear())
    for _chunk in range(dice.randrange(ROWS // CHUNK - 2)):
        assert workers.hear() == "chunk"
    time.sleep(dice.uniform(0, 0.03))
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        time.sleep(0.001)
    workers.tell("say", "buried")
    list(iter(workers.hear, "buried"))
    run.refresh_from_db()


def end_of(run, batch: str) -> dict:
    """What there is after the run was applied to its end, without the ids and the name of the batch."""
    steps.apply(run)
    mine = {"item__sku__startswith": f"{batch}-"}
    levels, moved = (
        StockLevel.objects.filter(**mine),
        StockMovement.objects.filter(**{f"level__{name}": value for name, value in mine.items()}),
    )
    items = Item.objects.filter(sku__startswith=f"{batch}-")
    history, level_history = Item.history.filter(sku__startswith=f"{batch}-"), StockLevel.history.filter(item__in=items)
    acts = {row.change_set_id for row in [*history, *level_history, *moved] if row.change_set.source == "import"}
    found = {
        "run": [(run.state, run.applied, run.new, run.changed, run.refused)],
        "items": items.values_list("sku", "name", "unit_price", "is_active"),
        "levels": levels.values_list("item__sku", "on_hand", "allocated", "reorder_level"),
        "movements": moved.values_list("level__item__sku", "kind", "on_hand_delta", "on_hand_after"),
        "history": history.values_list("sku", "history_type", "unit_price"),
        "level history": level_history.values_list("item__sku", "history_type", "reorder_level"),
    }
    told = {name: sorted(str(row).replace(f"{batch}-", "") for row in rows) for name, rows in found.items()}
    return told | {"acts": [str(act == run.change_set_id) for act in acts]}
