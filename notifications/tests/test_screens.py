"""The pages of messages: how far they got, what was sent, and what can be done about them."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django_ox.testing import run_tasks

from inventory.tests.shop import make_item
from notifications.choices import Event
from notifications.models import Notification, Rule, Suppression, Wording
from notifications.suppression import suppress
from orders.tests.pages import change_url, sign_in
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db

LIST = reverse("admin:notifications_notification_changelist")


def make_message(state: str = "accepted", name: str = "Katherine Johnson", **values) -> Notification:
    order = place_order((make_item(on_hand=5), 2), customer=make_customer(name))
    order.notifications.update(state=state, next_try_at=None, **values)
    return order.notifications.get()


def page_of(notification: Notification) -> str:
    return reverse("admin:notifications_notification_change", args=[notification.pk])


def step(name: str, notification: Notification) -> str:
    return reverse(f"admin:notification_{name}", args=[notification.pk])


def listed(client, **query) -> list[str]:
    return [row.recipient for row in client.get(LIST, query).context["cl"].result_list]


# The list -------------------------------------------------------------------------------------------------------------


def test_chips_narrow_the_list_and_count_what_needs_somebody():
    make_message("failed", "Ada"), make_message("bounced", "Ben"), make_message("delivered", "Cy")
    dana = sign_in("dana", "Sales")

    page = dana.get(LIST).content.decode()

    assert "Needs you <b>2</b>" in page
    assert listed(dana, state="needs-you") == ["ben@example.com", "ada@example.com"]
    assert listed(dana, state="delivered") == ["cy@example.com"]


def test_what_is_repeated_by_itself_does_not_need_anybody():
    make_message("uncertain")
    message = make_message("uncertain", "Ada")
    Notification.objects.filter(pk=message.pk).update(next_try_at=message.created_at)

    assert listed(sign_in("dana", "Sales"), state="needs-you") == ["katherine@example.com"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_fixed_number_of_queries(number, django_assert_max_num_queries):
    for each in range(number):
        make_message("failed", f"Ada{each}", error="550")
    dana = sign_in("dana", "Sales")

    with django_assert_max_num_queries(12):
        assert dana.get(LIST).status_code == 200


# One message ----------------------------------------------------------------------------------------------------------


def test_the_page_shows_what_was_sent_its_way_and_the_providers_words(capture):
    order = place_order((make_item("MUG-1", on_hand=5), 2))
    run_tasks(raise_failures=True)
    message = order.notifications.get()
    message.note("bounced", "550 no such mailbox")
    Notification.objects.update(state="bounced", error="550 no such mailbox")

    page = sign_in("dana", "Sales").get(page_of(message)).content.decode()

    assert "sandbox srcdoc=" in page
    assert f"Your order {order.number}" in page
    assert [page.index(word) for word in ("Bounced", "Accepted by the provider", "Queued")] == sorted(
        page.index(word) for word in ("Bounced", "Accepted by the provider", "Queued")
    )
    assert page.count("550 no such mailbox") == 2


def test_markup_of_facts_is_shown_as_text(capture):
    order = place_order((make_item(on_hand=5), 2), customer=make_customer("<script>x</script>"))
    order.customer.email = "eve@example.com"
    Notification.objects.update(recipient="eve@example.com")
    run_tasks(raise_failures=True)

    page = sign_in("dana", "Sales").get(page_of(Notification.objects.get())).content.decode()

    assert "<script>x" not in page
    assert "&amp;lt;script&amp;gt;x" in page  # escaped in the mail, and the mail escaped in the page


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_a_fixed_number_of_queries(number, django_assert_max_num_queries):
    message = make_message()
    for _number in range(number):
        message.note("delivered")
    dana = sign_in("dana", "Sales")

    with django_assert_max_num_queries(18):
        assert dana.get(page_of(message)).status_code == 200


# Sending again --------------------------------------------------------------------------------------------------------


def test_a_failed_message_is_sent_again_to_the_address_of_today(capture):
    message = make_message("failed")
    customer = message.order.customer
    customer.email = "kath@example.com"
    customer.save()

    sign_in("dana", "Sales").post(step("again", message))
    run_tasks(raise_failures=True)

    again = Notification.objects.exclude(pk=message.pk).get()
    assert (again.recipient, again.state, again.repeats) == ("kath@example.com", "accepted", message)
    assert again.change_set.user_name == "dana"
    message.refresh_from_db()
    assert message.state == "failed"


def test_what_is_still_on_its_way_is_not_sent_again():
    message = make_message("queued")

    sign_in("dana", "Sales").post(step("again", message))

    assert Notification.objects.count() == 1


@pytest.mark.parametrize("name", ["again", "suppress", "bounce"])
def test_who_may_only_look_does_nothing(name, settings):
    settings.DEMO = True
    message = make_message("failed")
    ada = sign_in("ada", "Auditor")

    assert ada.post(step(name, message)).status_code == 403
    assert ada.get(step(name, message)).status_code == 405
    assert (Notification.objects.count(), Suppression.objects.count()) == (1, 0)


# Addresses ------------------------------------------------------------------------------------------------------------


def test_an_address_is_suppressed_and_reactivated_and_both_are_on_record():
    message, mia = make_message("bounced"), sign_in("mia", "Manager")

    mia.post(step("suppress", message))
    row = Suppression.objects.get()
    mia.post(reverse("admin:suppression_reactivate", args=[row.pk]))

    row.refresh_from_db()
    assert (row.reason, row.is_active, row.reactivated_by.username) == ("by_hand", False, "mia")
    assert [past.is_active for past in row.history.order_by("history_id")] == [True, False]


def test_messages_go_to_an_address_again_once_it_is_reactivated():
    suppress("email", "katherine@example.com", Suppression.Reason.BOUNCED)
    before = place_order((make_item(on_hand=5), 2))

    reactivate = reverse("admin:suppression_reactivate", args=[Suppression.objects.get().pk])
    sign_in("mia", "Manager").post(reactivate)
    after = place_order((make_item(on_hand=5), 2), customer=before.customer)

    assert (before.notifications.get().state, after.notifications.get().state) == ("suppressed", "queued")


def test_only_who_may_reactivates():
    suppress("email", "ben@example.com", Suppression.Reason.BOUNCED)
    row = Suppression.objects.get()

    assert sign_in("dana", "Sales").post(reverse("admin:suppression_reactivate", args=[row.pk])).status_code == 403
    row.refresh_from_db()
    assert row.is_active


def test_a_bounce_is_simulated_in_the_demo_only(capture, settings):
    message, mia = make_message("accepted", provider="capture"), sign_in("mia", "Manager")

    assert mia.post(step("bounce", message)).status_code == 403
    settings.DEMO = True
    mia.post(step("bounce", message))
    run_tasks(raise_failures=True)

    message.refresh_from_db()
    assert (message.state, Suppression.objects.get().address) == ("bounced", "katherine@example.com")


# Rules ----------------------------------------------------------------------------------------------------------------


def posted_rule(**fields) -> dict:
    return {"event": "stock_ran_low", "audience": "role", "channel": "email", "frequency": "", "is_on": "on", **fields}


def test_a_manager_adds_a_rule_and_it_is_on_record():
    mia, role = sign_in("mia", "Manager"), Group.objects.get(name="Manager")

    response = mia.post(reverse("admin:notifications_rule_add"), posted_rule(role=role.pk, frequency="daily"))

    assert response.status_code == 302
    rule = Rule.objects.get(role=role)
    assert (rule.frequency, rule.history.get().change_set.user_name) == ("daily", "mia")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"audience": "customer"},
        {"audience": "actor"},
        {"audience": "person"},
        {"audience": "chat", "channel": "chat"},
        {"event": "order_shipped", "audience": "customer", "frequency": "daily"},
        {"event": "order_shipped", "audience": "customer", "channel": "chat"},
        {"event": "order_shipped", "audience": "customer"},
        {"event": "digest"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(fields):
    before = Rule.objects.count()

    response = sign_in("mia", "Manager").post(reverse("admin:notifications_rule_add"), posted_rule(**fields))

    assert (response.status_code, Rule.objects.count()) == (200, before)


# Wordings -------------------------------------------------------------------------------------------------------------


def wording_of(event: str = "order_confirmed", language: str = "en") -> Wording:
    return Wording.objects.get(event=event, language=language)


def typed(row: Wording, client, **parts) -> dict:
    form = client.get(reverse("admin:notifications_wording_change", args=[row.pk])).context["adminform"].form
    return {name: form[name].value() for name in ("subject", "text", "html", "short")} | parts


def test_a_changed_wording_is_sent_and_the_rest_follows_the_product(capture):
    row, mia = wording_of(), sign_in("mia", "Manager")

    mia.post(
        reverse("admin:notifications_wording_change", args=[row.pk]), typed(row, mia, subject="Got it: {{ number }}")
    )
    order = place_order((make_item(on_hand=5), 2))
    run_tasks(raise_failures=True)

    row.refresh_from_db()
    assert (row.subject, row.text, row.html, row.short) == ("Got it: {{ number }}", "", "", "")
    assert order.notifications.get().subject == f"Got it: {order.number}"


def test_the_preview_shows_what_is_typed_and_saves_nothing():
    row, mia = wording_of(), sign_in("mia", "Manager")

    shown = mia.post(reverse("admin:wording_preview", args=[row.pk]), typed(row, mia, subject="Hi {{ name }}")).json()

    row.refresh_from_db()
    assert (shown["subject"], row.subject) == ("Hi Katherine Johnson", "")
    assert "Kettle &amp; cups &lt;set&gt;" in shown["html"]


def test_the_page_shows_what_it_comes_to_escaped():
    row, mia = wording_of(), sign_in("mia", "Manager")

    page = mia.get(reverse("admin:notifications_wording_change", args=[row.pk])).content.decode()

    assert 'srcdoc="&lt;!doctype html&gt;' in page
    assert "Kettle &amp;amp; cups &amp;lt;set&amp;gt;" in page  # in the mail
    assert "Kettle &amp; cups &lt;set&gt;" in page  # in the plain text
    assert "<set>" not in page


def test_the_wording_of_the_product_is_restored():
    row, mia = wording_of(), sign_in("mia", "Manager")
    row.subject = "Mine"
    row.save()

    mia.post(reverse("admin:wording_restore", args=[row.pk]))

    row.refresh_from_db()
    assert (row.is_changed, [past.subject for past in row.history.order_by("history_id")]) == (False, ["", "Mine", ""])


REFUSED = [
    ("text", "{% include 'x' %}"),
    ("text", "{% load static %}"),
    ("text", "{% extends 'admin/base.html' %}"),
    ("text", "{% debug %}"),
    ("text", "{% url 'admin:index' %}"),
    ("html", "{{ name|safe }}"),
    ("html", "{{ name|safeseq }}"),
    ("html", "{% autoescape off %}{{ name }}{% endautoescape %}"),
    ("html", "<script>x</script>"),
    ("html", "<img src=x onerror=x>"),
    ("html", '<a href="https://evil.example.com/{{ number }}">x</a>'),
    ("html", "<a href=//evil.example.com>x</a>"),
    ("html", '<a href="javascript:x">x</a>'),
    ("html", '<a href="{{ name }}">x</a>'),
    ("html", '<img src="https://evil.example.com/pixel.gif">'),
    ("html", '<a hre{# #}f="https://evil.example.com">x</a>'),
    ("html", "<{% firstof 'script' %}>x</script>"),
    ("subject", "{% if %}"),
    ("text", "{% for line in lines %}{{ line.name }}"),
    ("text", "{{ number|nonsense }}"),
]


@pytest.mark.parametrize(("part", "source"), REFUSED, ids=[source for _part, source in REFUSED])
def test_a_wording_that_opens_a_door_is_refused(part, source):
    row, mia = wording_of(), sign_in("mia", "Manager")
    url = reverse("admin:notifications_wording_change", args=[row.pk])

    response = mia.post(url, typed(row, mia, **{part: source}))

    row.refresh_from_db()
    assert (response.status_code, row.is_changed) == (200, False)
    assert part in response.context["adminform"].form.errors


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("event", Event.values)
def test_every_wording_of_the_product_passes_its_own_rules(event, language):
    row, mia = wording_of(event, language), sign_in("mia", "Manager")

    shown = mia.post(reverse("admin:wording_preview", args=[row.pk]), typed(row, mia)).json()

    assert all(shown[part] for part in ("subject", "text", "html", "short"))


# On other pages -------------------------------------------------------------------------------------------------------


def test_the_same_line_stands_on_order_customer_and_item():
    mia = sign_in("mia", "Manager")
    message = make_message("delivered")
    line = "email “order confirmed” to katherine@example.com: delivered"

    for url in (change_url(message.order), reverse("admin:orders_customer_history", args=[message.order.customer_id])):
        assert line in mia.get(url).content.decode()
