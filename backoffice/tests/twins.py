"""The shop and its model side by side: each operation is done to both, and both must say the same.

The numbers of the model stand for rows of the database in the order in which these were made.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django_ox.testing import run_tasks

from backoffice.tests.stock_model import Model, Refused
from inventory import proof, stock
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.tests.shop import make_item
from orders import workflow
from orders.models import LINE, Customer, Order, OrderLine

POLICIES = ["block", "block", "backorder", "service"]
LOCATIONS = 2
REASON = "Because"
PROOF_EVERY = 5  # operations; the proof of the whole shop takes longer than an operation
LAST = 8  # operations that a failure names; the seed or Hypothesis has them all


class CrashError(Exception):
    pass


@dataclass
class Twins:
    model: Model = field(default_factory=lambda: Model(list(POLICIES)))
    items: list[Item] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)  # keys
    lines: list[int] = field(default_factory=list)
    stale_orders: list[tuple[int, Order]] = field(default_factory=list)
    stale_lines: list[tuple[int, OrderLine]] = field(default_factory=list)
    trace: list[tuple] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self):
        for number, policy in enumerate(POLICIES):
            fields = {"is_stocked": False} if policy == "service" else {"oversell": policy}
            self.items.append(make_item(f"ITEM-{number}", **fields))
        self.locations = [Location.default(), Location.objects.create(code="b", name="Store B")]
        self.customer = Customer.objects.create(name="Katherine Johnson", told=Customer.Told.NOT)

    def do(self, name: str, *args) -> None:
        """Does it to both; they agree on whether it is refused and on everything there is afterwards."""
        self.trace.append((name, *args))
        expected, happened = self._in_model(name, args), self._in_shop(name, args)
        assert happened == expected, (self.trace[-1], happened, expected)
        self.refused += happened == "refused"
        self.compare()

    def crash(self, name: str, *args) -> None:
        """Everything is done, and lost with its transaction. The model does nothing."""
        self.trace.append(("crash", name, *args))
        made = len(self.orders), len(self.lines)
        try:
            with transaction.atomic():
                getattr(self, name)(*args)
                raise CrashError
        except (CrashError, ValidationError):
            del self.orders[made[0] :], self.lines[made[1] :]
        self.compare()

    def _in_model(self, name: str, args: tuple) -> str:
        name, args = self._as_the_model_says(name, args)
        try:
            getattr(self.model, name)(*args)
        except Refused:
            return "refused"
        self.model.run_tasks()
        return "done"

    def _as_the_model_says(self, name: str, args: tuple) -> tuple[str, tuple]:
        if name == "save_stale_order":
            number, order = self.stale_orders[args[0]]
            return name, (number, order.version, self.number_of(order.location_id), order.status)
        if name == "save_stale_line":
            number, line = self.stale_lines[args[0]]
            item = [item.pk for item in self.items].index(line.item_id)
            place = None if line.location_id is None else self.number_of(line.location_id)
            return name, (number, item, line.quantity, line.backorder, place)
        return name, args

    def _in_shop(self, name: str, args: tuple) -> str:
        made = len(self.orders), len(self.lines)
        try:
            with transaction.atomic():
                getattr(self, name)(*args)
        except ValidationError:
            del self.orders[made[0] :], self.lines[made[1] :]
            return "refused"
        run_tasks(raise_failures=True, queues=["default"])
        return "done"

    # The operations, in the words of the product

    def receive(self, item: int, location: int, quantity: int) -> None:
        stock.receive(self.items[item], self.locations[location], quantity, REASON)

    def adjust(self, item: int, location: int, difference: int) -> None:
        stock.adjust(self.items[item], self.locations[location], difference, REASON)

    def count(self, item: int, location: int, counted: int, release_newest: bool) -> None:
        stock.count(self.items[item], self.locations[location], counted, REASON, release_newest=release_newest)

    def transfer(self, item: int, origin: int, target: int, quantity: int) -> None:
        stock.transfer(self.items[item], self.locations[origin], self.locations[target], quantity, REASON)

    def enter(self, location: int, lines: Sequence[tuple[int, int, bool, int | None]]) -> None:
        order = Order.objects.create(customer=self.customer, location=self.locations[location])
        self.orders.append(order.pk)
        for line in lines:
            self.add_line(len(self.orders) - 1, *line)

    def add_line(self, order: int, item: int, quantity: int, backorder: bool, place: int | None) -> None:
        line = OrderLine(order=self.order(order), item=self.items[item], quantity=quantity, backorder=backorder)
        line.location = self.location(place)
        line.save()
        self.lines.append(line.pk)

    def edit_line(self, line: int, item: int, quantity: int, backorder: bool, place: int | None) -> None:
        found = self.line(line)
        found.item, found.quantity, found.backorder = self.items[item], quantity, backorder
        found.location = self.location(place)
        found.save()

    def edit_lines(self, order: int, quantities: Sequence[int]) -> None:
        found = self.order(order)
        with workflow.editing(found):
            for line, quantity in zip(found.lines.all(), quantities, strict=False):
                line.quantity = quantity
                line.save()

    def save_stale_line(self, stale: int) -> None:
        line = copy(self.stale_lines[stale][1])
        line.quantity = line.quantity % 6 + 1
        line.save()

    def delete_line(self, line: int) -> None:
        self.line(line).delete()

    def delete_order(self, order: int) -> None:
        self.order(order).delete()

    def move_order(self, order: int, location: int) -> None:
        found = self.order(order)
        found.location = self.locations[location]
        found.save()

    def save_stale_order(self, stale: int) -> None:
        order = copy(self.stale_orders[stale][1])
        order.note += "."
        order.save()

    def place(self, order: int) -> None:
        workflow.place(self.order(order))

    def cancel(self, order: int) -> None:
        workflow.cancel(self.order(order))

    def reopen(self, order: int) -> None:
        workflow.reopen(self.order(order))

    def ship(self, order: int, quantities: Sequence[int] | None) -> None:
        found = self.order(order)
        keys = list(found.lines.values_list("pk", flat=True))
        workflow.ship(found, None if quantities is None else dict(zip(keys, quantities, strict=False)))

    def take_back(self, order: int, quantities: Sequence[int], is_lost: bool) -> None:
        found = self.order(order)
        keys = list(found.lines.values_list("pk", flat=True))
        workflow.take_back(found, dict(zip(keys, quantities, strict=False)), REASON, keys if is_lost else ())

    def cancel_units(self, order: int, quantities: Sequence[int]) -> None:
        found = self.order(order)
        keys = list(found.lines.values_list("pk", flat=True))
        workflow.cancel_units(found, dict(zip(keys, quantities, strict=False)))

    # Rows and their numbers

    def order(self, number: int) -> Order:
        return Order.objects.get(pk=self.orders[number])

    def line(self, number: int) -> OrderLine:
        return OrderLine.objects.get(pk=self.lines[number])

    def location(self, number: int | None) -> Location | None:
        return None if number is None else self.locations[number]

    def number_of(self, location_id: int) -> int:
        return [location.pk for location in self.locations].index(location_id)

    def open_form(self, order: int) -> None:
        """Somebody reads an order and its lines, and will save them later, without looking again."""
        self.stale_orders.append((order, self.order(order)))
        self.stale_lines += [(number, self.line(number)) for number in self.model.lines_of(order)]

    def forget(self) -> None:
        """Forms of rows that are gone."""
        self.stale_orders = [pair for pair in self.stale_orders if pair[0] in self.model.orders]
        self.stale_lines = [pair for pair in self.stale_lines if pair[0] in self.model.lines]

    # Both are the same

    def compare(self) -> None:
        self.forget()
        assert self.shop_says() == self.model_says(), self.trace[-LAST:]
        if len(self.trace) % PROOF_EVERY == 0:
            self.prove()

    def prove(self) -> None:
        breaches = proof.find_breaches("default")
        assert breaches == [], (breaches, self.trace[-LAST:])

    def model_says(self) -> dict[str, dict]:
        model = self.model
        return {
            "on hand": {place: units for place, units in model.on_hand.items() if units},
            "held": {(n, p): units for n, line in model.lines.items() for p, units in line.held.items() if units},
            "lines": {
                n: (line.order, line.item, line.location, line.quantity, line.backorder, *line.moved)
                for n, line in model.lines.items()
            },
            "orders": {number: (order.status, order.location) for number, order in model.orders.items()},
        }

    def shop_says(self) -> dict[str, dict]:
        items = {item.pk: number for number, item in enumerate(self.items)}
        locations = {location.pk: number for number, location in enumerate(self.locations)}
        orders = {pk: number for number, pk in enumerate(self.orders)}
        lines = {pk: number for number, pk in enumerate(self.lines)}
        places = {level.pk: (items[level.item_id], locations[level.location_id]) for level in StockLevel.objects.all()}
        return {
            "on hand": {places[level.pk]: level.on_hand for level in StockLevel.objects.all() if level.on_hand},
            "held": {
                (lines[source], places[level]): units
                for source, level, units in StockMovement.objects.filter(source_kind=LINE).held()
            },
            "lines": {
                lines[pk]: (orders[order], items[item], locations.get(location), *rest)
                for pk, order, item, location, *rest in OrderLine.objects.values_list(
                    "pk", "order", "item", "location", "quantity", "backorder", "allocated", "shipped", "returned"
                )
            },
            "orders": {
                orders[pk]: (status, locations[location])
                for pk, status, location in Order.objects.values_list("pk", "status", "location")
            },
        }


# What to do next -----------------------------------------------------------------------------------------------------


class Choice(Protocol):
    def between(self, least: int, most: int) -> int: ...


@dataclass
class Dice:
    """The same choices for the same seed."""

    random: Random

    def between(self, least: int, most: int) -> int:
        return self.random.randint(least, most)


def an_item(choice: Choice) -> int:
    return choice.between(0, len(POLICIES) - 1)


def a_stocked_item(choice: Choice) -> int:
    return choice.between(0, len(POLICIES) - 2)


def a_location(choice: Choice) -> int:
    return max(0, choice.between(-1, 1))  # mostly the first


def a_line(choice: Choice) -> tuple[int, int, bool, int | None]:
    place = choice.between(-6, 1)  # mostly the order's
    return an_item(choice), choice.between(1, 6), choice.between(0, 4) == 4, place if place >= 0 else None


def one_of(choice: Choice, numbers: Iterable[int]) -> int:
    known = sorted(numbers)
    return known[choice.between(0, len(known) - 1)]


def some(choice: Choice, least: int, most: int) -> list[int]:
    return [choice.between(least, most) for _ in range(3)]


Arguments = Callable[[Choice, Twins], tuple]

ALWAYS: dict[str, Arguments] = {
    "receive": lambda c, t: (a_stocked_item(c), a_location(c), c.between(1, 9)),
    "adjust": lambda c, t: (a_stocked_item(c), a_location(c), c.between(1, 6) * (-1) ** c.between(0, 1)),
    "count": lambda c, t: (a_stocked_item(c), a_location(c), c.between(0, 12), c.between(0, 1) == 1),
    "transfer": lambda c, t: (a_stocked_item(c), a_location(c), c.between(0, 1), c.between(1, 4)),
    "enter": lambda c, t: (a_location(c), [a_line(c) for _ in range(c.between(1, 3))]),
}
WITH_AN_ORDER: dict[str, Arguments] = {
    "add_line": lambda c, t: (one_of(c, t.model.orders), *a_line(c)),
    "edit_lines": lambda c, t: (one_of(c, t.model.orders), some(c, 1, 6)),
    "delete_order": lambda c, t: (one_of(c, t.model.orders),),
    "move_order": lambda c, t: (one_of(c, t.model.orders), c.between(0, 1)),
    "place": lambda c, t: (one_of(c, t.model.orders),),
    "cancel": lambda c, t: (one_of(c, t.model.orders),),
    "reopen": lambda c, t: (one_of(c, t.model.orders),),
    "ship": lambda c, t: (one_of(c, t.model.orders), some(c, 0, 3) if c.between(0, 1) else None),
    "take_back": lambda c, t: (one_of(c, t.model.orders), some(c, 0, 2), c.between(0, 1) == 1),
    "cancel_units": lambda c, t: (one_of(c, t.model.orders), some(c, 0, 3)),
}
WITH_A_LINE: dict[str, Arguments] = {
    "edit_line": lambda c, t: (one_of(c, t.model.lines), *a_line(c)),
    "delete_line": lambda c, t: (one_of(c, t.model.lines),),
}
STALE: dict[str, Arguments] = {
    "save_stale_order": lambda c, t: (c.between(0, len(t.stale_orders) - 1),),
    "save_stale_line": lambda c, t: (c.between(0, len(t.stale_lines) - 1),),
}
OPERATIONS = ALWAYS | WITH_AN_ORDER | WITH_A_LINE | STALE


def is_possible(name: str, twins: Twins) -> bool:
    needs = {"save_stale_order": twins.stale_orders, "save_stale_line": twins.stale_lines}
    if name in WITH_A_LINE:
        return bool(twins.model.lines)
    return bool(needs[name]) if name in needs else name in ALWAYS or bool(twins.model.orders)


def run(twins: Twins, seed: int, steps: int) -> None:
    """As many operations as ``steps``, chosen by the seed; one of ten crashes, and forms are opened in between."""
    dice = Dice(Random(seed))
    for _ in range(steps):
        possible = [name for name in OPERATIONS if is_possible(name, twins)]
        name = possible[dice.between(0, len(possible) - 1)]
        crash = name not in STALE and dice.between(1, 10) == 10
        (twins.crash if crash else twins.do)(name, *OPERATIONS[name](dice, twins))
        if twins.model.orders and dice.between(1, 4) == 4:
            twins.open_form(one_of(dice, twins.model.orders))
