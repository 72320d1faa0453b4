"""Messages: how many one worker sends to a provider on this machine, and what telling a customer adds to an order.

The share of telling is 1 - (orders told / orders not told); both are measured in the same shop, turn by turn.
"""

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from itertools import cycle

from django.conf import settings
from django_ox.models import OxTask

from benchmarks.orders import ITEMS, place, stocked_item
from notifications import delivery
from notifications.models import Notification
from notifications.tests import fake_provider
from orders.models import Customer

ORDERS, MESSAGES = 40, 40


def measures() -> dict[str, Callable[[], int]]:
    told = Customer.objects.create(name="Katherine Johnson", email="katherine@example.com")
    untold = Customer.objects.create(name="Mary Jackson", email="mary@example.com", told=Customer.Told.NOT)
    items = cycle([stocked_item() for _item in range(ITEMS)])
    use_provider_here()
    return {
        "orders placed, nobody is told": lambda: place(untold, items, ORDERS),
        "orders placed, the customer is told": lambda: place(told, items, ORDERS),
        "messages sent, one worker, no faults": send_some,
    }


def use_provider_here() -> None:
    """Postmark's wire format over HTTP on this machine, until the process ends."""
    stack = ExitStack()
    provider = stack.enter_context(fake_provider.serving())
    atexit.register(stack.close)
    settings.EMAIL_PROVIDER = "postmark"
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}}
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "right", "POSTMARK_API_URL": f"{provider.url}/postmark/"}


def send_some() -> int:
    """What a worker does for each task; claiming the task itself is left out."""
    waiting = list(Notification.objects.waiting().order_by("pk").values_list("pk", flat=True)[:MESSAGES])
    for key in waiting:
        delivery.send(key)
    OxTask.objects.filter(queue_name="mail").delete()
    return len(waiting)
