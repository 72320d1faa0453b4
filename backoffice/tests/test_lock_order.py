"""The locks that each verb takes, read from its statements: stock levels, then orders, then lines, by primary key.

A deadlock needs luck to happen in a test; a lock that is missing or comes too early is seen here every time.
"""

import re
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.tests import test_fail_at_every_statement as verbs
from inventory import receivers, stock
from inventory.models import Location, StockLevel, StockMovement
from inventory.rules import StockRefused
from inventory.tests.shop import figures, level_of, make_item
from orders import receivers as order_receivers
from orders import workflow
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db

LOCKED = re.compile(r'FROM "(?:inventory|orders)_(\w+)".*FOR NO KEY UPDATE')
BY_KEY = re.compile(r'ORDER BY "\w+"\."id" ASC|"id" = \d+ (LIMIT 21 )?FOR')  # in their order, or only one

STOCK_ONLY = ["stocklevel"]
ORDER_TOO = ["stocklevel", "order"]
LINES_TOO = ["stocklevel", "order", "orderline"]
LOCKS = {
    verbs.receive_for_someone_who_waits: STOCK_ONLY,
    verbs.receive_what_was_never_there: STOCK_ONLY,
    verbs.adjust: STOCK_ONLY,
    verbs.count_less_than_promised: ORDER_TOO,
    verbs.transfer: STOCK_ONLY,
    verbs.place: ORDER_TOO,
    verbs.place_from_two_locations: ORDER_TOO,
    verbs.ship_part: LINES_TOO,
    verbs.take_back: LINES_TOO,
    verbs.take_back_to_two_locations: LINES_TOO,
    verbs.write_off_what_came_back: LINES_TOO,
    verbs.give_up_units: LINES_TOO,
    verbs.cancel_several_together: ORDER_TOO,
    verbs.duplicate: ORDER_TOO,
    verbs.cancel_what_others_wait_for: ORDER_TOO,
    verbs.reopen: ORDER_TOO,
    verbs.swap_the_item_of_a_line: ORDER_TOO,
    verbs.delete_a_line: ORDER_TOO,
    verbs.delete_a_draft: ORDER_TOO,
    verbs.delete_a_draft_without_lines: ["order"],
    verbs.move_an_order: ORDER_TOO,
    verbs.change_the_rule_of_an_item: STOCK_ONLY,
    verbs.settle_those_who_wait: ORDER_TOO,
}


def test_the_locks_of_every_verb_are_told():
    assert list(LOCKS) == verbs.VERBS


@pytest.mark.parametrize("prepare", LOCKS, ids=lambda prepare: prepare.__name__)
def test_levels_are_locked_before_orders_and_orders_before_lines(prepare):
    verb = prepare()

    with CaptureQueriesContext(connection) as queries:
        verb()

    locking = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert tables(locking) == (LOCKS[prepare] if connection.vendor == "postgresql" else [])
    assert [sql for sql in locking if not BY_KEY.search(sql)] == []


def tables(locking: list[str]) -> list[str]:
    """In the order in which each was locked first."""
    found = [LOCKED.search(sql) for sql in locking]
    return list(dict.fromkeys(match[1] for match in found if match))


@pytest.mark.parametrize("is_transfer", [True, False])
def test_several_levels_are_locked_by_one_statement_that_puts_them_in_order(is_transfer):
    mug, tea, store = make_item(on_hand=5), make_item(on_hand=5), Location.objects.create(code="b", name="Store B")
    order = place_order((tea, 2), (mug, 1))
    workflow.ship(order)
    shipped = [line.full_claim(order) for line in order.lines.order_by("-pk")]

    with CaptureQueriesContext(connection) as queries:
        if is_transfer:
            stock.transfer(mug, Location.default(), store, 2, reason="Restock")
        else:
            stock.take_back([replace(claim, quantity=1) for claim in shipped], reason="Broken")

    locking = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert connection.vendor == "sqlite" or re.search(r'"id" IN \(\d+, \d+\) ORDER BY', locking[0])


@pytest.mark.parametrize("prepare", [verbs.place_from_two_locations, verbs.take_back_to_two_locations])
def test_the_levels_of_lines_from_two_locations_are_locked_by_the_first_statement(prepare):
    verb = prepare()

    with CaptureQueriesContext(connection) as queries:
        verb()

    first = next((query["sql"] for query in queries if LOCKED.search(query["sql"])), "")
    assert connection.vendor == "sqlite" or len(set(re.findall(r'"location_id" = (\d+)', first))) == 2


def test_an_order_that_goes_locks_its_levels_itself_whoever_locked_them_before():
    order = make_order((make_item(on_hand=5), 2))

    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        order_receivers.refuse_deletion(order)

    assert connection.vendor == "sqlite" or tables([query["sql"] for query in queries]) == ORDER_TOO


def test_the_levels_of_several_orders_are_locked_by_the_first_statement():
    cancel = verbs.cancel_several_together()

    with CaptureQueriesContext(connection) as queries:
        cancel()

    first = next((query["sql"] for query in queries if LOCKED.search(query["sql"])), "")
    assert connection.vendor == "sqlite" or re.search(r'"item_id" IN \(\d+, \d+\)', first)


def test_a_movement_that_was_weighed_against_another_balance_moves_nothing():
    mug = make_item(on_hand=5)
    level = level_of(mug)
    movement = StockMovement(level=level, kind="receipt", on_hand_delta=3)
    movement.weigh(StockLevel(item=mug, location=level.location))  # of a level that seemed empty

    with pytest.raises(StockRefused, match="The balance changed"), transaction.atomic():
        receivers.move_balances([movement])

    assert figures(mug) == (5, 0, 5)
