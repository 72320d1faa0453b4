"""Text messages and chats go through Apprise to a gateway on loopback HTTP."""

import json
from contextlib import contextmanager

import pytest

from backoffice.tests.listening import Service, listening
from inventory.tests.shop import make_item
from notifications import delivery
from notifications.models import Health, Notification, Rule
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db

SECRET = "hunter2-very-secret"


class Gateway(Service):
    status: int
    calls: list[tuple[str, str]]

    def do_POST(self):
        self.calls.append((self.path, json.loads(self.body())["message"]))
        self.answer(self.status)


@contextmanager
def gateway(status: int = 200):
    calls: list[tuple[str, str]] = []
    with listening(Gateway, status=status, calls=calls) as port:
        yield f"json://shop:{SECRET}@127.0.0.1:{port}", calls


def text_message(phone: str = "+442079460000") -> Notification:
    customer = make_customer(told="text", phone=phone)
    return place_order((make_item(on_hand=5, unit_price="12.50"), 2), customer=customer).notifications.get()


def sent(notification: Notification) -> Notification:
    delivery.send(notification.pk)
    notification.refresh_from_db()
    return notification


def test_a_customer_who_chose_texts_gets_one(settings):
    with gateway() as (url, calls):
        settings.TEXT_URL = f"{url}/to/{{phone}}"
        notification = sent(text_message())

    number = notification.order.number
    assert calls == [("/to/+442079460000", f"Backroom: we have your order {number}, 25.00 EUR. Thank you!")]
    assert (notification.state, notification.channel, notification.html) == ("accepted", "text", "")


@pytest.mark.parametrize("phone", ["02079460000", "+44 20 7946 0000", "+1?to=evil", "+44/../../x", "++442079460000"])
def test_only_a_whole_phone_number_is_put_into_the_address(settings, phone):
    with gateway() as (url, calls):
        settings.TEXT_URL = f"{url}/to/{{phone}}"
        notification = sent(text_message(phone))

    assert (notification.state, calls) == ("failed", [])


def test_a_gateway_that_refuses_is_called_once_and_later_again(settings):
    with gateway(status=500) as (url, calls):
        settings.TEXT_URL = f"{url}/to/{{phone}}"
        notification = sent(text_message())

    assert (notification.state, len(calls)) == ("queued", 1)
    assert notification.error
    assert SECRET not in notification.error


def test_without_a_gateway_texts_wait_and_mails_go(settings, capture):
    customer = make_customer(told="both", phone="+442079460000")
    order = place_order((make_item(on_hand=5), 2), customer=customer)

    for notification in order.notifications.all():
        delivery.send(notification.pk)

    assert dict(order.notifications.values_list("channel", "state")) == {"email": "accepted", "text": "queued"}
    assert Health.objects.get().channel == "text"


def test_a_chat_is_told_by_its_name_in_the_settings(settings):
    with gateway() as (url, calls):
        settings.CHATS = {"warehouse": f"{url}/hook"}
        Rule.objects.create(event="order_confirmed", audience="chat", chat="warehouse", channel="chat")
        order = place_order((make_item(on_hand=5), 2), customer=make_customer(told="not"))
        notification = sent(order.notifications.get())

    assert (notification.state, notification.recipient) == ("accepted", "warehouse")
    assert [path for path, _text in calls] == ["/hook"]


def test_an_address_that_apprise_does_not_know_stops_the_channel(settings):
    settings.CHATS = {"warehouse": f"nonsense://{SECRET}@x"}
    Rule.objects.create(event="order_confirmed", audience="chat", chat="warehouse", channel="chat")
    order = place_order((make_item(on_hand=5), 2), customer=make_customer(told="not"))

    notification = sent(order.notifications.get())

    assert (notification.state, Health.objects.get().is_stopped) == ("queued", True)
    assert SECRET not in Health.objects.get().words
