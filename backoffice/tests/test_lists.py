"""Lists count as far as anybody reads, keep their place, and say what to do when they are empty."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from backoffice.lists import CountedPaginator
from orders.models import Customer
from orders.tests.shop import make_customer

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

    seen = [record.pk for page in (1, 2, 3) for record in mia.get(CUSTOMERS, {"p": page}).context["cl"].result_list]

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
