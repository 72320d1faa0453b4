"""The list of orders, narrowed down and searched."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.tests.shop import make_item
from orders.models import Order
from orders.tests.pages import sign_in
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

LIST = reverse("admin:orders_order_changelist")


@pytest.fixture
def dana():
    return sign_in("dana", "Sales")


def listed(client, **query) -> set[Order]:
    response = client.get(LIST, query)
    assert response.status_code == 200, response.url
    return set(response.context["cl"].result_list)


def entered(days_ago: int) -> Order:
    return make_order(created_at=timezone.now() - timedelta(days=days_ago))


def test_orders_are_narrowed_down_by_when_they_were_entered(dana):
    today, week, month, older = entered(0), entered(6), entered(29), entered(30)
    day = timezone.localdate() - timedelta(days=29)

    assert listed(dana, entered="today") == {today}
    assert listed(dana, entered="7") == {today, week}
    assert listed(dana, entered="30") == {today, week, month}
    assert listed(dana, entered=f"{day}..{day}") == {month}
    assert listed(dana, entered=f"..{day}") == {month, older}
    assert listed(dana, entered=f"{day}..") == {today, week, month}
    assert listed(dana, entered_from=day, entered_to="") == {today, week, month}
    assert listed(dana, entered_from="", entered_to=day) == {month, older}


def test_the_boxes_of_a_span_keep_what_else_was_chosen(dana):
    today = timezone.localdate()
    shown = make_order(customer=make_customer("Katherine Johnson"))
    make_order(customer=make_customer("Dorothy Vaughan"))

    query = {"entered_from": today, "entered_to": today, "q": "kath", "status__exact": "draft"}
    html = dana.get(LIST, query).content.decode()

    assert listed(dana, **query) == {shown}
    assert f'name="entered_from" value="{today}"' in html
    assert '<input type="hidden" name="q" value="kath">' in html
    assert '<input type="hidden" name="status__exact" value="draft">' in html


@pytest.mark.parametrize("span", ["nonsense", "..", "2026-02-30..", "9" * 500])
def test_a_span_that_is_none_narrows_nothing(dana, span):
    order = make_order()

    assert listed(dana, entered=span) == {order}


def test_open_orders_are_narrowed_down_by_when_they_are_due(dana):
    today = timezone.localdate()
    item = make_item(on_hand=99)
    late, now, soon = (place_order((item, 1), due_date=today + timedelta(days=days)) for days in (-1, 0, 6))
    make_order(due_date=today + timedelta(days=7))

    assert listed(dana, due="overdue") == {late}
    assert listed(dana, due="today") == {now}
    assert listed(dana, due="week") == {now, soon}


def test_an_order_that_waits_for_stock_says_so_and_is_found_by_it(dana):
    waiting = place_order((make_item(on_hand=1, oversell="backorder"), 3))
    place_order((make_item(on_hand=3), 3), (make_item(is_stocked=False), 2))
    make_order((make_item(oversell="backorder"), 1))

    assert listed(dana, waits="1") == {waiting}
    assert dana.get(LIST).content.decode().count("waits for stock") == 1


def test_orders_are_narrowed_down_by_customer_and_by_who_entered_them(dana, django_user_model):
    katherine, sam = make_customer(), django_user_model.objects.create_user("sam", is_staff=True)
    hers, his = make_order(customer=katherine), make_order(entered_by=sam)

    assert listed(dana, customer=katherine.pk) == {hers}
    assert listed(dana, by=sam.pk) == {his}
    assert listed(dana, by="x") == {hers, his}


def test_an_order_is_found_by_number_customer_email_and_sku_inside(dana):
    order = make_order((make_item("Mug 1"), 1), customer=make_customer("Katherine Johnson"), number="SO-7")
    make_order((make_item("Mug 10"), 1), customer=make_customer("Dorothy Vaughan"), number="SO-70")

    for words in ("so-7", "kath", "KATHERINE@", "mug  1"):
        assert listed(dana, q=words) == {order}
    assert listed(dana, q="nothing of it") == set()


def test_the_list_takes_the_same_queries_for_one_order_and_for_fifty(dana, django_assert_max_num_queries):
    item, counts = make_item(oversell="backorder"), []
    for number in (1, 3, 50):
        while Order.objects.count() < number:
            place_order((item, 1))
        dana.get(LIST)
        with django_assert_max_num_queries(15) as queries:
            dana.get(LIST)
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_the_list_of_actions_begins_with_what_they_are_for(mia):
    make_order()

    page = mia.get(LIST).content.decode()

    assert '<option value="">With what is selected…</option>' in page
    assert "Select an option" not in page
