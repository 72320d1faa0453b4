"""Every verb of stock and every step of an order fails at its first SQL statement, at its second, and so on.

Whatever fails, nothing is half done: afterwards the tables hold what they held before, to the row.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from backoffice.tests import tutorial
from inventory import proof, stock
from inventory.models import Item, Location
from inventory.tests.shop import make_item
from orders import workflow
from orders.actions import together
from orders.models import Customer, Order
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db(transaction=True)

OURS = ["history", "imports", "inventory", "orders", "notifications", "django_ox"]
MOST_STATEMENTS = 400


class InjectedError(DatabaseError):
    """What a database says when its disk is full or its server goes away."""


class InjectedInFormError(Exception):
    """Django goes on after a DatabaseError while it validates constraints; it does not go on after this."""


@contextmanager
def failing_at(statement: int, error: type[Exception] = InjectedError) -> Iterator[list[str]]:
    """The statement of that number is not executed but fails. Yields the list that the statements are noted in."""
    seen: list[str] = []

    def execute_or_fail(execute, sql, params, many, context):
        seen.append(sql)
        if len(seen) == statement:
            raise error(f"injected at statement {statement}: {sql}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute_or_fail):
        yield seen


def everything() -> dict[str, list[tuple]]:
    """Every row of every table of ours."""
    models = (model for app in OURS for model in apps.get_app_config(app).get_models())
    return {model._meta.label: sorted(model._base_manager.values_list(), key=repr) for model in models}


# The verbs, each on a shop of its own ---------------------------------------------------------------------------------

Verb = Callable[[], object]


def main() -> Location:
    return Location.default()


def receive_for_someone_who_waits() -> Verb:
    tea = make_item(oversell="backorder", on_hand=1)
    place_order((tea, 3))
    return lambda: stock.receive(tea, main(), 5, reason="Delivery")


def receive_what_was_never_there() -> Verb:
    tea = make_item()
    return lambda: stock.receive(tea, main(), 5, reason="Delivery")


def adjust() -> Verb:
    mug = make_item(on_hand=5)
    return lambda: stock.adjust(mug, main(), -2, reason="Broken")


def count_less_than_promised() -> Verb:
    mug = make_item(on_hand=5)
    place_order((mug, 2))
    place_order((mug, 3))
    return lambda: stock.count(mug, main(), 1, reason="May count", release_newest=True)


def transfer() -> Verb:
    mug, store = make_item(on_hand=5), Location.objects.create(code="b", name="Store B")
    return lambda: stock.transfer(mug, main(), store, 2, reason="Restock")


def place() -> Verb:
    order = make_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1), (make_item(is_stocked=False), 1))
    return lambda: workflow.place(fresh(order))


def place_from_two_locations() -> Verb:
    order = make_order_from_two_locations()
    return lambda: workflow.place(fresh(order))


def make_order_from_two_locations() -> Order:
    mug, store = make_item(on_hand=5), Location.objects.create(code="b", name="Store B")
    stock.receive(mug, store, 5, reason="Opening stock")
    order = make_order((mug, 6), (mug, 2))
    for line, quantity, location in zip(order.lines.all(), [4, 2], [store, None], strict=True):
        line.quantity, line.location = quantity, location
        line.save()
    return order


def take_back_to_two_locations() -> Verb:
    order = make_order_from_two_locations()
    workflow.place(order)
    workflow.ship(order)
    return lambda: workflow.take_back(fresh(order), {line.pk: 1 for line in order.lines.all()}, "Did not fit")


def ship_part() -> Verb:
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1), (make_item(is_stocked=False), 4))
    first, _second, service = order.lines.all()
    return lambda: workflow.ship(fresh(order), {first.pk: 1, service.pk: 2})


def take_back() -> Verb:
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))
    workflow.ship(order)
    return lambda: workflow.take_back(fresh(order), {line.pk: 1 for line in order.lines.all()}, "Did not fit")


def write_off_what_came_back() -> Verb:
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))
    workflow.ship(order)
    first, second = order.lines.all()
    return lambda: workflow.take_back(fresh(order), {first.pk: 2, second.pk: 1}, "Broken", [first.pk])


def give_up_units() -> Verb:
    order = place_order((make_item(on_hand=5), 4), (make_item(on_hand=5), 1), (make_item(on_hand=5), 2))
    first, second, third = order.lines.all()
    workflow.ship(order, {first.pk: 1, third.pk: 2})
    return lambda: workflow.cancel_units(fresh(order), {first.pk: 3, second.pk: 1})


def cancel_several_together() -> Verb:
    mug, tea = make_item(on_hand=5), make_item(on_hand=5)
    orders = [place_order((tea, 1)), place_order((mug, 2), (tea, 2))]
    return lambda: together([fresh(order) for order in orders], workflow.cancel)


def duplicate() -> Verb:
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))
    return lambda: workflow.duplicate(fresh(order), None)


def cancel_what_others_wait_for() -> Verb:
    mug = make_item(on_hand=3, oversell="backorder")
    order = place_order((mug, 3), (make_item(on_hand=1), 1))
    place_order((mug, 2))
    return lambda: workflow.cancel(fresh(order))


def reopen() -> Verb:
    order = place_order((make_item(on_hand=5), 2))
    workflow.cancel(order)
    return lambda: workflow.reopen(fresh(order))


def swap_the_item_of_a_line() -> Verb:
    line, tea = place_order((make_item(on_hand=5), 2)).lines.get(), make_item(on_hand=5)

    def swap():
        again = type(line).objects.get(pk=line.pk)
        again.item, again.quantity = tea, 4
        again.save()

    return swap


def delete_a_line() -> Verb:
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))
    return lambda: order.lines.get(item__levels__allocated=2).delete()


def delete_a_draft() -> Verb:
    order = make_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))
    return lambda: fresh(order).delete()


def delete_a_draft_without_lines() -> Verb:
    order = make_order()
    return lambda: fresh(order).delete()


def move_an_order() -> Verb:
    mug, store = make_item(on_hand=5), Location.objects.create(code="b", name="Store B")
    stock.receive(mug, store, 5, reason="Opening stock")
    order = place_order((mug, 2))

    def move():
        again = fresh(order)
        again.location = store
        again.save()

    return move


def change_the_rule_of_an_item() -> Verb:
    mug = make_item(on_hand=5)

    def change():
        mug.oversell = Item.Oversell.BACKORDER
        mug.save()

    return change


def settle_those_who_wait() -> Verb:
    tea = make_item(oversell="backorder")
    order = place_order((tea, 3))
    stock.receive(tea, main(), 5, reason="Delivery")
    return lambda: workflow.settle_waiting(order.pk)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


VERBS = [
    receive_for_someone_who_waits,
    receive_what_was_never_there,
    adjust,
    count_less_than_promised,
    transfer,
    place,
    place_from_two_locations,
    ship_part,
    take_back,
    take_back_to_two_locations,
    write_off_what_came_back,
    give_up_units,
    cancel_several_together,
    duplicate,
    cancel_what_others_wait_for,
    reopen,
    swap_the_item_of_a_line,
    delete_a_line,
    delete_a_draft,
    delete_a_draft_without_lines,
    move_an_order,
    change_the_rule_of_an_item,
    settle_those_who_wait,
]


@pytest.mark.parametrize("prepare", VERBS, ids=lambda prepare: prepare.__name__)
def test_a_verb_that_fails_at_any_statement_has_done_nothing(prepare):
    verb, before = prepare(), everything()

    for statement in range(1, MOST_STATEMENTS):
        with failing_at(statement) as seen:
            try:
                verb()
                break
            except InjectedError:
                pass
        assert everything() == before, f"half done after failing at statement {statement}: {seen[-1]}"

    assert 3 < len(seen) == statement - 1
    assert everything() != before
    assert proof.find_breaches("default") == []


def test_without_transactions_a_verb_is_left_half_done(monkeypatch):
    """The negative control. If nothing were half done now, the test above would prove nothing."""
    verb, before = transfer(), everything()
    tutorial.take_transactions_off(monkeypatch.setattr)

    for statement in range(1, MOST_STATEMENTS):
        with failing_at(statement), pytest.raises(InjectedError):
            verb()
        if everything() != before:
            break

    assert proof.find_breaches("default") != []


# The order form -------------------------------------------------------------------------------------------------------


@pytest.fixture
def dana(client: Client) -> Client:
    user = User.objects.create_user("dana", is_staff=True)
    user.groups.add(Group.objects.get(name="Sales"))
    client.force_login(user)
    client.raise_request_exception = False
    return client


def test_an_order_entered_through_the_form_is_whole_or_not_there_and_a_second_try_enters_it_once(dana):
    mug, tea, katherine = make_item(on_hand=5), make_item(on_hand=5), make_customer()
    post = partial(dana.post, reverse("admin:orders_order_add"), typed(katherine, mug, tea))
    before, statement, codes = everything(), 0, set()

    while not Order.objects.exists():
        statement += 1
        with failing_at(statement, InjectedInFormError):
            codes.add(post().status_code)
        assert Order.objects.exists() or everything() == before, f"half done after failing at statement {statement}"
        assert proof.find_breaches("default") == []

    entered = everything()
    assert post().status_code == 302  # shows the order that is there
    assert everything() == entered
    assert [line.allocated for line in Order.objects.get().lines.all()] == [2, 1]
    assert statement > 30
    assert codes <= {302, 500}


def typed(customer: Customer, *items: Item) -> dict[str, object]:
    data: dict[str, object] = {"customer": customer.pk, "location": main().pk, "one_time_key": "k" * 32, "_place": "1"}
    for number, item in enumerate(items):
        data |= {f"lines-{number}-item": item.pk, f"lines-{number}-quantity": 2 - number}
    return data | {"lines-TOTAL_FORMS": len(items), "lines-INITIAL_FORMS": 0}
