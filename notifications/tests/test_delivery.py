"""From outbox row to provider and back: what is sent, what is marked, what is tried again."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from django_ox.models import OxTask
from django_ox.testing import run_tasks

from inventory.tests.shop import make_item
from notifications import delivery, upkeep
from notifications.choices import State
from notifications.models import CapturedMail, Health, Notification, Suppression, Wording
from notifications.suppression import suppress
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db


def queued(**fields) -> Notification:
    order = place_order((make_item("MUG-1", on_hand=5, unit_price="12.50"), 2), **fields)
    return order.notifications.get()


def next_sku() -> str:
    return f"CUP-{Notification.objects.count()}"


def after(notification: Notification) -> tuple[str, str]:
    notification.refresh_from_db()
    return notification.state, notification.error


def test_the_worker_renders_and_hands_the_mail_to_the_capture_backend(capture):
    notification = queued()

    run_tasks(raise_failures=True)

    kept = CapturedMail.objects.get()
    assert after(notification) == ("accepted", "")
    assert (notification.attempts, notification.provider) == (1, "capture")
    assert kept.subject == notification.subject == f"Your order {notification.order.number}"
    assert "2 × Mug MUG-1 (MUG-1): 25.00 EUR" in kept.text
    assert kept.message_id == f"<notification-{notification.pk}@example.com>"
    assert [happening.what for happening in notification.happenings.all()] == ["accepted"]


def test_a_repeated_task_sends_nothing_twice(capture):
    notification = queued()
    run_tasks(raise_failures=True)
    sent_at = CapturedMail.objects.get().at

    delivery.send(notification.pk)

    assert (CapturedMail.objects.get().at, after(notification)[0]) == (sent_at, "accepted")


def test_a_message_that_another_worker_is_sending_is_left_to_it(capture):
    notification = queued()
    assert Notification.objects.claim(notification.pk, uuid.uuid4())

    delivery.send(notification.pk)

    assert (after(notification)[0], CapturedMail.objects.count()) == ("sending", 0)


def test_a_worker_that_died_leaves_an_uncertain_message_that_is_repeated_with_the_same_ids(capture):
    notification = queued()
    delivery.prepare(notification)
    Notification.objects.claim(notification.pk, uuid.uuid4())
    Notification.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    OxTask.objects.all().delete()

    upkeep.look_after()
    state = after(notification)[0]
    run_tasks(raise_failures=True)

    assert (state, after(notification)[0]) == ("uncertain", "accepted")
    assert CapturedMail.objects.get().message_id == f"<notification-{notification.pk}@example.com>"


def test_a_message_whose_task_is_lost_is_taken_up_again(capture):
    notification = queued()
    OxTask.objects.all().delete()
    Notification.objects.update(next_try_at=timezone.now() - timedelta(minutes=6))

    upkeep.look_after()
    run_tasks(raise_failures=True)

    assert after(notification)[0] == "accepted"


def test_who_lost_the_lease_marks_nothing():
    notification = queued()
    notification.lease = uuid.uuid4()
    Notification.objects.claim(notification.pk, uuid.uuid4())

    marked = [notification.mark_failed("x"), notification.mark_delayed("x", 1), notification.mark_uncertain("x", 1)]

    assert (marked, after(notification)) == ([False] * 3, ("sending", ""))


def test_that_it_was_accepted_is_true_whoever_holds_the_lease():
    notification = queued()
    Notification.objects.claim(notification.pk, uuid.uuid4())

    notification.mark_accepted("postmark", "m-1")

    assert after(notification)[0] == "accepted"


def test_a_report_that_came_first_is_not_taken_back():
    notification = queued()
    Notification.objects.update(state=State.DELIVERED)

    notification.mark_accepted("postmark", "m-1")

    assert (after(notification)[0], notification.provider_id) == ("delivered", "m-1")


def test_an_address_that_was_suppressed_meanwhile_gets_nothing(capture):
    notification = queued()
    suppress("email", "katherine@example.com", Suppression.Reason.COMPLAINED)

    run_tasks(raise_failures=True)

    assert (after(notification)[0], CapturedMail.objects.count()) == ("suppressed", 0)


# Faults ---------------------------------------------------------------------------------------------------------------


def test_a_passing_fault_goes_back_to_the_queue_with_its_words_and_a_task(provider):
    provider(ConnectionRefusedError("connection refused"))
    notification = queued()
    OxTask.objects.all().delete()

    delivery.send(notification.pk)

    assert after(notification) == ("queued", "connection refused")
    assert timedelta(seconds=4) < notification.next_try_at - timezone.now() <= timedelta(seconds=10)
    task = OxTask.objects.get(queue_name="mail")
    assert (task.args, abs(task.run_after - notification.next_try_at) < timedelta(seconds=1)) == (
        [notification.pk],
        True,
    )


def test_a_permanent_fault_fails_at_once_in_the_providers_words(provider):
    provider(ValueError("no such mailbox"))
    notification = queued()

    delivery.send(notification.pk)

    assert after(notification) == ("failed", "no such mailbox")
    assert notification.next_try_at is None


def test_after_the_last_try_it_has_failed(provider):
    provider(ConnectionRefusedError("connection refused"))
    notification = queued()
    Notification.objects.update(attempts=delivery.MOST_ATTEMPTS - 1)

    delivery.send(notification.pk)

    assert after(notification) == ("failed", "connection refused")


def test_after_the_last_try_that_nobody_answered_it_stays_uncertain(provider):
    provider(TimeoutError("no answer"))
    notification = queued()
    Notification.objects.update(attempts=delivery.MOST_ATTEMPTS - 1)

    delivery.send(notification.pk)

    assert after(notification) == ("uncertain", "no answer")
    assert notification.next_try_at is None
    assert not Notification.objects.claim(notification.pk, uuid.uuid4())


@pytest.mark.parametrize("attempts", range(1, 13))
def test_the_back_off_doubles_within_bounds(attempts):
    waits = [delivery.back_off(attempts) for _number in range(200)]

    ceiling = min(3600, 10 * 2 ** (attempts - 1))
    assert ceiling / 2 <= min(waits) < max(waits) <= ceiling
    assert delivery.back_off(attempts, retry_after=5000) == 5000


def test_a_wording_that_cannot_be_filled_fails_alone(capture):
    broken = queued()
    Wording.objects.filter(event="order_cancelled").update(subject="{% for x in 5 %}{{ x }}{% endfor %}")
    Notification.objects.update(event="order_cancelled")
    fine = place_order((make_item(next_sku(), on_hand=5), 1), customer=make_customer("Ada")).notifications.get()

    run_tasks(raise_failures=True)

    assert after(broken)[0] == "failed"
    assert "TypeError" in broken.error
    assert after(fine)[0] == "accepted"


# Channels that stand still --------------------------------------------------------------------------------------------


def test_bad_settings_stop_the_channel_loudly_and_keep_everything_queued(refusing_key, caplog):
    first = queued()
    second = place_order((make_item(next_sku(), on_hand=5), 1), customer=make_customer("Ada")).notifications.get()

    run_tasks(raise_failures=True)

    assert [after(each)[0] for each in (first, second)] == ["queued", "queued"]
    assert (first.attempts, second.attempts) == (0, 0)
    assert Health.objects.get().is_stopped
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_when_the_settings_are_right_again_what_waits_goes(refusing_key, capture_later):
    first = queued()
    second = place_order((make_item(next_sku(), on_hand=5), 1), customer=make_customer("Ada")).notifications.get()
    run_tasks(raise_failures=True)

    capture_later()
    upkeep.look_after()
    run_tasks(raise_failures=True)

    assert [after(each)[0] for each in (first, second)] == ["accepted", "accepted"]
    assert not Health.objects.get().is_stopped


def test_a_provider_that_fails_often_is_left_alone_for_a_minute(provider):
    provider(ConnectionRefusedError("connection refused"))
    for number in range(11):
        place_order((make_item(next_sku(), on_hand=5), 1), customer=make_customer(f"Ada{number}"))

    run_tasks(raise_failures=True)

    assert Health.objects.get().is_resting()
    assert sorted(Notification.objects.values_list("attempts", flat=True)) == [0] + [1] * 10
