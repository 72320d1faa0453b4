"""After whatever was done, an act that can go back goes back, and back again, and everything is as it was before."""

import contextlib
from itertools import count
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django_ox.testing import run_tasks
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from backoffice.history import proof as past
from backoffice.history import undo_run
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet
from backoffice.history.undo import Outcome
from backoffice.tests.test_state_machine import Drawn
from inventory import proof, stock
from inventory.models import Item, Location, StockLevel
from inventory.tests.import_shop import run_text
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import Customer, Order, OrderLine
from orders.tests.shop import make_customer, make_order

pytestmark = pytest.mark.django_db

_numbers = count(1)


class Shop:
    """Three items, two locations, and people who receive, count, sell, edit, delete and import."""

    def __init__(self, draw: Drawn, folder: Path):
        self.draw, self.folder = draw, folder
        for policy in (Item.Oversell.BLOCK, Item.Oversell.BLOCK, Item.Oversell.BACKORDER):
            make_item(on_hand=4, oversell=policy)
        self.places = [Location.default(), Location.objects.create(code="b", name="Store B")]
        self.customer = make_customer(told=Customer.Told.NOT)
        self.first = ChangeSet.objects.latest("pk").pk
        self.verbs = [getattr(self, name) for name in sorted(vars(Shop)) if name.startswith("do_")]

    def act(self) -> None:
        """One act of somebody; what is refused changes nothing. Then the worker does what waits."""
        verb = self.verbs[self.draw.between(0, len(self.verbs) - 1)]
        with contextlib.suppress(ValidationError), transaction.atomic(), change_set(Source.ADMIN):
            verb()
        run_tasks()

    def one_of(self, records):
        return records[self.draw.between(0, len(records) - 1)] if records else None

    def an_item(self) -> Item:
        return self.one_of(Item.objects.order_by("pk"))

    def an_order(self) -> Order:
        return self.one_of(Order.objects.order_by("pk")) or make_order((self.an_item(), 1), customer=self.customer)

    def a_line(self) -> OrderLine:
        if not OrderLine.objects.exists():
            make_order((self.an_item(), 1), customer=self.customer)
        return self.one_of(OrderLine.objects.order_by("pk"))

    def do_receive(self) -> None:
        stock.receive(self.an_item(), self.one_of(self.places), self.draw.between(1, 9), "Delivery")

    def do_adjust(self) -> None:
        stock.adjust(self.an_item(), self.places[0], self.draw.between(1, 4) * (-1) ** self.draw.between(0, 1), "Found")

    def do_count(self) -> None:
        is_releasing = self.draw.between(0, 1) == 1
        stock.count(self.an_item(), self.places[0], self.draw.between(0, 9), "Stocktake", release_newest=is_releasing)

    def do_transfer(self) -> None:
        stock.transfer(self.an_item(), self.places[0], self.places[1], self.draw.between(1, 4), "Sold out")

    def do_enter(self) -> None:
        order = make_order(*[(self.an_item(), self.draw.between(1, 4)) for _ in range(2)], customer=self.customer)
        if self.draw.between(0, 1):
            workflow.place(order)

    def do_step(self) -> None:
        steps = [workflow.place, workflow.cancel, workflow.reopen, workflow.ship, Order.delete]
        self.one_of(steps)(self.an_order())

    def do_take_back(self) -> None:
        line = self.a_line()
        workflow.take_back(line.order, {line.pk: 1}, "Chipped", [line.pk] * self.draw.between(0, 1))

    def do_cancel_units(self) -> None:
        line = self.a_line()
        workflow.cancel_units(line.order, {line.pk: 1})

    def do_edit_line(self) -> None:
        line = self.a_line()
        line.item, line.quantity = self.an_item(), self.draw.between(1, 5)
        line.save()

    def do_edit_order(self) -> None:
        order = self.an_order()
        with workflow.editing(order):
            order.note, order.tax_rate = f"Note {self.draw.between(1, 3)}", self.one_of([None, 0, 19])
            order.location, order.version = self.one_of(self.places), order.version + 1
            order.save()
            line = order.lines.first()
            if line and self.draw.between(0, 1):
                line.delete()

    def do_edit_item(self) -> None:
        item = self.an_item()
        item.name, item.unit_price = f"Name {self.draw.between(1, 3)}", self.draw.between(1, 3)
        item.save()

    def do_edit_customer(self) -> None:
        customer = Customer.objects.get()
        customer.name = f"Katherine {self.draw.between(1, 3)}"
        customer.save()

    def do_edit_level(self) -> None:
        if level := StockLevel.objects.first():
            level.reorder_level = self.draw.between(0, 3)
            level.save()

    def do_enter_item(self) -> None:
        make_item(f"NEW-{next(_numbers)}", on_hand=self.draw.between(0, 2))

    def do_delete_item(self) -> None:
        if unused := Item.objects.filter(levels=None, order_lines=None).first():
            unused.delete()

    def do_import_file(self) -> None:
        rows = [f"{self.an_item().sku},Name {self.draw.between(1, 3)},{self.draw.between(3, 9)},2", "EXTRA,Extra,4,1"]
        text = "\n".join(["sku,name,quantity,reorder level", *dict.fromkeys(rows)])
        run_text(self.folder, text, only_good=True)

    def acts(self) -> list[ChangeSet]:
        return list(ChangeSet.objects.filter(pk__gt=self.first).order_by("pk"))


def everything() -> dict[str, list]:
    """All that people see, but for counters of edits."""
    lines = OrderLine.objects.order_by("pk")
    fields = [f.attname for f in OrderLine._meta.concrete_fields]
    return {
        "items": list(Item.objects.order_by("pk").values_list()),
        "levels": list(
            StockLevel.objects.order_by("pk").values_list("pk", "item", "location", "on_hand", "reorder_level")
        ),
        "allocated": list(StockLevel.objects.order_by("pk").values_list("pk", "allocated")),
        "customers": list(Customer.objects.order_by("pk").values_list()),
        "orders": list(Order.objects.order_by("pk").values_list("pk", "number", "status", "location", "note", "total")),
        "lines": list(lines.values_list(*fields)),
    }


def is_somebody_waiting() -> bool:
    """Then units that an undo sets free go to others at once."""
    waiting = OrderLine.objects.filter(order__status__in=Order.HOLDING, item__is_stocked=True)
    return waiting.filter(quantity__gt=F("allocated") + F("shipped")).exists()


def stays(done: ChangeSet) -> list[str]:
    groups = undo_run.rehearse(done)
    return [part.why for group in groups for part in group.parts if part.outcome == Outcome.STUCK]


def goes(done: ChangeSet) -> bool:
    return any(part.outcome == Outcome.BACK for group in undo_run.rehearse(done) for part in group.parts)


def breaches() -> list[str]:
    return [*proof.find_breaches("default"), *past.find_doubles("default")]


@settings(
    phases=[Phase.generate],
    max_examples=15,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(data=st.data())
def test_an_undo_and_the_undo_of_it_change_nothing(tmp_path_factory, data):
    with transaction.atomic():
        try_it(Drawn(data), tmp_path_factory.mktemp("files"))
        transaction.set_rollback(True)


@pytest.mark.deep
@settings(max_examples=1000, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(data=st.data())
def test_an_undo_and_the_undo_of_it_change_nothing_a_thousand_times(tmp_path_factory, data):
    with transaction.atomic():
        try_it(Drawn(data), tmp_path_factory.mktemp("files"))
        transaction.set_rollback(True)


def try_it(draw: Drawn, folder: Path) -> None:
    shop = Shop(draw, folder)
    for _ in range(draw.between(2, 12)):
        shop.act()
    acts = [done for done in shop.acts() if goes(done)]
    assume(acts)
    done = acts[draw.between(0, len(acts) - 1)]
    waiting, before = is_somebody_waiting(), everything()

    by = undo_run.start(done, None, "A mistake").by
    run_tasks()
    assert by
    assert breaches() == []
    event(f"undone: {done.source}")
    is_free = not waiting and not is_somebody_waiting()
    if is_free:
        assert stays(by) == []
        undo_run.start(by, None, "Not a mistake")
        run_tasks()
        assert breaches() == []
        assert everything() == before
