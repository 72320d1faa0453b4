"""Locks that clash in spite of their order, on real connections."""

import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse

from backoffice.busy import ATTEMPTS, BusyMiddleware
from inventory.models import StockLevel
from inventory.tests.shop import figures, make_item
from orders.models import Order
from orders.tests.shop import make_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


class Clash(Exception):
    sqlstate = "40P01"


def answered(view) -> tuple[int, int]:
    """Status and number of runs of a view behind the middleware."""
    runs = []

    def counted(request):
        runs.append(1)
        return view(len(runs))

    response = BusyMiddleware(None).process_view(RequestFactory().post("/"), counted, (), {})
    return response.status_code, len(runs)


def deadlock():
    error = OperationalError("deadlock detected")
    error.__cause__ = Clash()
    raise error


def test_a_view_that_lost_a_deadlock_runs_again():
    class Done:
        status_code = 302

    assert answered(lambda run: deadlock() if run == 1 else Done()) == (302, 2)


def test_a_view_that_loses_every_time_is_answered_in_words():
    assert answered(lambda run: deadlock()) == (503, ATTEMPTS)


def test_other_faults_of_the_database_are_not_hidden():
    def broken(run):
        raise OperationalError("disk full")

    with pytest.raises(OperationalError, match="disk full"):
        answered(broken)


def test_a_lock_held_too_long_ends_in_a_friendly_answer_and_nothing_half(admin_client, short_waits):
    mug = make_item(on_hand=5)
    order = make_order((mug, 2))
    cancel = reverse("admin:orders_order_cancel", args=[order.pk])

    with lock_held(mug):
        answer = admin_client.post(cancel, {"whole": "1", "seen_version": order.version})

    assert answer.status_code == 503
    assert "Nothing of yours was saved" in answer.content.decode()
    assert (Order.objects.get().status, figures(mug)) == ("draft", (5, 0, 5))


@pytest.fixture
def short_waits():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '200ms'")
        else:
            cursor.execute("PRAGMA busy_timeout = 200")
    yield
    connection.close()


@contextmanager
def lock_held(item):
    """Another connection holds the lock of the item's level, or SQLite's write lock, until the block is left."""
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(StockLevel.objects.filter(item=item).locked())
            held.set()
            release.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        yield
    finally:
        release.set()
        holder.join()
