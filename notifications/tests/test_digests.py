"""What is gathered and sent together, and the link by which customers want no more of what they need not get."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django_ox.testing import run_tasks

from inventory import stock
from inventory.models import Location
from inventory.tests.shop import make_item
from notifications import channels, delivery, unsubscribing, upkeep
from notifications.models import CapturedMail, Notification, Rule, Suppression
from notifications.tests.test_outbox import make_staff
from orders import workflow
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia():
    user = make_staff("mia", "Manager")
    Rule.objects.create(event="order_confirmed", audience="person", person=user, frequency="hourly")
    return user


def place(name: str):
    return place_order((make_item(on_hand=5), 2), customer=make_customer(name, told="not"))


def states_of(address: str) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(recipient=address).order_by("pk").values_list("event", "state"))


def test_what_was_held_is_sent_as_one(capture, mia):
    orders = [place(name) for name in ("Ada", "Ben", "Cy")]
    run_tasks(raise_failures=True)
    held = states_of("mia@example.com")

    upkeep.gather("hourly")
    run_tasks(raise_failures=True)

    assert held == [("order_confirmed", "held")] * 3
    assert states_of("mia@example.com") == [*[("order_confirmed", "in_digest")] * 3, ("digest", "accepted")]
    mail = CapturedMail.objects.get()
    assert mail.subject == "3 messages from Backroom"
    assert all(f"Your order {order.number}" in mail.text for order in orders)


def test_a_second_digest_has_only_what_is_new(capture, mia):
    place("Ada")
    upkeep.gather("hourly")
    place("Ben")
    run_tasks(raise_failures=True)

    upkeep.gather("hourly")
    upkeep.gather("hourly")

    assert [digest.gathered.count() for digest in Notification.objects.filter(event="digest").order_by("pk")] == [1, 1]


def test_a_daily_digest_waits_for_its_time(mia):
    Rule.objects.filter(person=mia).update(frequency="daily")
    place("Ada")

    upkeep.gather("hourly")
    within_the_day = states_of("mia@example.com")
    upkeep.gather("daily")

    assert within_the_day == [("order_confirmed", "held")]
    assert states_of("mia@example.com") == [("order_confirmed", "in_digest"), ("digest", "queued")]


def test_digests_are_gathered_every_hour_and_every_day(settings):
    declared = settings.TASKS["default"]["OPTIONS"]["SCHEDULES"].values()

    assert [(each["cron"], each["kwargs"]) for each in declared if each["task"].endswith(".send_digests")] == [
        ("0 * * * *", {"frequency": "hourly"}),
        ("0 7 * * *", {"frequency": "daily"}),
    ]


def test_each_recipient_gets_their_own(mia):
    Rule.objects.create(
        event="order_confirmed", audience="person", person=make_staff("sam", "Warehouse"), frequency="hourly"
    )
    place("Ada")

    upkeep.gather("hourly")

    digests = Notification.objects.filter(event="digest").order_by("recipient")
    assert [digest.recipient for digest in digests] == ["mia@example.com", "sam@example.com"]


# Unsubscribing --------------------------------------------------------------------------------------------------------


def courtesy() -> Notification:
    mug = make_item(on_hand=1, oversell="backorder")
    order = place_order((mug, 3))
    stock.receive(mug, Location.default(), 5, reason="Delivery")
    workflow.settle_waiting(order.pk)
    return Notification.objects.get(event="backorder_arrived")


def composed(notification: Notification) -> EmailMultiAlternatives:
    delivery.prepare(notification)
    return channels.compose(notification)


def test_only_what_nobody_has_to_get_can_be_unsubscribed_from():
    message, necessary = composed(courtesy()), composed(Notification.objects.get(event="order_confirmed"))

    link = unsubscribing.link("email", "katherine@example.com")
    assert message.extra_headers["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/unsubscribe/")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link.rpartition("/unsubscribe/")[0] in message.body
    assert "List-Unsubscribe" not in necessary.extra_headers
    assert "unsubscribe" not in necessary.body


def path_for(address: str) -> str:
    return unsubscribing.link("email", address).removeprefix("http://127.0.0.1:8000")


def test_a_scanner_that_follows_links_unsubscribes_nobody(client):
    page = client.get(path_for("kath@example.com"))

    assert (page.status_code, Suppression.objects.count()) == (200, 0)
    assert "Shall kath@example.com get no more messages" in page.content.decode()


def test_one_press_is_enough_and_twice_is_once(client):
    for _press in range(2):
        answer = client.post(path_for("Kath@example.com"), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert [(row.address, row.reason) for row in Suppression.objects.all()] == [("kath@example.com", "unsubscribed")]


FORGED = path_for("a@example.com").split("/")[2][:-1]


@pytest.mark.parametrize("key", ["x", "a:b:c", FORGED], ids=["short", "parts", "forged"])
def test_a_link_that_is_not_ours_does_nothing(client, key):
    answer = client.post(reverse("unsubscribe", args=[key]))

    assert (answer.status_code, Suppression.objects.count()) == (404, 0)
