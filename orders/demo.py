"""The demo shop: ninety days of a small homeware and coffee shop, entered by the front door.

Items and stock come in by the product's own import; orders are placed, shipped and cancelled by the workflow, in the
order of their moments. It is random, but the same every time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from backoffice.history.change_sets import change_set
from backoffice.history.models import ChangeSet
from inventory import stock
from inventory.import_items import run_file
from inventory.models import Item, Location, StockLevel
from inventory.rules import StockRefused
from orders import workflow
from orders.models import Customer, Order, OrderLine

DAYS, CUSTOMERS, ORDERS = 90, 40, 400
FIRST_NAMES = "Ada Ben Carla Dev Elif Femi Grace Hugo Ines Jonas Kira Leo Maya Nils Olga Pavel Quinn Rosa Sven Tara"
LAST_NAMES = "Adeyemi Berg Costa Dubois Eriksen Fischer García Haddad Ito Jansen Kowalski Lopez Meyer Novak Okafor"
STREETS = "Mill Lane,Harbour Street,Station Road,Church Walk,Garden Terrace,Old Market"

Event = tuple[datetime, Callable[[], None]]


def is_loaded() -> bool:
    return ChangeSet.objects.filter(source=ChangeSet.Source.DEMO).exists()


@transaction.atomic
def load() -> None:
    """All of it or nothing."""
    Shop(Random(2026), timezone.now()).open()


class Shop:
    def __init__(self, random: Random, now: datetime):
        self.random, self.now = random, now
        self.start = now - timedelta(days=DAYS)
        self.events: list[Event] = []

    def open(self) -> None:
        self.staff = {role: self._create_user(role, *login) for role, login in settings.DEMO_LOGINS.items()}
        with self._act("Manager", self.start, "The shop opens"):
            self.store, _made = Location.objects.get_or_create(code="store-b", defaults={"name": "Store B"})
            run_file(settings.BASE_DIR / "fixtures" / "items.csv", user=self.staff["Warehouse"], mode="set")
            self.customers = [self._create_customer(number) for number in range(CUSTOMERS)]
        self.items = list(Item.objects.filter(is_active=True).order_by("pk"))
        self._plan_orders()
        self._plan_price_changes()
        for _moment, event in sorted(self.events, key=lambda event: event[0]):
            event()

    def _create_user(self, role: str, name: str, password: str) -> User:
        user = User.objects.create_user(name, f"{name}@example.com", password, first_name=name.title(), is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return user

    def _create_customer(self, number: int) -> Customer:
        first = FIRST_NAMES.split()[number % 20]
        last = LAST_NAMES.split()[(number * 7 + number // 20) % 15]
        street = self.random.choice(STREETS.split(","))
        return Customer.objects.create(
            name=f"{first} {last}",
            email=f"{first}.{number + 1}@example.com".lower(),
            address=f"{self.random.randint(1, 90)} {street}",
        )

    def _act(self, role: str, moment: datetime, summary: str = ""):
        return change_set("demo", user=self.staff[role], at=moment, summary=summary)

    # Orders: each is entered, most are placed, shipped after a few days, some are cancelled

    def _plan_orders(self) -> None:
        for number in range(ORDERS):
            share = (number + self.random.random()) / ORDERS
            self._plan_order(self.start + timedelta(days=0.2) + (self.now - self.start) * share * 0.995)

    def _plan_order(self, moment: datetime) -> None:
        order = Order(customer=self.random.choice(self.customers), discount_percent=self._discount(5, 10))
        lines = [self._line(item) for item in self.random.sample(self.items, self.random.randint(1, 5))]
        self._at(moment, lambda when: self._enter(order, lines, when))
        fate, patience = self.random.random(), timedelta(days=self.random.uniform(0.3, 4))
        if fate < 0.04:
            return  # left as a draft
        self._at(moment + timedelta(minutes=3), lambda when: self._place(order, when))
        if fate < 0.10:
            self._at(moment + patience, lambda when: self._step(order, workflow.cancel, "Sales", when))
        elif fate < 0.16:
            self._at(moment + patience, lambda when: self._step(order, ship_first_line, "Warehouse", when))
        else:
            self._at(moment + patience, lambda when: self._step(order, workflow.ship, "Warehouse", when))

    def _at(self, moment: datetime, event: Callable[[datetime], None]) -> None:
        if moment < self.now:
            self.events.append((moment, lambda: event(moment)))

    def _quantity(self) -> int:
        return self.random.choice([1, 1, 1, 2, 2, 3, 4, 6])

    def _line(self, item: Item) -> dict[str, Any]:
        fields = {"item": item, "quantity": self._quantity(), "location": self._location()}
        return {**fields, "discount_percent": self._discount(10, 15, 25)}

    def _location(self) -> Location | None:
        """Mostly the order's; now and then a line is taken from the other store."""
        return self.store if self.random.random() < 0.03 else None

    def _discount(self, *percents: int) -> int:
        """Mostly none."""
        return self.random.choice(percents) if self.random.random() < 0.12 else 0

    def _enter(self, order: Order, lines: list[dict[str, Any]], moment: datetime) -> None:
        with self._act("Sales", moment), workflow.editing(order):
            order.entered_by = self.staff["Sales"]
            order.save()
            for fields in lines:
                OrderLine.objects.create(order=order, **fields)

    def _place(self, order: Order, moment: datetime) -> None:
        try:
            with self._act("Sales", moment), transaction.atomic():
                workflow.place(order)
        except StockRefused:
            self._restock(order, moment)
            with self._act("Sales", moment + timedelta(seconds=30)):
                order.refresh_from_db()
                workflow.place(order)

    def _restock(self, order: Order, moment: datetime) -> None:
        with self._act("Warehouse", moment, "Delivery from the supplier"):
            for line in order.lines.with_claims():
                location = line.served_from(order)
                level = StockLevel.objects.filter(item=line.item, location=location).first()
                if line.item.is_stocked and (not level or level.available < line.quantity):
                    quantity = line.quantity + self.random.choice([12, 24, 36])
                    stock.receive(line.item, location, quantity, reason="Delivery", reference="Supplier")

    def _step(self, order: Order, verb: Callable[[Order], None], role: str, moment: datetime) -> None:
        with self._act(role, moment):
            verb(order)

    # Prices change now and then, so that there is something to review

    def _plan_price_changes(self) -> None:
        for item in self.random.sample(self.items, 25):
            moment = self.start + timedelta(days=self.random.uniform(5, DAYS - 1))
            self._at(moment, partial(self._raise_price, item))

    def _raise_price(self, item: Item, moment: datetime) -> None:
        with self._act("Manager", moment):
            item.refresh_from_db()
            item.unit_price = round(item.unit_price * self.random.choice([95, 105, 110, 115]) / 100, 2)
            item.save()


def ship_first_line(order: Order) -> None:
    line = order.lines.all()[0]
    workflow.ship(order, {line.pk: line.quantity})
