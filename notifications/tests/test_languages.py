"""Everybody is told in their own language, and staff word each language for itself."""

import pytest
from django.urls import reverse
from django_ox.testing import run_tasks

from backoffice.models import Preferences
from inventory.tests.shop import level_of, make_item
from notifications import outbox, wording
from notifications.models import Notification, Wording
from notifications.tests.test_outbox import make_staff
from notifications.upkeep import gather
from orders.tests.pages import sign_in
from orders.tests.shop import make_customer, place_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("capture")]


def sent_to(language: str) -> Notification:
    order = place_order((make_item(on_hand=5, unit_price="1250"), 1), customer=make_customer(language=language))
    run_tasks(raise_failures=True)
    return order.notifications.get()


@pytest.mark.parametrize(
    ("shop", "chosen", "used"),
    [("en", "de", "de"), ("de", "", "de"), ("de", "en", "en"), ("en", "", "en"), ("en", "tlh", "en")],
)
def test_a_customer_is_told_in_the_language_they_chose_or_the_shops(settings, shop, chosen, used):
    settings.LANGUAGE_CODE = shop

    message = sent_to(chosen)

    subject = {"en": "Your order", "de": "Ihre Bestellung"}[used]
    assert message.subject == f"{subject} {message.order.number}"
    assert f'<html lang="{used}">' in message.html
    assert {"en": "1,250.00", "de": "1.250,00"}[used] in message.text


def test_what_staff_worded_is_sent_in_its_language_only():
    Wording.objects.filter(event="order_confirmed", language="de").update(subject="Hurra, {{ number }}!")

    assert sent_to("de").subject.startswith("Hurra, SO-")
    assert sent_to("en").subject.startswith("Your order SO-")


def test_staff_are_told_in_the_language_of_their_preferences():
    Preferences.objects.create(user=make_staff("max", "Warehouse"), language="de")
    make_staff("sam", "Warehouse")
    mug = make_item("MUG-1", on_hand=5)
    level = level_of(mug)
    level.reorder_level = 4
    level.save()
    place_order((mug, 2), customer=make_customer(told="not"))

    run_tasks(raise_failures=True)

    told = Notification.objects.filter(event="stock_ran_low").order_by("recipient")
    assert [message.subject for message in told] == ["Geht zur Neige: MUG-1", "Running low: MUG-1"]


def test_a_digest_speaks_the_language_of_who_reads_it():
    Preferences.objects.create(user=make_staff("dana", "Sales"), language="de")
    failed = sent_to("en")
    Notification.objects.filter(pk=failed.pk).update(state="failed", error="550")
    outbox.queue_failure(failed)

    gather("hourly")
    run_tasks(raise_failures=True)

    digest = Notification.objects.get(event="digest")
    assert digest.subject.startswith("1 Nachrichten von ")
    assert "Nicht zugestellt: Bestellung bestätigt an katherine@example.com" in digest.text


def test_sent_again_a_message_speaks_the_language_that_the_customer_has_now():
    message = sent_to("en")
    message.order.customer.language = "de"
    message.order.customer.save()

    sign_in("dana", "Sales").post(reverse("admin:notification_again", args=[message.pk]))
    run_tasks(raise_failures=True)

    assert message.repeated.get().subject.startswith("Ihre Bestellung")


def test_the_preview_speaks_the_language_of_the_wording_whatever_the_reader_speaks():
    mia, row = sign_in("mia", "Manager"), Wording.objects.get(event="order_confirmed", language="de")

    shown = mia.post(reverse("admin:wording_preview", args=[row.pk]), row.in_force()).json()

    assert '<html lang="de">' in shown["html"]
    assert "vielen Dank für Ihre Bestellung" in shown["text"]


def test_no_sentence_is_left_marked():
    defaults = [wording.default(*key) for key in every_default()]

    assert [text for text in defaults if "[[" in text or "]]" in text] == []


def every_default() -> list[tuple[str, str, str]]:
    rows = Wording.objects.values_list("event", "language")
    return [(event, part, language) for event, language in rows for part in wording.PARTS]
