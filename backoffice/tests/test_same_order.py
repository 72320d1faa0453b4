"""Several people work on one order at the same moment. Each step happens once, and the books stay right."""

import os
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction

from backoffice import busy
from backoffice.tests.race import database_url, race, watching
from inventory import proof, stock
from inventory.forms import ReceiveForm
from inventory.models import Item, Location
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order, OrderLine
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

PEOPLE = 8


def draft() -> Order:
    return make_order((make_item(on_hand=5), 2), (make_item(is_stocked=False), 3))


def confirmed() -> Order:
    return place_order((make_item(on_hand=5), 2), (make_item(is_stocked=False), 3))


def of_services_only() -> Order:
    return place_order((make_item(is_stocked=False), 3))


def cancelled() -> Order:
    order = confirmed()
    workflow.cancel(order)
    return order


@pytest.mark.parametrize(
    ("prepare", "verb", "winners"),
    [
        (draft, workflow.place, PEOPLE),  # who comes second finds it placed
        (confirmed, workflow.cancel, PEOPLE),
        (cancelled, workflow.reopen, PEOPLE),
        (confirmed, workflow.ship, 1),
        (of_services_only, workflow.ship, 1),
        (of_services_only, workflow.cancel, PEOPLE),
    ],
)
def test_a_step_that_many_take_at_once_happens_once(prepare, verb, winners):
    order = prepare()
    steps = order.history.count()

    outcomes = race(lambda _number: attempt(lambda: verb(Order.objects.get(pk=order.pk))), PEOPLE)

    assert (outcomes["done"], sum(outcomes.values())) == (winners, PEOPLE)
    assert set(outcomes) <= {"done", "refused"}
    assert order.history.count() == steps + 1
    assert proof.find_breaches("default") == []


def test_units_that_many_take_back_at_once_come_back_once():
    order = confirmed()
    workflow.ship(order)
    lines = dict.fromkeys(order.lines.filter(item__is_stocked=True).values_list("pk", flat=True), 2)

    outcomes = race(
        lambda _number: attempt(lambda: workflow.take_back(Order.objects.get(pk=order.pk), lines, "Broken")), PEOPLE
    )

    assert outcomes == {"done": 1, "refused": PEOPLE - 1}
    assert proof.find_breaches("default") == []


def test_a_delivery_that_is_submitted_many_times_at_once_is_received_once():
    mug = make_item(on_hand=5)
    typed = {"quantity": 3, "reason": "Delivery", "reference": "PO-7", "newest": mug.levels.get().movements.get().pk}

    def submit(_number: int) -> str:
        form = ReceiveForm(typed, item=mug, location=Location.default())
        return str(form.is_valid() and form.carry_out())

    assert race(submit, PEOPLE) == {"True": PEOPLE}
    assert figures(mug) == (8, 0, 8)


@pytest.mark.parametrize("rounds", [15, pytest.param(300, marks=pytest.mark.deep)])
def test_whatever_many_do_to_a_few_orders_at_once_the_books_are_right(rounds):
    mug, tea, wrapping = make_item(on_hand=30), make_item(on_hand=2, oversell="backorder"), make_item(is_stocked=False)
    katherine = make_customer()
    keys = [make_order((mug, 2), (tea, 2), (wrapping, 1), customer=katherine).pk for _ in range(2)]
    keys += [make_order((tea, 2), (mug, 2), customer=katherine).pk for _ in range(2)]
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")

    def work(person: int) -> str:
        dice = Random(seed + person)
        for _ in range(rounds):
            attempt(lambda: dice.choice(ACTS)(dice, Order.objects.get(pk=dice.choice(keys)), dice.choice([mug, tea])))
        return "done"

    with watching(database_url()) as watch:
        assert race(work, PEOPLE, sqlite_seconds=60) == {"done": PEOPLE}

    assert proof.find_breaches("default") == []
    assert watch.saw_waiting()


def add_line(dice: Random, order: Order, item: Item) -> None:
    OrderLine.objects.create(order=order, item=item, quantity=dice.randint(1, 3))


def edit_line(dice: Random, order: Order, item: Item) -> None:
    if line := order.lines.order_by("?").first():
        line.quantity += dice.choice([-1, 1, 2])
        line.item = dice.choice([item, line.item])
        line.full_clean()
        line.save()


def delete_line(dice: Random, order: Order, item: Item) -> None:
    if line := order.lines.order_by("?").first():
        line.delete()


def settle(dice: Random, order: Order, item: Item) -> None:
    workflow.settle_waiting(order.pk)


def take_back(dice: Random, order: Order, item: Item) -> None:
    workflow.take_back(order, {line.pk: 1 for line in order.lines.all() if line.shipped > line.returned}, "Broken")


def count(dice: Random, order: Order, item: Item) -> None:
    stock.count(item, Location.default(), dice.randint(5, 30), "May count", release_newest=True)


ACTS = [
    lambda dice, order, item: workflow.place(order),
    lambda dice, order, item: workflow.place(order),
    lambda dice, order, item: workflow.cancel(order),
    lambda dice, order, item: workflow.reopen(order),
    lambda dice, order, item: workflow.ship(order, {line.pk: dice.randint(0, 1) for line in order.lines.all()}),
    take_back,
    add_line,
    edit_line,
    delete_line,
    settle,
    count,
]


def attempt(act) -> str:
    """Tried again as the product does when locks clash: lines that changed between reading and locking can cross.

    Rows that are gone by then are as good as a refusal.
    """
    for _ in range(busy.ATTEMPTS):
        try:
            with transaction.atomic():
                act()
                return "done"
        except (ValidationError, OrderLine.DoesNotExist):
            return "refused"
        except OperationalError as error:
            if not busy.is_passing(error):
                raise
    return "busy"
