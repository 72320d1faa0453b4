"""Orders are placed while an import moves the stock of the very items: both come through, and the books are right."""

import threading
from random import Random

import pytest
from django.db import connection

from backoffice.imports import steps
from backoffice.imports.models import ImportRun
from backoffice.tests.race import race
from inventory import import_apply, proof
from inventory.models import Item, Location, StockLevel
from inventory.tests.import_shop import run_text
from inventory.tests.shop import make_item
from orders.models import Order, OrderLine
from orders.tests.shop import make_customer, place_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ITEMS, OPENING, BUYERS, ORDERS = 30, 100, 3, 8


@pytest.mark.parametrize(("mode", "ends_with"), [("set", 150), ("add", 250)])
def test_orders_and_an_import_of_the_same_items_come_through(mode, ends_with, tmp_path, monkeypatch):
    monkeypatch.setattr(import_apply, "CHUNK", 3)
    items, customer = [make_item(f"MUG-{number}", on_hand=OPENING) for number in range(ITEMS)], make_customer()
    run = confirmed(tmp_path, "sku,quantity\n" + "".join(f"MUG-{number},150\n" for number in range(ITEMS)), mode)

    def act(number):
        if not number:
            steps.apply(ImportRun.objects.get(pk=run.pk))
            return "imported"
        dice = Random(number)
        for _order in range(ORDERS):
            place_order(*((item, 1) for item in dice.sample(items, 3)), customer=customer)
        return "placed"

    assert race(act, BUYERS + 1, sqlite_seconds=60) == {"imported": 1, "placed": BUYERS}

    run.refresh_from_db()
    promised = sum(OrderLine.objects.values_list("allocated", flat=True))
    assert (run.state, run.applied, Order.objects.count()) == ("applied", ITEMS, BUYERS * ORDERS)
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {ends_with}
    assert (promised, proof.find_breaches("default")) == (BUYERS * ORDERS * 3, [])


@pytest.mark.parametrize("is_guarded", [True, False], ids=["guarded", "the control"])
def test_a_level_that_somebody_makes_after_the_lock_is_not_lost(is_guarded, tmp_path, monkeypatch):
    """SQLite gives nobody a turn in between, so there the row is simply applied."""
    if not is_guarded:
        monkeypatch.setattr(import_apply, "check_no_level_came_between", lambda *args: None)
    make_item("MUG-1")
    run = confirmed(tmp_path, "sku,quantity\nMUG-1,5\n", "add")
    monkeypatch.setattr(import_apply, "move_levels", meanwhile(make_level))  # there is none to be moved yet

    outcome = applied_or_not(run)

    on_hand = list(StockLevel.objects.values_list("on_hand", flat=True))
    if connection.vendor == "sqlite":
        assert (outcome, on_hand) == ("applied", [5])
    else:
        assert (outcome, on_hand) == (("tried again", [0]) if is_guarded else ("applied", [0]))


def confirmed(tmp_path, text, mode):
    run = run_text(tmp_path, text, mode=mode, only_good=True, dry_run=True)
    assert steps.confirm(run)
    return run


def make_level():
    StockLevel.objects.create(item=Item.objects.get(sku="MUG-1"), location=Location.default())


def meanwhile(act):
    """Stands in for a step of the import, and lets somebody else act in a connection of their own."""

    def step(*args):
        if connection.vendor == "sqlite":
            return
        somebody = threading.Thread(target=lambda: (act(), connection.close()))
        somebody.start()
        somebody.join()

    return step


def applied_or_not(run):
    try:
        steps.apply_next(run)
    except RuntimeError:
        return "tried again"
    run.refresh_from_db()
    return run.state
