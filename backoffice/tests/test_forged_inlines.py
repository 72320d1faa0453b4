"""Lines of a form that name what is not theirs: rows of another order or item, other parents, made-up counts."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import models
from django.urls import reverse

from backoffice.tests.test_tampering import as_sent
from inventory.models import StockLevel
from inventory.tests.shop import make_item
from orders.models import Order, OrderLine
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db


def rows(*models_: type[models.Model]) -> list[dict[str, Any]]:
    return [row for model in models_ for row in model._base_manager.order_by("pk").values()]


@pytest.fixture
def mia(client):
    user = User.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    client.force_login(user)
    return client


class Shop:
    """A draft of somebody's, a confirmed order of somebody else's, and what the draft's page would send."""

    def __init__(self, client):
        self.mug, self.tea = make_item("MUG-1", on_hand=20), make_item("TEA-1", on_hand=20)
        self.other = place_order((self.tea, 3))
        self.order = make_order((self.mug, 2), (self.tea, 1), customer=self.other.customer)
        self.line, self.second = self.order.lines.order_by("pk")
        self.url = reverse("admin:orders_order_change", args=[self.order.pk])
        self.sent = as_sent(client.get(self.url))
        self.foreign = self.other.lines.get()

    def of_others(self) -> list[Any]:
        """Everything that a save of the draft has no business with."""
        lines = OrderLine.objects.filter(order=self.other).values()
        return [Order.objects.filter(pk=self.other.pk).values()[0], *lines, *rows(StockLevel)]


def line_of_another_order(shop):
    return {"lines-0-id": shop.foreign.pk, "lines-0-quantity": 9}


def another_order_takes_the_line(shop):
    return {"lines-0-order": shop.other.pk, "lines-0-quantity": 9}


def line_of_another_order_with_its_parent(shop):
    return {"lines-0-id": shop.foreign.pk, "lines-0-order": shop.other.pk, "lines-0-quantity": 9}


def line_of_another_order_is_deleted(shop):
    return {"lines-0-id": shop.foreign.pk, "lines-0-DELETE": "on"}


def new_line_for_another_order(shop):
    new = {"item": shop.mug.pk, "quantity": 5, "order": shop.other.pk, "id": ""}
    return {"lines-TOTAL_FORMS": 3, **{f"lines-2-{name}": value for name, value in new.items()}}


def new_line_with_the_key_of_another(shop):
    new = {"item": shop.mug.pk, "quantity": 5, "order": shop.order.pk, "id": shop.foreign.pk}
    return {"lines-TOTAL_FORMS": 3, **{f"lines-2-{name}": value for name, value in new.items()}}


def one_line_twice(shop):
    return {"lines-1-id": shop.line.pk, "lines-0-quantity": 4, "lines-1-quantity": 9}


def line_that_never_was(shop):
    return {"lines-0-id": 999_999, "lines-0-quantity": 9}


def key_that_is_none(shop):
    return {"lines-0-id": "9" * 5000, "lines-0-quantity": 9}


def key_that_looks_like_a_digit(shop):
    return {"lines-0-id": "²", "lines-0-item": "²", "customer": "²", "location": "²"}


def more_lines_were_there_than_were(shop):
    return {"lines-INITIAL_FORMS": 5, "lines-TOTAL_FORMS": 5}


def lines_beyond_any_number(shop):
    return {"lines-TOTAL_FORMS": 1_000_000_000}


def fewer_than_none(shop):
    return {"lines-TOTAL_FORMS": -1, "lines-INITIAL_FORMS": -5}


def a_number_that_is_none(shop):
    return {"lines-TOTAL_FORMS": "many"}


def no_count_at_all(shop):
    return {"lines-TOTAL_FORMS": "", "lines-INITIAL_FORMS": ""}


REFUSED = [
    line_of_another_order,
    another_order_takes_the_line,
    line_of_another_order_with_its_parent,
    new_line_for_another_order,
    new_line_with_the_key_of_another,
    line_that_never_was,
    key_that_is_none,
    key_that_looks_like_a_digit,
    more_lines_were_there_than_were,
    a_number_that_is_none,
    no_count_at_all,
]
FORGERIES = [
    *REFUSED,
    line_of_another_order_is_deleted,  # is no line of this order, and so is not deleted
    one_line_twice,
    fewer_than_none,
    pytest.param(lines_beyond_any_number, marks=pytest.mark.deep),  # 2,000 forms are shown again, in seconds
]


@pytest.mark.parametrize("where", ["change", "add"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_line_touches_no_other_order_and_moves_no_line(mia, where, forgery):
    shop = Shop(mia)
    url, before = {"change": shop.url, "add": reverse("admin:orders_order_add")}[where], shop.of_others()

    answer = mia.post(url, shop.sent | forgery(shop) | {"_save": "1"})

    assert answer.status_code in (200, 302)
    assert shop.of_others() == before
    assert set(shop.order.lines.all()) == {shop.line, shop.second}


@pytest.mark.parametrize("forgery", REFUSED)
def test_a_line_that_is_not_the_orders_is_refused(mia, forgery):
    shop = Shop(mia)
    before = rows(Order, OrderLine)

    answer = mia.post(shop.url, shop.sent | forgery(shop))

    assert answer.status_code == 200
    assert any(answer.context["errors"])
    assert rows(Order, OrderLine) == before


def test_an_honest_line_is_saved(mia):
    """The control: the same form, changed as its reader may."""
    shop = Shop(mia)

    answer = mia.post(shop.url, shop.sent | {"lines-0-quantity": 9})

    shop.line.refresh_from_db()
    assert (answer.status_code, shop.line.quantity) == (302, 9)


@pytest.mark.parametrize("asked", ["figures", "read_lines"])
@pytest.mark.parametrize("key", ["9" * 5000, "²", "-1", "٣", "null"])
def test_what_the_page_asks_while_one_types_bears_any_key(mia, asked, key):
    shop = Shop(mia)
    forged = {name: key for name in shop.sent if name.endswith(("-id", "-item", "-location", "-TOTAL_FORMS"))}

    answer = mia.post(
        reverse(f"admin:orders_order_{asked}"), shop.sent | forged | {"location": key, "text": f"{key}\t1"}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["9" * 5000, "²", "-1", "٣", "null"])
def test_a_form_that_somebody_else_overtook_bears_any_key(mia, key):
    shop = Shop(mia)
    forged = {name: key for name in shop.sent if name.endswith(("-id", "-item", "customer", "location"))}
    before = rows(Order, OrderLine, StockLevel)

    answer = mia.post(shop.url, shop.sent | forged | {"seen_version": "77"})

    assert answer.status_code in (200, 409)
    assert rows(Order, OrderLine, StockLevel) == before


# The reorder levels on an item's page --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        lambda level: {"levels-0-id": level.pk},
        lambda level: {"levels-0-id": level.pk, "levels-0-item": level.item_id},
        lambda level: {"levels-0-item": level.item_id},
        lambda level: {"levels-0-id": level.pk, "levels-0-DELETE": "on"},
        lambda level: {"levels-TOTAL_FORMS": 2, "levels-1-reorder_level": 7, "levels-1-location": level.location_id},
        lambda level: {"levels-0-DELETE": "on"},
    ],
)
def test_an_item_changes_only_reorder_levels_of_its_own(mia, forged):
    mug, tea = make_item("MUG-1", on_hand=20), make_item("TEA-1", on_hand=20)
    url, others = reverse("admin:inventory_item_change", args=[mug.pk]), StockLevel.objects.exclude(item=mug)
    page, before = mia.get(url), (list(others.values()), StockLevel.objects.count())

    answer = mia.post(url, as_sent(page) | {"levels-0-reorder_level": "7"} | forged(tea.levels.get()))

    assert answer.status_code in (200, 302)
    assert (list(others.values()), StockLevel.objects.count()) == before
