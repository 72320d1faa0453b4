"""What only shows with many rows or with several processes at once."""

import threading

import pytest
from django.db import connection

from backoffice.imports import steps
from backoffice.imports.models import ImportRun
from backoffice.imports.tests.sheets import xlsx_file
from inventory import proof
from inventory.models import Item, StockMovement
from inventory.tests.import_shop import counts, run_text

HEAD = ["sku", "name", "barcode", "category", "unit_price", "cost", "quantity", "reorder_level"]


@pytest.mark.django_db
def test_ten_thousand_rows_come_in_with_ledger_and_history_and_change_nothing_the_second_time(tmp_path):
    lines = [[f"BIG-{n}", f"Thing {n}", f"20{n:011}", "Big", 9.95, 4.5, n % 90 + 1, n % 7] for n in range(10_000)]
    book = xlsx_file([HEAD, *lines]).getvalue()

    first = run_text(tmp_path, book, "big.xlsx")
    again = run_text(tmp_path, book, "big.xlsx")

    assert (first.state, counts(first)) == ("applied", (10_000, 0, 0, 0))
    assert (again.state, counts(again)) == ("checked", (0, 0, 10_000, 0))
    assert (Item.history.count(), StockMovement.objects.count()) == (10_000, 10_000)
    assert proof.find_breaches("default") == []


@pytest.mark.django_db
def test_a_state_that_is_read_and_then_saved_would_let_both_through(tmp_path):
    """The control: without compare-and-set, two who looked at the same time both win."""
    run = run_text(tmp_path, "sku,name\nMUG-1,Mug\n", dry_run=True)
    seen = [ImportRun.objects.get(pk=run.pk) for _person in range(2)]

    unguarded = [looked.state == looked.State.CHECKED for looked in seen]
    guarded = [steps.confirm(looked) for looked in seen]

    assert (unguarded, guarded) == ([True, True], [True, False])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_and_two_workers_at_once_apply_once(tmp_path):
    run = run_text(tmp_path, "sku,name,quantity\nMUG-1,Mug,3\n", mode="add", dry_run=True)
    barrier, confirmed = threading.Barrier(4), []

    def act():
        barrier.wait()
        try:
            confirmed.append(steps.confirm(ImportRun.objects.get(pk=run.pk)))
            steps.apply_next(ImportRun.objects.get(pk=run.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    run.refresh_from_db()
    assert (confirmed.count(True), run.state, run.applied) == (1, "applied", 1)
    assert StockMovement.objects.count() == 1
