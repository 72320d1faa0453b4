"""An undo while others sell, two undos at once, and an undo whose process is killed."""

import contextlib
import os
import time

import pytest
from django.db.models import QuerySet

from backoffice.history import undo_run
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.undo_run import UndoRefused
from backoffice.tests.buyers import nursery
from backoffice.tests.race import database_url, race
from backoffice.tests.test_kill import is_running, kill_amid, seeded
from inventory import proof, stock
from inventory.models import Item, Location, StockLevel
from inventory.rules import StockRefused
from inventory.tests.import_shop import run_text
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order
from orders.tests.shop import make_customer, make_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

PATIENCE = 60


def received(mug: Item, units: int) -> ChangeSet:
    with change_set(Source.ADMIN) as act:
        stock.receive(mug, Location.default(), units, reason="Delivery")
    return act.row()


def undo(done: ChangeSet) -> str:
    try:
        undo_run.start(ChangeSet.objects.get(pk=done.pk), None, "A mistake")
    except UndoRefused as refusal:
        return str(refusal.code)
    return "undone"


def place(pk: int) -> str:
    try:
        workflow.place(Order.objects.get(pk=pk))
    except StockRefused as refusal:
        return str(refusal.code)
    return "placed"


@pytest.mark.parametrize("_round", range(5))
def test_while_orders_are_placed_an_undo_takes_only_what_stock_can_bear(_round):
    mug, customer = make_item(on_hand=8), make_customer()
    done = received(mug, 8)
    orders = [make_order((mug, 1), customer=customer).pk for _ in range(12)]

    outcomes = race(lambda n: place(orders[n]) if n < 12 else undo(done), 13, PATIENCE)

    on_hand, allocated, _available = figures(mug)
    is_undone = bool(outcomes["undone"])
    assert (on_hand, allocated) == (8 if is_undone else 16, outcomes["placed"])
    assert outcomes["placed"] == 12 if not is_undone else outcomes["placed"] == 8
    assert sum(outcomes[name] for name in ("placed", "stock_short", "undone", "nothing_goes_back")) == 13
    assert proof.find_breaches("default") == []


def test_a_balance_that_is_written_back_as_it_was_breaks_the_books():
    """The negative control: going back to the figure of then instead of moving the difference."""
    mug, customer = make_item(on_hand=8), make_customer()
    before = figures(mug)[0]
    received(mug, 8)
    place(make_order((mug, 3), customer=customer).pk)

    QuerySet(StockLevel).filter(item=mug).update(on_hand=before)

    assert proof.find_breaches("default") != []


def test_of_many_who_undo_the_same_at_once_one_does():
    mug = make_item(on_hand=8)
    done = received(mug, 5)

    outcomes = race(lambda _n: undo(done), 8, PATIENCE)

    assert outcomes == {"undone": 1, "undone_already": 7}
    assert figures(mug) == (8, 0, 8)
    assert Undo.objects.count() == 1


@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.deep)])
def test_an_undo_whose_process_is_killed_goes_on_where_it_was(kills, tmp_path):
    header, dice = "sku,name,price,quantity\n", seeded()
    run_text(tmp_path, header + "".join(f"S-{n},Old {n},1,{n % 5}\n" for n in range(kills * 4)))
    before = says()
    done = run_text(tmp_path, header + "".join(f"S-{n},New {n},2,{n % 7}\n" for n in range(kills * 4))).change_set
    assert done
    undo = Undo.objects.create(undone=done, reason="Wrong file", records=undo_run.count(done))

    with nursery(database_url()) as processes:
        for _ in range(kills):
            kill_amid(processes, "undo", undo.pk, dice=dice)
            assert proof.find_breaches("default") == []
        processes.tell("undo", undo.pk)
        wait_for(int(processes.hear()))

    undo.refresh_from_db()
    assert (undo.state, undo.left, says()) == ("done", [], before)
    assert ChangeSet.objects.filter(source=Source.UNDO).count() == 1


def says() -> list[tuple]:
    return list(Item.objects.order_by("pk").values_list("sku", "name", "unit_price", "levels__on_hand", "is_active"))


def wait_for(pid: int) -> None:
    while is_running(pid):
        time.sleep(0.01)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
