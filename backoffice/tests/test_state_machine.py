"""Thousands of operations in every order: after each the shop is what a model in plain Python says that it should be.

The model knows no database, so a trace that ends like the model on SQLite and on PostgreSQL ends alike on both.
"""

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from backoffice.tests import twins
from backoffice.tests.twins import OPERATIONS, STALE, Twins, is_possible

pytestmark = pytest.mark.django_db


class Drawn:
    def __init__(self, data: st.DataObject):
        self.data = data

    def between(self, least: int, most: int) -> int:
        return self.data.draw(st.integers(least, most))


class ShopMachine(RuleBasedStateMachine):
    """Every example is one transaction, rolled back at its end; every operation is a savepoint of its own."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.twins = Twins()

    def teardown(self):
        self.twins.prove()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @precondition(lambda self: self.twins.model.orders)
    @rule(data=st.data())
    def open_form(self, data):
        self.twins.open_form(twins.one_of(Drawn(data), self.twins.model.orders))

    @rule(data=st.data())
    def crash(self, data):
        names = [name for name in OPERATIONS if name not in STALE and is_possible(name, self.twins)]
        name = data.draw(st.sampled_from(names))
        self.twins.crash(name, *OPERATIONS[name](Drawn(data), self.twins))


def a_rule(name: str) -> Callable:
    def step(self, data):
        self.twins.do(name, *OPERATIONS[name](Drawn(data), self.twins))

    step.__name__ = name
    return precondition(lambda self: is_possible(name, self.twins))(rule(data=st.data())(step))


for name in OPERATIONS:
    setattr(ShopMachine, name, a_rule(name))


PART_OF_A_RUN = [1, 2]  # of 40 examples; parts run beside each other
PART_OF_A_NIGHT = [pytest.param(number, marks=pytest.mark.deep) for number in range(3, 28)]
SEEDS = [*range(12), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(12, 112))]


@pytest.mark.parametrize("part", [*PART_OF_A_RUN, *PART_OF_A_NIGHT])
def test_whatever_is_done_the_shop_is_what_the_model_says(part):
    run_state_machine_as_test(
        ShopMachine,
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_trace_ends_in_the_same_state_on_every_database(seed):
    shop = Twins()

    twins.run(shop, seed, steps=500)
    shop.prove()

    assert shop.shop_says() == shop.model_says()
    assert 50 < shop.refused < 350
