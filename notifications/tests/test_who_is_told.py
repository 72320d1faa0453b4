"""Who will be told stands above Save and can be switched off; the outbox keeps what was chosen."""

import uuid
from random import Random

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django_ox.models import OxTask

from inventory import proof
from inventory.tests.shop import make_item
from notifications import outbox
from notifications.models import Notification, Rule
from notifications.suppression import suppress
from notifications.tests.test_outbox import make_staff
from orders import told, workflow
from orders.models import Customer, Order
from orders.tests.pages import ADD, change_url, sign_in, typed
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

ASK = reverse("admin:orders_order_told")
PHONE = "+4915112345678"


@pytest.fixture
def dana():
    return sign_in("dana", "Sales")


def asked(client, customer, status="confirmed") -> str:
    return client.get(ASK, {"customer": customer.pk if customer else "", "status": status}).json()["text"]


def test_the_page_of_a_draft_names_who_will_be_told_and_how(dana):
    order = make_order((make_item(), 1))

    page = dana.get(change_url(order)).content.decode()

    assert "Told: Katherine Johnson by email (katherine@example.com)" in page
    assert '<input type="checkbox" name="tell" value="yes" checked>' in page


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "Told: Katherine Johnson by email (katherine@example.com)"),
        ({"told": "not"}, "Nobody is told: the customer does not want to be, or has no address for it."),
        ({"email": ""}, "Nobody is told: the customer does not want to be, or has no address for it."),
    ],
)
def test_the_line_is_asked_for_a_customer_who_was_just_picked(dana, fields, line):
    assert asked(dana, make_customer(**fields)) == line


def test_without_a_customer_the_line_says_so(dana):
    assert asked(dana, None) == "Choose a customer to see who is told."
    assert dana.get(ASK, {"customer": "abc"}).status_code == 200


def test_the_page_of_a_confirmed_order_names_who_hears_of_changes(dana):
    order = place_order((make_item(on_hand=1), 1))

    page = dana.get(change_url(order)).content.decode()

    assert "Told, if what was ordered changes: Katherine Johnson by email (katherine@example.com)" in page
    assert '<input type="checkbox" name="tell" value="yes" checked>' in page


@pytest.mark.parametrize("customer", [{}, {"told": "not"}, {"email": ""}])
def test_who_is_named_is_who_gets_a_message(dana, customer):
    katherine = make_customer(**customer)
    is_named = asked(dana, katherine).startswith("Told: ")

    dana.post(ADD, typed(katherine, (make_item(on_hand=1), 1), _place="1", tell="yes"))

    assert Order.objects.get().status == "confirmed"
    assert Notification.objects.filter(recipient=katherine.email).exists() == is_named


def make_rules(dice: Random) -> None:
    """Some of those that come with the product are off, and others name roles and people, at once or in a digest."""
    for rule in Rule.objects.all():
        rule.is_on = dice.random() < 0.8
        rule.save()
    people = [make_staff(name, dice.choice(["Sales", "Warehouse"])) for name in ("ada", "ben", "cy")]
    for event in ("order_confirmed", "order_cancelled", "order_changed"):
        person = {"audience": "person", "person": dice.choice(people)}
        role = {"audience": "role", "role": Group.objects.get(name="Sales")}
        Rule.objects.create(event=event, frequency=dice.choice(["", "hourly", "daily"]), **dice.choice([person, role]))


def some_customer(dice: Random) -> Customer:
    fields = {"told": dice.choice(Customer.Told.values), "phone": dice.choice(["", PHONE])}
    return make_customer(**fields | ({"email": ""} if dice.random() < 0.2 else {}))


def told_of(order: Order, event: str) -> set[tuple[str, str]]:
    rows = Notification.objects.filter(order=order, event=event, state__in=["queued", "held"])
    return set(rows.values_list("who", "recipient"))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_rules_those_who_are_named_are_those_who_get_a_message(seed):
    dice = Random(seed)
    make_rules(dice)
    order = make_order((make_item(on_hand=5), 1), customer=some_customer(dice))
    for address in dice.sample(["katherine@example.com", PHONE, "ada@example.com"], dice.randint(0, 2)):
        suppress("text" if address == PHONE else "email", address, dice.choice(["bounced", "unsubscribed"]))

    for status, event, verb in (
        ("confirmed", "order_confirmed", workflow.place),
        ("", "order_changed", outbox.queue_change),
        ("cancelled", "order_cancelled", workflow.cancel),
    ):
        named = {(each.who, each.where) for each in told.who(order, status)}
        verb(order)
        order.refresh_from_db()
        assert told_of(order, event) == named


def test_switched_off_nothing_is_sent_and_that_is_on_record(dana):
    dana.post(ADD, typed(make_customer(), (make_item(on_hand=1), 1), _place="1", tell="no"))

    message = Notification.objects.get()
    assert (message.state, message.recipient) == ("withheld", "katherine@example.com")
    assert message.change_set.user_name == "dana"
    assert OxTask.objects.filter(queue_name="mail").count() == 0
    assert not Notification.objects.claim(message.pk, uuid.uuid4())
    assert proof.find_breaches("default") == []
    page = dana.get(change_url(message.order)).content.decode()
    assert "to katherine@example.com: not sent, as was chosen" in page


def test_the_switch_is_as_it_was_left_when_the_form_comes_back(dana):
    data = typed(make_customer(), (make_item(on_hand=1), 2), _place="1", tell="no")

    assert 'name="tell" value="yes">' in dana.post(ADD, data).content.decode()


def test_the_switch_is_for_one_save_only(dana):
    katherine, mug = make_customer(), make_item(on_hand=2)
    dana.post(ADD, typed(katherine, (mug, 1), _place="1", tell="no"))

    dana.post(ADD, typed(katherine, (mug, 1), _place="1"))

    assert [message.state for message in Notification.objects.order_by("pk")] == ["withheld", "queued"]


def test_only_who_sees_customers_is_told_their_addresses():
    nobody = sign_in("ada", "Auditor")
    nobody_at_all = sign_in("max", "Warehouse")
    katherine = make_customer()

    assert asked(nobody, katherine).startswith("Told: ")
    user = nobody_at_all.get(ASK).wsgi_request.user
    user.groups.clear()
    nobody_at_all.force_login(user)
    assert nobody_at_all.get(ASK, {"customer": katherine.pk}).status_code == 403
