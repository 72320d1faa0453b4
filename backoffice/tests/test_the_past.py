"""Whatever is done, and in whatever order: the past is shown as it was when it was the present."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from backoffice.history import as_of
from backoffice.history.entries import history_models
from backoffice.history.moments import Moment
from backoffice.tests import twins
from backoffice.tests.twins import Twins
from inventory import as_of as stock_as_of
from inventory import stock_value
from inventory.models import Item, StockLevel
from orders.models import Customer

pytestmark = pytest.mark.django_db

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(4, 40))]
Picture = dict[Any, dict[int, tuple]]


class Remembering(Twins):
    """Between the operations on stock and orders, records are edited, made and deleted. Each leaves a picture."""

    def __post_init__(self):
        super().__post_init__()
        self.pictures: list[tuple[datetime, Picture]] = []

    def do(self, name: str, *args) -> None:
        super().do(name, *args)
        EDITS[len(self.trace) % len(EDITS)](len(self.trace))
        self.pictures.append((timezone.now(), as_it_is()))


def rename_item(number: int) -> None:
    _edit(Item.objects.order_by("pk")[number % Item.objects.count()], name=f"Name {number}", category=f"C{number % 3}")


def reprice_item(number: int) -> None:
    _edit(Item.objects.order_by("pk")[number % Item.objects.count()], cost=Decimal(number), unit_price=Decimal(number))


def make_customer(number: int) -> None:
    Customer.objects.create(name=f"Customer {number}")


def delete_customer(number: int) -> None:
    if customer := Customer.objects.filter(name__startswith="Customer").order_by("pk").first():
        customer.delete()


def _edit(record: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


EDITS: list[Callable[[int], None]] = [rename_item, make_customer, reprice_item, delete_customer, lambda number: None]


def as_it_is() -> Picture:
    """Every field of every tracked record, and every balance, as the tables have them."""
    tracked = {history.instance_type: attnames(history) for history in history_models()}
    picture = {model: _by_pk(model.objects.values_list(*names)) for model, names in tracked.items()}
    picture["stock"] = _by_pk(StockLevel.objects.exclude(movements=None).values_list("pk", "on_hand", "allocated"))
    return picture


def as_it_was(at: datetime) -> Picture:
    """The same, by history and ledger."""
    moment = Moment(at)
    tracked = {history.instance_type: attnames(history) for history in history_models()}
    picture = {model: _by_pk(as_of.versions(model, moment).values_list(*names)) for model, names in tracked.items()}
    moved = stock_as_of.levels(moment).filter(then_on_hand__isnull=False)
    picture["stock"] = _by_pk(moved.values_list("pk", "then_on_hand", "then_allocated"))
    return picture


def attnames(history: Any) -> list[str]:
    return [field.attname for field in history.tracked_fields]


def _by_pk(rows: Any) -> dict[int, tuple]:
    return {row[0]: row for row in rows}


@pytest.mark.parametrize("seed", SEEDS)
def test_at_every_moment_the_past_is_what_it_was(seed):
    shop = Remembering()

    twins.run(shop, seed, steps=60)

    wrong = [number for number, (at, picture) in enumerate(shop.pictures) if as_it_was(at) != picture]
    assert (wrong, len(shop.pictures) > 40) == ([], True)


def test_the_value_of_stock_was_at_every_moment_what_the_levels_were_worth():
    shop = Remembering()

    twins.run(shop, seed=1, steps=60)

    for at, picture in shop.pictures:
        costs = {pk: row[attnames(Item.history.model).index("cost")] for pk, row in picture[Item].items()}
        items = {
            pk: row[attnames(StockLevel.history.model).index("item_id")] for pk, row in picture[StockLevel].items()
        }
        worth = sum((on_hand * costs[items[pk]] for pk, on_hand, _allocated in picture["stock"].values()), Decimal(0))
        assert stock_value.total(Moment(at)).value == worth


def test_a_picture_that_is_not_of_the_moment_is_noticed():
    """The control: had as-of shown the present, the test above would have failed."""
    shop = Remembering()

    twins.run(shop, seed=0, steps=5)

    assert as_it_was(timezone.now()) != shop.pictures[0][1]
