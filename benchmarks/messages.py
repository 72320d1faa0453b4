"""Messages: how many one worker sends to a provider on this machine, and what telling a customer adds to an order.

The worker is the product's own, the provider a process of its own that answers at once and speaks Postmark's format
over HTTP. Orders with and without a message are placed turn by turn, in the same shop.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

from django.conf import settings
from django.core.management import call_command

from benchmarks.orders import ITEMS, place, stocked_item
from benchmarks.report import NOBODY_TOLD, SENT, TOLD, Found
from notifications.models import Notification
from orders.models import Customer

ROUNDS, ORDERS = 5, 100


def measured() -> Found:
    told = Customer.objects.create(name="Katherine Johnson", email="katherine@example.com")
    untold = Customer.objects.create(name="Mary Jackson", email="mary@example.com", told=Customer.Told.NOT)
    items = cycle([stocked_item() for _item in range(ITEMS)])
    acts = {
        NOBODY_TOLD: lambda: place(untold, items, ORDERS),
        TOLD: lambda: place(told, items, ORDERS),
        SENT: work,
    }
    found: Found = {name: [] for name in acts}
    with provider():
        for _round in range(1 + ROUNDS):
            for name, act in acts.items():
                found[name].append(rate(act))
    return {name: rates[1:] for name, rates in found.items()}  # the first only warmed up


def rate(act: Callable[[], int]) -> float:
    started = time.perf_counter()
    done = act()
    return done / (time.perf_counter() - started)


def work() -> int:
    """Until nothing waits, as ``manage.py ox_worker`` does: claim the task, word the message, hand it over, mark it."""
    waiting = Notification.objects.waiting().count()
    with suppress(SystemExit):  # which is how it ends
        call_command("ox_worker", queues="mail", batch=True, verbosity=0)
    assert not Notification.objects.waiting().exists()
    return waiting


@contextmanager
def provider() -> Iterator[None]:
    command = [sys.executable, "-m", "notifications.tests.fake_provider"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        settings.EMAIL_PROVIDER = "postmark"
        settings.MAILERS = {"default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}}
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "right", "POSTMARK_API_URL": f"{url}/postmark/"}
        yield
