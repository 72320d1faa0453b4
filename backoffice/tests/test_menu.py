"""The menu: the day's groups, only what a person may see, one entry current, numbers beside what waits."""

import pytest
from django.urls import reverse

from backoffice import menu
from backoffice.tests.pages import sign_in
from inventory.tests.shop import make_item
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db
INDEX, BADGES = reverse("admin:index"), reverse("admin:badges")
ORDERS = reverse("admin:orders_order_changelist")


def groups_at(client, url: str) -> list[menu.Group]:
    page = client.get(url)
    return menu.groups(page.wsgi_request, page.context["available_apps"])


def menu_of(client, url: str = INDEX) -> dict[str, list[str]]:
    return {str(group.name): [entry.name for entry in group.entries] for group in groups_at(client, url)}


def current(client, url: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.current) for group in groups_at(client, url) for entry in group.entries if entry.current]


def test_sales_sees_what_is_sold_first_and_no_users():
    seen = menu_of(sign_in("Sales"))

    assert list(seen) == ["Sell", "Stock", "Review", "Settings"]
    assert seen["Sell"] == ["Orders", "Drafts", "Customers"]
    assert seen["Settings"] == ["Health and settings"]


def test_who_may_see_nothing_has_only_what_is_everybody_s(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    assert menu_of(client) == {"Settings": ["Health and settings"]}


def test_what_no_group_names_stands_under_the_last(settings):
    settings.MENU = [("Sell", ["orders.order"]), ("Rest", [])]

    seen = menu_of(sign_in("Manager"))

    assert seen["Sell"] == ["Orders"]
    assert {"Customers", "Items", "Activity"} <= set(seen["Rest"])


def test_one_entry_is_current():
    client, order = sign_in("Manager"), make_order()

    assert current(client, ORDERS) == [("Orders", "page")]
    assert current(client, f"{ORDERS}?status__exact=draft") == [("Drafts", "page")]
    assert current(client, reverse("admin:orders_order_change", args=[order.pk])) == [("Orders", "true")]


def test_numbers_beside_entries_equal_their_lists():
    mug = make_item("MUG-1", on_hand=5)
    place_order((mug, 1))
    client = sign_in("Manager")

    badges = client.get(BADGES).json()["badges"]

    assert badges == {"orders.order": {"count": 1, "title": "To ship"}}
    assert client.get(ORDERS, {"progress": "to_ship"}).context["cl"].result_count == 1


def test_who_may_not_see_orders_is_told_no_number(client, django_user_model):
    place_order((make_item("MUG-1", on_hand=5), 1))
    client.force_login(django_user_model.objects.create_user("nobody", is_staff=True))

    assert client.get(BADGES).json() == {"badges": {}}


def test_the_page_of_health_says_what_is_wrong_and_where_values_are_set():
    page = sign_in("Manager").get(reverse("admin:about")).text

    assert "No worker has been heard from." in page
    assert "ORDER_NUMBER_PREFIX" in page


def test_the_demo_says_so_and_lets_everybody_in_with_one_click(client, settings, django_user_model):
    settings.DEMO = True
    name, password = settings.DEMO_LOGINS["Manager"]
    django_user_model.objects.create_user(name, password=password, is_staff=True)
    door = client.get(reverse("admin:login"))
    assert f'name="password" value="{password}"' in door.text

    page = client.post(reverse("admin:login"), {"username": name, "password": password, "next": INDEX}, follow=True)

    assert "This is a demonstration" in page.text


def test_without_the_demo_the_door_names_nobody(client):
    assert "demo-mia" not in client.get(reverse("admin:login")).text
