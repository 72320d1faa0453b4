"""Forty addresses and names that mean harm: each fails cleanly or is sent safely, and the loop goes on."""

import pytest

from notifications import delivery
from notifications.audience import Recipient
from notifications.models import Notification
from notifications.outbox import queue
from notifications.tests import fake_provider
from notifications.tests.test_faults import use_mailgun, use_postmark
from orders.models import Customer
from orders.tests.shop import make_order

pytestmark = pytest.mark.django_db

REFUSED = [
    "",
    " ",
    "nobody",
    "@example.com",
    "a@",
    "a@@example.com",
    "a b@example.com",
    "a@exa mple.com",
    "a@example.com\nBcc: victim@example.com",
    "a@example.com\r\nBcc: victim@example.com",
    "a@example.com\r\n\r\n<script>x</script>",
    "a\n@example.com",
    "a@example.com\x00",
    "\x00a@example.com",
    "a@example.com,victim@example.com",
    "a@example.com; victim@example.com",
    "a@example.com victim@example.com",
    "Ada <a@example.com>",
    "<a@example.com>",
    '"a@example.com',
    "a@[127.0.0.1",
    "a@-example.com",
    "a@example..com",
    ".a@example.com",
    f"{'a' * 400}@example.com"[:320],
    f"a@{'b' * 64}.com",
    f"a@{'b.' * 160}com"[:320],
    "a@example.com\u2028Bcc: victim@example.com",
    "a@example.com\u202e",
    "а@example.com\x1b[31m",
    "a%0ABcc:victim@example.com@example.com",
]
SENT = ["o'brien+tag@example.com", "user%host@example.com", "a@xn--mnchen-3ya.example", "a@münchen.example"]
NAMES = [
    "Ada\r\nBcc: victim@example.com",
    "=?utf-8?q?x?= <victim@example.com>",
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    'Ada, Ben; "Cy" <a@b.c>',
]


def queue_for(*recipients: Recipient) -> None:
    customer = Customer.objects.create(name="Katherine", email="kath@example.com")
    queue("order_cancelled", "1", list(recipients), order=make_order(customer=customer))


def deliver_each() -> None:
    for key in Notification.objects.order_by("pk").values_list("pk", flat=True):
        delivery.send(key)


def test_there_are_forty():
    assert len(REFUSED) + len(SENT) + len(NAMES) == 40


@pytest.mark.parametrize("use", [use_postmark, use_mailgun], ids=["postmark", "mailgun"])
def test_hostile_addresses_fail_cleanly_and_the_others_go(settings, use):
    with fake_provider.serving() as provider:
        use(settings, provider.url)
        queue_for(*(Recipient("Ada", "email", each) for each in [*REFUSED, *SENT, "fine@example.com"]))
        deliver_each()

    ended = dict(Notification.objects.values_list("recipient", "state"))
    refused = [each.replace("\0", "�") for each in REFUSED]
    assert ended == dict.fromkeys(refused, "failed") | dict.fromkeys([*SENT, "fine@example.com"], "accepted")
    assert len(provider.accepted) == len(SENT) + 1
    assert not any("victim" in f"{message.to}{message.headers}" for message in provider.accepted)


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_text_and_nothing_else(settings, name):
    with fake_provider.serving() as provider:
        use_postmark(settings, provider.url)
        queue_for(Recipient(name, "email", "fine@example.com"))
        deliver_each()

    notification, [message] = Notification.objects.get(), provider.accepted
    assert (notification.state, message.to) == ("accepted", "fine@example.com")
    assert set(message.headers) == {"message-id"}
    assert "<script" not in notification.html
    assert f"Hello {name},".splitlines()[0] in notification.text.replace("\r\n", "\n")


def test_a_hostile_number_of_an_order_stays_in_one_line_of_the_subject(settings):
    with fake_provider.serving() as provider:
        use_postmark(settings, provider.url)
        queue_for(Recipient("Ada", "email", "fine@example.com"))
        order = Notification.objects.get().order
        type(order).objects.filter(pk=order.pk).update(number="A-7\r\nBcc: victim@example.com")
        deliver_each()

    assert provider.accepted[0].subject == "Your order A-7 Bcc: victim@example.com is cancelled"


def test_every_wish_of_a_customer_without_a_usable_address_is_no_error():
    customer = Customer.objects.create(name="Ada", email="", phone="", told="both")

    make_order(customer=customer)

    assert Notification.objects.count() == 0
