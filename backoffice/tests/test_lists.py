"""Lists count as far as anybody reads, keep their place, and say what to do when they are empty."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.imports.models import ImportRun
from backoffice.lists import CountedPaginator, is_indexed
from inventory.models import Item, StockLevel, StockMovement
from inventory.tests.shop import make_item
from notifications.models import Notification, Suppression
from orders.models import Customer, Order
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db
CUSTOMERS = reverse("admin:orders_customer_changelist")


@pytest.fixture
def mia(client, django_user_model):
    user = django_user_model.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Manager"))
    client.force_login(user)
    return client


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(CountedPaginator, "most", 3)


@pytest.mark.parametrize(("number", "text"), [(3, "3 customers"), (4, "More than 3 customers")])
def test_counting_stops_where_nobody_reads_on(mia, few, number, text):
    for index in range(number):
        make_customer(f"Customer {index}")

    page = mia.get(CUSTOMERS)

    assert text in " ".join(page.text.split())
    assert page.context["cl"].result_count == 3


def test_counting_does_not_sort(mia, few, django_assert_num_queries):
    make_customer()

    with django_assert_num_queries(1) as queries:
        assert CountedPaginator(Customer.objects.order_by("phone"), 100).count == 1

    assert "ORDER BY" not in queries[0]["sql"]


def test_a_page_far_beyond_the_last_leads_back(mia):
    for _number in range(201):
        Customer.objects.create(name="Same")

    assert mia.get(CUSTOMERS, {"p": 10**9}).status_code == 302


def test_records_with_the_same_value_keep_their_place(mia):
    for _number in range(250):
        Customer.objects.create(name="Same")

    seen = [record.pk for page in range(1, 6) for record in mia.get(CUSTOMERS, {"p": page}).context["cl"].result_list]

    assert sorted(seen) == sorted(Customer.objects.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("model", "button"), [("orders_customer", "Add the first customer"), ("imports_importrun", "Add the first import")]
)
def test_an_empty_list_offers_the_first_step(mia, model, button):
    assert button in mia.get(reverse(f"admin:{model}_changelist")).text


def test_an_empty_list_that_fills_itself_says_how(mia):
    page = mia.get(reverse("admin:inventory_stockmovement_changelist"))

    assert "Every receipt, count and shipment is written here." in page.text


def test_a_search_without_an_answer_leads_back_to_all(mia):
    page = mia.get(CUSTOMERS, {"q": "nobody"})

    assert 'href="?"' in page.text
    assert "Show all customers" in page.text


# Any size -------------------------------------------------------------------------------------------------------------

LISTS = [Item, StockLevel, StockMovement, Customer, Order, Notification, ImportRun, Suppression]


def address(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def make_one_of_each(number: int) -> None:
    place_order((make_item(f"MUG-{number}", on_hand=5), 1), customer=make_customer(f"Customer {number}"))
    ImportRun.objects.create(kind="items", original_name=f"{number}.csv", size=1, sha256=str(number))
    Suppression.objects.create(channel="email", address=f"{number}@example.com", reason="by_hand")


@pytest.mark.parametrize("model", LISTS)
def test_a_list_takes_the_same_queries_for_one_record_and_for_three(mia, model):
    counts = []
    for number in (1, 2, 3):
        make_one_of_each(number)
        mia.get(address(model))  # content types and the like are read once
        with CaptureQueriesContext(connection) as queries:
            page = mia.get(address(model))
        counts.append((page.context["cl"].result_count >= number, len(queries)))

    assert counts == [(True, len(queries))] * 3


@pytest.mark.parametrize("model", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        *({"q": question} for question in ("x" * 10_000, "mug " * 2_500, "%_\\'\"" * 2_000, "\0")),
        *({"o": sorting} for sorting in ("99.-98.x.--1.1.1", "1." * 1_000)),
        *({"p": page} for page in ("x", -1, 10**9)),
        {"_facets": "True"},
    ],
)
def test_nonsense_is_answered(mia, model, query):
    make_one_of_each(1)

    assert mia.get(address(model), query).status_code in {200, 302}


def names(page) -> list[str]:
    return [customer.name for customer in page.context["cl"].result_list]


def test_a_long_list_is_sorted_by_what_an_index_sorts(mia, few):
    for name, phone in (("Ada", "3"), ("Grace", "2"), ("Mary", "1"), ("Zuse", "0")):
        make_customer(name, phone=phone)
    by_phone = [*mia.get(CUSTOMERS).context["cl"].list_display].index("phone")

    ascending, descending = mia.get(CUSTOMERS, {"o": "1"}), mia.get(CUSTOMERS, {"o": "-1"})
    refused = mia.get(CUSTOMERS, {"o": by_phone})

    assert names(ascending) == names(descending)[::-1] == ["Ada", "Grace", "Mary", "Zuse"]
    assert names(refused) == ["Ada", "Grace", "Mary", "Zuse"]
    assert "narrow it down" in refused.text
    assert refused.context["cl"].get_ordering_field_columns() == {1: "asc"}


def test_a_list_that_is_narrowed_down_is_sorted_by_anything(mia, few):
    for name, phone in (("Ada A", "3"), ("Ada B", "2"), ("Ada C", "1"), ("Zuse", "0")):
        make_customer(name, phone=phone)
    by_phone = [*mia.get(CUSTOMERS).context["cl"].list_display].index("phone")

    page = mia.get(CUSTOMERS, {"o": by_phone, "q": "ada"})

    assert names(page) == ["Ada C", "Ada B", "Ada A"]
    assert "narrow it down" not in page.text


def test_items_are_sorted_by_what_their_levels_add_up_to(mia):
    for sku, on_hand in (("A", 2), ("B", 9), ("C", 5)):
        make_item(sku, on_hand=on_hand)
    by_on_hand = [*mia.get(address(Item)).context["cl"].list_display].index("on_hand")

    page = mia.get(address(Item), {"o": f"-{by_on_hand}"})

    assert [item.sku for item in page.context["cl"].result_list] == ["B", "C", "A"]


@pytest.mark.parametrize(
    ("sorting", "is_quick"),
    [
        *((name, True) for name in ("-pk", "number", "status", "-created_at", "total")),
        *((name, False) for name in ("due_date", "customer", "entered_by", "note", "nothing", "customer__phone")),
    ],
)
def test_which_sortings_an_index_gives(sorting, is_quick):
    assert is_indexed(Order, sorting) == is_quick


@pytest.mark.parametrize("model", LISTS)
def test_a_list_comes_in_an_order_that_an_index_gives(mia, model):
    first = mia.get(address(model)).context["cl"].queryset.query.order_by or model._meta.ordering

    assert is_indexed(model, first[0])
