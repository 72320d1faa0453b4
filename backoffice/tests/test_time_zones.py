"""Everybody sees times and days of their own zone; what is stored stays UTC."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from backoffice.models import Preferences
from backoffice.tests.pages import sign_in
from orders.models import Order
from orders.tests.shop import make_order

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:preferences")
ORDERS = reverse("admin:orders_order_changelist")
LATE_EVENING = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
def mia():
    client = sign_in("Manager")
    client.post(PAGE, {"time_zone": "Pacific/Auckland"})
    return client


def test_lists_show_the_reader_s_time(mia):
    with time_machine.travel(LATE_EVENING, tick=False):
        make_order()
        page = mia.get(ORDERS)

    assert "2 Mar 2026, 12:30" in page.text
    assert "times are shown in Pacific/Auckland" in page.text
    assert Order.objects.get().created_at == LATE_EVENING


def test_days_to_filter_by_are_the_reader_s(mia):
    with time_machine.travel(LATE_EVENING, tick=False):
        make_order()
        counts = [
            mia.get(ORDERS, {"entered": day}).context["cl"].result_count for day in ("2026-03-01..2026-03-01", "today")
        ]

    assert counts == [0, 1]


def test_the_choice_is_there_at_the_next_sign_in_and_of_nobody_else(mia):
    user = Preferences.objects.get().user
    mia.logout()

    mia.force_login(user)

    assert mia.session["time_zone"] == "Pacific/Auckland"
    assert sign_in("Sales").session["time_zone"] == ""


def test_a_zone_that_does_not_exist_is_refused(mia):
    page = mia.post(PAGE, {"time_zone": "Atlantis/Centre"})

    assert "is not one of the available choices" in page.text
    assert Preferences.objects.get().time_zone == "Pacific/Auckland"


def test_a_zone_that_this_machine_does_not_know_is_the_company_s(mia):
    session = mia.session
    session["time_zone"] = "Atlantis/Centre"
    session.save()

    assert "times are shown in UTC" in mia.get(ORDERS).text


def test_who_is_not_signed_in_chooses_nothing(client):
    assert client.post(PAGE, {"time_zone": "Pacific/Auckland"}).status_code == 302
    assert not Preferences.objects.exists()
