import pytest
from django.core import mail
from django.db import transaction
from django_ox.models import OxTask
from django_ox.testing import run_tasks

from inventory.rules import StockRefused
from inventory.tests.shop import make_item
from notifications import delivery
from notifications.models import CapturedMail, Notification
from orders import workflow
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db


def test_confirming_an_order_writes_the_message_and_its_task():
    order = place_order((make_item(on_hand=5), 2))

    notification = Notification.objects.get()
    assert (notification.order, notification.recipient) == (order, "katherine@example.com")
    assert (notification.state, notification.event) == ("queued", "order_confirmed")
    assert OxTask.objects.get().args == [notification.pk]


def test_an_order_that_is_refused_leaves_no_message_and_no_task():
    order = make_order((make_item(), 2))

    with pytest.raises(StockRefused), transaction.atomic():
        workflow.place(order)

    assert (Notification.objects.count(), OxTask.objects.count()) == (0, 0)


def test_saving_a_confirmed_order_again_tells_nobody():
    order = place_order((make_item(on_hand=5), 2))

    order.note = "Ring twice"
    order.save()

    assert Notification.objects.count() == 1


def test_placing_again_after_a_cancellation_is_another_event():
    order = place_order((make_item(on_hand=5), 2))

    workflow.cancel(order)
    workflow.reopen(order)
    workflow.place(order)

    assert Notification.objects.count() == 2


@pytest.mark.parametrize("customer", [{"told": "not"}, {"email": ""}])
def test_who_does_not_want_to_be_told_is_not(customer):
    place_order((make_item(on_hand=5), 2), customer=make_customer(**customer))

    assert Notification.objects.count() == 0


def test_the_worker_renders_and_hands_the_mail_to_the_capture_backend(capture):
    order = place_order((make_item("MUG-1", on_hand=5, unit_price="12.50"), 2))

    run_tasks(raise_failures=True)

    notification, kept = Notification.objects.get(), CapturedMail.objects.get()
    assert (notification.state, notification.attempts) == ("accepted", 1)
    assert kept.subject == notification.subject == f"Your order {order.number}"
    assert "2 × Mug MUG-1 (MUG-1): 25.00 EUR" in kept.text
    assert kept.message_id == f"<notification-{notification.pk}@example.com>"


def test_a_repeated_task_sends_nothing_twice(capture):
    place_order((make_item(on_hand=5), 2))
    run_tasks(raise_failures=True)

    delivery.send(Notification.objects.get().pk)

    assert CapturedMail.objects.count() == 1


def test_a_repeat_after_a_crash_carries_the_same_message_id(capture):
    place_order((make_item(on_hand=5), 2))
    Notification.objects.update(state="sending")  # the worker died after the provider took it

    run_tasks(raise_failures=True)

    assert Notification.objects.get().state == "accepted"
    assert CapturedMail.objects.count() == 1


def test_names_are_escaped_in_html_and_plain_in_text(capture):
    place_order((make_item(on_hand=5), 2), customer=make_customer("<b>Eve</b> {{ 7 }}"))

    run_tasks(raise_failures=True)

    kept = CapturedMail.objects.get()
    assert "&lt;b&gt;Eve&lt;/b&gt; {{ 7 }}" in kept.html
    assert "<b>Eve</b> {{ 7 }}" in kept.text


def test_a_passing_fault_goes_back_to_the_queue_with_its_words(provider):
    provider(OSError("connection reset"))
    place_order((make_item(on_hand=5), 2))

    with pytest.raises(delivery.DeliveryDelayed):
        delivery.send(Notification.objects.get().pk)

    notification = Notification.objects.get()
    assert (notification.state, notification.error) == ("queued", "connection reset")


def test_a_permanent_fault_fails_at_once_in_the_providers_words(provider):
    provider(delivery.AnymailInvalidAddress("no such mailbox"))
    place_order((make_item(on_hand=5), 2))

    delivery.send(Notification.objects.get().pk)

    notification = Notification.objects.get()
    assert (notification.state, notification.error) == ("failed", "no such mailbox")
    assert len(mail.outbox) == 0
