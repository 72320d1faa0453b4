"""Providers that fail in every way, over real HTTP, through Anymail's real backends."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone
from django_ox.models import OxTask

from notifications import delivery
from notifications.audience import Recipient
from notifications.choices import State
from notifications.models import Health, Notification
from notifications.outbox import queue
from notifications.tests import fake_provider, naive
from orders.tests.shop import make_customer, make_order

THREADS = 4
REQUESTS_TIMEOUT = (2, 0.4)


def use_postmark(settings, url: str, token: str = "right") -> None:
    settings.EMAIL_PROVIDER = "postmark"
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}}
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": token,
        "POSTMARK_API_URL": f"{url}/postmark/",
        "REQUESTS_TIMEOUT": REQUESTS_TIMEOUT,
    }


def use_mailgun(settings, url: str, token: str = "right") -> None:
    settings.EMAIL_PROVIDER = "mailgun"
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.mailgun.EmailBackend"}}
    settings.ANYMAIL = {
        "MAILGUN_API_KEY": token,
        "MAILGUN_API_URL": f"{url}/v3",
        "REQUESTS_TIMEOUT": REQUESTS_TIMEOUT,
    }


PROVIDERS = pytest.mark.parametrize("use", [use_postmark, use_mailgun], ids=["postmark", "mailgun"])


def queue_messages(addresses: list[str]) -> None:
    order = make_order(customer=make_customer())
    recipients = [Recipient("Katherine", "email", address) for address in addresses]
    queue("order_cancelled", "1", recipients, order=order)


def deliver_all(send=delivery.send) -> None:
    """Every message until none waits, without waiting for the moments of the next tries; a few threads at once."""
    with ThreadPoolExecutor(THREADS) as pool:
        while keys := list(Notification.objects.waiting().values_list("pk", flat=True)):
            list(pool.map(lambda key: send_and_leave(send, key), keys))
            OxTask.objects.all().delete()
        list(pool.map(lambda _number: connection.close(), range(THREADS)))


def send_and_leave(send, key: int) -> None:
    Health.objects.update(rests_until=None)  # time is not what this is about
    send(key)


def seeded() -> Random:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    return Random(seed)


def states() -> dict[str, str]:
    return {str(key): state for key, state in Notification.objects.values_list("pk", "state")}


@pytest.mark.django_db(transaction=True)
@PROVIDERS
@pytest.mark.parametrize(
    "messages", [pytest.param(500, id="500"), pytest.param(10_000, id="10,000", marks=pytest.mark.deep)]
)
def test_of_messages_amid_faults_none_is_lost_and_duplicates_are_those_that_were_cut_off(settings, use, messages):
    dice = seeded()
    bad = {number for number in range(messages) if dice.random() < 0.04}
    with fake_provider.serving(plan=fake_provider.random_faults(0.21, dice)) as provider:
        use(settings, provider.url)
        queue_messages([f"{'bad' if number in bad else 'to'}{number}@example.com" for number in range(messages)])
        deliver_all()

    ended = states()
    assert sorted(ended.values()) == ["accepted"] * (messages - len(bad)) + ["failed"] * len(bad)
    expected = {key: 1 + provider.cut_off[key] for key, state in ended.items() if state == State.ACCEPTED}
    assert dict(provider.copies) == expected
    assert sum(provider.cut_off.values()) > messages / 40  # enough calls were cut off to mean something
    assert len({(message.key, message.message_id) for message in provider.accepted}) == len(expected)


@pytest.mark.django_db(transaction=True)
@PROVIDERS
def test_who_marks_first_and_sends_then_loses_messages(settings, use):
    """The negative control."""
    with fake_provider.serving(plan=fake_provider.random_faults(0.25, seeded())) as provider:
        use(settings, provider.url)
        queue_messages([f"to{number}@example.com" for number in range(60)])
        deliver_all(naive.send_marked_first)

    lost = {key for key, state in states().items() if state == State.ACCEPTED} - set(provider.copies)
    assert lost != set()


PLANS = [
    ("500", "queued", "500"),
    ("503", "queued", "503"),
    ("408", "queued", "408"),
    ("429", "queued", "429"),
    ("reset", "uncertain", ""),
    ("accept_then_hang", "uncertain", ""),
    ("accept_then_reset", "uncertain", ""),
    ("half_body", "uncertain", ""),
    ("garbage_json", "uncertain", "nginx"),
    ("400", "failed", ""),
    ("401", "queued", "401"),
    ("", "accepted", ""),
]


@pytest.mark.django_db
@PROVIDERS
@pytest.mark.parametrize(("plan", "state", "words"), PLANS, ids=[plan or "well" for plan, *_rest in PLANS])
def test_each_fault_means_what_it_should(settings, use, plan, state, words):
    with fake_provider.serving(plan=lambda message: plan) as provider:
        use(settings, provider.url)
        queue_messages(["katherine@example.com"])
        delivery.send(Notification.objects.get().pk)

    notification = Notification.objects.get()
    assert notification.state == state
    assert words in notification.error


@pytest.mark.django_db
def test_no_connection_at_all_is_tried_again_and_not_uncertain(settings):
    with fake_provider.serving() as provider:
        url = provider.url
    use_postmark(settings, url)
    queue_messages(["katherine@example.com"])

    delivery.send(Notification.objects.get().pk)

    assert Notification.objects.get().state == "queued"


@pytest.mark.django_db
def test_what_the_provider_asks_for_is_waited_for(settings):
    with fake_provider.serving(plan=lambda message: "429") as provider:
        use_postmark(settings, provider.url)
        queue_messages(["katherine@example.com"])
        Notification.objects.update(attempts=0)
        delivery.send(Notification.objects.get().pk)

    wait = Notification.objects.get().next_try_at - timezone.now()
    assert timedelta(seconds=1.5) < wait <= timedelta(seconds=10)


@pytest.mark.django_db
@PROVIDERS
def test_a_wrong_key_stops_the_channel_and_loses_nothing(settings, use):
    with fake_provider.serving() as provider:
        use(settings, provider.url, token="wrong")
        queue_messages(["a@example.com", "b@example.com"])
        for key in states():
            delivery.send(int(key))

    assert (set(states().values()), provider.accepted) == ({"queued"}, [])
    assert [(health.is_stopped, "401" in health.words) for health in Health.objects.all()] == [(True, True)]


@pytest.mark.django_db
@PROVIDERS
def test_the_provider_gets_our_ids_and_one_recipient(settings, use):
    with fake_provider.serving() as provider:
        use(settings, provider.url)
        queue_messages(["katherine@example.com"])
        delivery.send(Notification.objects.get().pk)

    notification, [message] = Notification.objects.get(), provider.accepted
    assert message.key == str(notification.pk)
    assert message.message_id == notification.message_id == f"<notification-{notification.pk}@example.com>"
    assert (message.to, bool(notification.provider_id)) == ("katherine@example.com", True)
