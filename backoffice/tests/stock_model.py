"""What the shop should do, in plain Python: dictionaries and loops that share no line with the product.

Items, locations, orders and lines are numbers, in the order of their making. A method that raises Refused has changed
nothing. Stock that arrives goes to the orders that wait for it when ``run_tasks`` is called, as a worker would.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import wraps

Place = tuple[int, int]  # item, location
HOLDING = ("confirmed", "partly")
LEADS_TO: dict[str, set[str]] = {
    "draft": {"confirmed", "cancelled"},
    "confirmed": {"partly", "shipped", "cancelled"},
    "partly": {"partly", "shipped", "cancelled"},
    "shipped": set(),
    "cancelled": {"draft"},
}


class Refused(Exception):
    pass


def refuse_if(condition: bool) -> None:
    if condition:
        raise Refused


@dataclass
class Line:
    order: int
    item: int
    quantity: int
    backorder: bool = False
    location: int | None = None  # of its own; None: the order's
    shipped: int = 0
    returned: int = 0
    held: dict[Place, int] = field(default_factory=dict)

    @property
    def allocated(self) -> int:
        return sum(self.held.values())

    @property
    def moved(self) -> tuple[int, int, int]:
        return self.allocated, self.shipped, self.returned


@dataclass
class Order:
    location: int
    status: str = "draft"
    confirmation: int = 0  # it was the how-manieth to be confirmed; 0: never
    version: int = 0  # counts the steps


def all_or_nothing(method: Callable) -> Callable:
    @wraps(method)
    def run(self, *args):
        before = deepcopy(self.__dict__)
        try:
            method(self, *args)
        except Refused:
            self.__dict__ = before
            raise

    return run


@dataclass
class Model:
    policies: list[str]  # of each item: block, backorder or service
    on_hand: dict[Place, int] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    tasks: list[list[int]] = field(default_factory=list)
    orders_made: int = 0
    lines_made: int = 0
    confirmations: int = 0

    def allocated(self, place: Place) -> int:
        return sum(line.held.get(place, 0) for line in self.lines.values())

    def available(self, place: Place) -> int:
        return self.on_hand.get(place, 0) - self.allocated(place)

    def lines_of(self, order: int) -> list[int]:
        return [number for number, line in self.lines.items() if line.order == order]

    # Staff

    @all_or_nothing
    def receive(self, item: int, location: int, quantity: int) -> None:
        self._put((item, location), quantity)

    @all_or_nothing
    def adjust(self, item: int, location: int, difference: int) -> None:
        self._put((item, location), difference)

    @all_or_nothing
    def count(self, item: int, location: int, counted: int, release_newest: bool) -> None:
        place = item, location
        missing = self.allocated(place) - counted
        if release_newest and missing > 0:
            self._give_up(place, missing)
        self._put(place, counted - self.on_hand.get(place, 0))

    @all_or_nothing
    def transfer(self, item: int, origin: int, target: int, quantity: int) -> None:
        refuse_if(origin == target)
        self._put((item, origin), -quantity)
        self._put((item, target), quantity)

    def _put(self, place: Place, difference: int) -> None:
        refuse_if(self.available(place) + difference < 0)
        self.on_hand[place] = self.on_hand.get(place, 0) + difference
        if difference > 0:
            self._arrived([place])

    def _give_up(self, place: Place, missing: int) -> None:
        holding = [(number, line) for number, line in self.lines.items() if line.held.get(place)]
        holding.sort(key=lambda pair: (self.orders[pair[1].order].confirmation, pair[1].order, pair[0]))
        while missing > 0:
            _number, line = holding.pop()
            given = min(missing, line.held[place])
            line.held[place] -= given
            line.backorder = True
            missing -= given

    # Orders

    @all_or_nothing
    def enter(self, location: int, lines: list[tuple[int, int, bool, int | None]]) -> None:
        self.orders[self.orders_made] = Order(location)
        self.orders_made += 1
        for line in lines:
            self.add_line(self.orders_made - 1, *line)

    @all_or_nothing
    def add_line(self, order: int, *typed) -> None:
        self._refuse_closed(order)
        self.lines[self.lines_made] = Line(order, *typed)
        self.lines_made += 1
        self._settle([self.lines_made - 1])

    @all_or_nothing
    def edit_line(self, number: int, *typed) -> None:
        is_same = typed == self._as_typed(number)
        self._change_line(number, *typed)
        if not is_same:
            self._settle([number])

    @all_or_nothing
    def save_stale_line(self, number: int, item: int, quantity: int, *others) -> None:
        """Somebody changes the quantity who saw the line like this."""
        refuse_if((item, quantity, *others) != self._as_typed(number))
        self.edit_line(number, item, quantity % 6 + 1, *others)

    @all_or_nothing
    def edit_lines(self, order: int, quantities: list[int]) -> None:
        """Several lines in one edit, which is settled once."""
        for number, quantity in zip(self.lines_of(order), quantities, strict=False):
            line = self.lines[number]
            self._change_line(number, line.item, quantity, line.backorder, line.location)
        self._settle(self.lines_of(order))

    def _change_line(self, number: int, item: int, quantity: int, backorder: bool, location: int | None) -> None:
        line = self.lines[number]
        if (item, quantity, backorder, location) == self._as_typed(number):
            return  # a save that changes nothing does nothing
        self._refuse_closed(line.order)
        refuse_if(line.shipped > 0 and (item != line.item or location != line.location or quantity < line.shipped))
        line.item, line.quantity, line.backorder, line.location = item, quantity, backorder, location

    def _as_typed(self, number: int) -> tuple[int, int, bool, int | None]:
        line = self.lines[number]
        return line.item, line.quantity, line.backorder, line.location

    @all_or_nothing
    def delete_line(self, number: int) -> None:
        line = self.lines[number]
        self._refuse_closed(line.order)
        refuse_if(line.shipped > 0)
        before = {place: self.available(place) for place in line.held}
        del self.lines[number]
        self._arrived([place for place in before if self.available(place) > before[place]])

    @all_or_nothing
    def delete_order(self, order: int) -> None:
        refuse_if(self.orders[order].confirmation > 0)
        for number in self.lines_of(order):
            del self.lines[number]
        del self.orders[order]

    @all_or_nothing
    def move_order(self, order: int, location: int) -> None:
        served_there = [line for line in map(self.lines.get, self.lines_of(order)) if line and line.location is None]
        refuse_if(location != self.orders[order].location and any(line.shipped for line in served_there))
        moves = location != self.orders[order].location
        self.orders[order].location = location
        if moves:
            self._settle(self.lines_of(order))

    @all_or_nothing
    def save_stale_order(self, number: int, version: int, location: int, status: str) -> None:
        order = self.orders[number]
        refuse_if((version, location, status) != (order.version, order.location, order.status))

    @all_or_nothing
    def place(self, order: int) -> None:
        if self.orders[order].status in HOLDING:
            return
        refuse_if(not self.lines_of(order))
        if not self.orders[order].confirmation:
            self.confirmations += 1
            self.orders[order].confirmation = self.confirmations
        self._become(order, "confirmed")

    @all_or_nothing
    def cancel(self, order: int) -> None:
        if self.orders[order].status != "cancelled":
            self._become(order, "cancelled")

    @all_or_nothing
    def reopen(self, order: int) -> None:
        if self.orders[order].status != "draft":
            refuse_if(any(self.lines[number].shipped for number in self.lines_of(order)))
            self._become(order, "draft")

    @all_or_nothing
    def ship(self, order: int, quantities: list[int] | None) -> None:
        refuse_if(self.orders[order].status not in HOLDING)
        lines = self.lines_of(order)
        ready = [self._ready(self.lines[number]) for number in lines]
        going = ready if quantities is None else (quantities + [0] * len(lines))[: len(lines)]
        refuse_if(not any(going) or any(asked > most for asked, most in zip(going, ready, strict=True)))
        for number, quantity in zip(lines, going, strict=True):
            self._leave(self.lines[number], quantity)
        is_all = all(self.lines[number].shipped == self.lines[number].quantity for number in lines)
        self._become(order, "shipped" if is_all else "partly")

    @all_or_nothing
    def take_back(self, order: int, quantities: list[int], is_lost: bool) -> None:
        back = [pair for pair in zip(self.lines_of(order), quantities, strict=False) if pair[1]]
        refuse_if(not back)
        refuse_if(any(quantity > self.lines[n].shipped - self.lines[n].returned for n, quantity in back))
        for number, quantity in back:
            line = self.lines[number]
            line.returned += quantity
            if self._is_stocked(line) and not is_lost:
                self._put(self._place(number), quantity)
        self.orders[order].version += 1

    @all_or_nothing
    def cancel_units(self, order: int, quantities: list[int]) -> None:
        refuse_if(self.orders[order].status not in HOLDING)
        numbers = self.lines_of(order)
        gone = dict(zip(numbers, (quantities + [0] * len(numbers)), strict=False))
        refuse_if(not any(gone.values()) or all(gone[n] >= self.lines[n].quantity for n in numbers))
        refuse_if(any(gone[n] > self.lines[n].quantity - self.lines[n].shipped for n in numbers))
        for number in numbers:
            if gone[number] == self.lines[number].quantity:
                self.delete_line(number)
            else:
                self.lines[number].quantity -= gone[number]
        is_all = all(self.lines[number].shipped == self.lines[number].quantity for number in self.lines_of(order))
        if is_all:
            self.orders[order].status = "shipped"
        self.orders[order].version += 1
        self._settle(self.lines_of(order))

    def _refuse_closed(self, order: int) -> None:
        refuse_if(self.orders[order].status in ("shipped", "cancelled"))

    def _become(self, order: int, status: str) -> None:
        refuse_if(status not in LEADS_TO[self.orders[order].status])
        self.orders[order].status = status
        self.orders[order].version += 1
        self._settle(self.lines_of(order))

    def _is_stocked(self, line: Line) -> bool:
        return self.policies[line.item] != "service"

    def _ready(self, line: Line) -> int:
        return line.allocated if self._is_stocked(line) else line.quantity - line.shipped

    def _leave(self, line: Line, quantity: int) -> None:
        line.shipped += quantity
        for place in sorted(line.held):
            taken = min(quantity, line.held[place])
            line.held[place] -= taken
            self.on_hand[place] = self.on_hand.get(place, 0) - taken
            quantity -= taken

    # Allocation

    def _settle(self, numbers: list[int]) -> None:
        """Gives back what is not wanted, then serves the lines that cannot wait, a place at once, then the rest."""
        places = {place for n in numbers for place in (self._place(n), *self.lines[n].held)}
        before = {place: self.available(place) for place in places}
        for number in numbers:
            self._give_back(number)
        self._serve_those_who_cannot_wait([number for number in numbers if not self._may_wait(number)])
        for number in numbers:
            if self._may_wait(number):
                self._hold(number, min(self._missing(number), self.available(self._place(number))))
        self._arrived([place for place in places if self.available(place) > before[place]])

    def _give_back(self, number: int) -> None:
        line = self.lines[number]
        for place in line.held:
            line.held[place] = min(line.held[place], self._wanted(number)) if place == self._place(number) else 0

    def _serve_those_who_cannot_wait(self, numbers: list[int]) -> None:
        for place in {self._place(number) for number in numbers}:
            asking = [number for number in numbers if self._place(number) == place]
            refuse_if(sum(map(self._missing, asking)) > max(0, self.available(place)))
            for number in asking:
                self._hold(number, self._missing(number))

    def _hold(self, number: int, quantity: int) -> None:
        held, place = self.lines[number].held, self._place(number)
        held[place] = held.get(place, 0) + max(0, quantity)

    def _place(self, number: int) -> Place:
        line = self.lines[number]
        return line.item, self.orders[line.order].location if line.location is None else line.location

    def _may_wait(self, number: int) -> bool:
        line = self.lines[number]
        return line.backorder or self.policies[line.item] == "backorder"

    def _wanted(self, number: int) -> int:
        line = self.lines[number]
        is_holding = self.orders[line.order].status in HOLDING and self._is_stocked(line)
        return line.quantity - line.shipped if is_holding else 0

    def _missing(self, number: int) -> int:
        return max(0, self._wanted(number) - self.lines[number].held.get(self._place(number), 0))

    def _arrived(self, places: list[Place]) -> None:
        waiting = [n for n in self.lines if self._place(n) in places and self._wanted(n) > self.lines[n].allocated]
        orders = {self.lines[number].order for number in waiting}
        if orders:
            self.tasks.append(sorted(orders, key=lambda order: (self.orders[order].confirmation, order)))

    def run_tasks(self) -> None:
        while self.tasks:
            for order in self.tasks.pop(0):
                self._settle(self.lines_of(order))
