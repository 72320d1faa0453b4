"""What providers report: forged, again and again, late, out of order, unknown; one fact has one effect."""

import base64
import hashlib
import hmac
import json
import time
from random import Random
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import path
from django_ox.models import OxTask
from django_ox.testing import run_tasks

from backoffice.mail_providers import PROVIDERS
from inventory.models import Item, StockLevel, StockMovement
from inventory.tests.shop import make_item
from notifications import webhooks
from notifications.models import Happening, Notification, Report, Suppression
from notifications.tests.test_outbox import make_staff
from orders.models import Customer, Order
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db

SECRET = "postmark:for-tests-only-0123"
SIGNING_KEY = "for-tests-only"
POSTMARK, MAILGUN, MAILJET = "/webhooks/postmark/", "/webhooks/mailgun/", "/webhooks/mailjet/"
EFFECT = (Report, Happening, Suppression, Notification)


@pytest.fixture
def mount(settings):
    """Mounts the address of one provider, as the settings of a shop that uses it do."""

    def mount_one(name: str, **keys: str):
        settings.EMAIL_PROVIDER, settings.ANYMAIL = name, keys
        urlconf, mounted = ModuleType(f"urls_of_{name}"), webhooks.patterns(name)
        vars(urlconf)["urlpatterns"] = [path("admin/", admin.site.urls), *mounted]
        settings.ROOT_URLCONF = urlconf
        return mounted

    return mount_one


@pytest.fixture
def postmark(mount):
    mount("postmark", POSTMARK_SERVER_TOKEN="x", WEBHOOK_SECRET=SECRET)


@pytest.fixture
def mailgun(mount):
    mount("mailgun", MAILGUN_API_KEY="x", MAILGUN_WEBHOOK_SIGNING_KEY=SIGNING_KEY)


def sent() -> Notification:
    place_order((make_item("MUG-1", on_hand=5), 2))
    OxTask.objects.all().delete()
    Notification.objects.update(state="accepted", provider="postmark", provider_id="m-1", next_try_at=None)
    return Notification.objects.get()


def authorization(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def event(notification: Notification, kind: str = "Delivery", **fields) -> dict:
    moment = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt"}.get(kind, "ReceivedAt")
    common: dict[str, Any] = {"RecordType": kind, "MessageID": "m-1", "Recipient": notification.recipient}
    common |= {"Metadata": {"notification": str(notification.pk)}, moment: "2026-11-27T10:00:00Z"}
    bounce = {"ID": 4711, "Type": "HardBounce", "Email": notification.recipient, "Details": "550 no such mailbox"}
    return common | (bounce if kind == "Bounce" else {}) | fields


def report(client, data, secret: str = SECRET):
    return client.post(POSTMARK, json.dumps(data), content_type="application/json", headers=authorization(secret))


def report_and_apply(client, *events: dict) -> None:
    for each in events:
        assert report(client, each).status_code == 200
    run_tasks(raise_failures=True)


def effect() -> list[int]:
    return [model.objects.count() for model in EFFECT]


def state() -> str:
    return Notification.objects.get(event="order_confirmed").state


def test_a_delivery_is_seen_with_the_providers_moment(client, postmark):
    notification = sent()

    report_and_apply(client, event(notification))

    assert state() == "delivered"
    assert [(each.what, each.at.isoformat()) for each in notification.happenings.all()] == [
        ("delivered", "2026-11-27T10:00:00+00:00")
    ]


def test_the_handler_only_inserts(client, postmark):
    notification = sent()

    report(client, event(notification))

    assert (state(), Report.objects.get().outcome, OxTask.objects.count()) == ("accepted", "new", 1)


def test_a_report_that_comes_a_hundred_times_has_one_effect(client, postmark):
    notification = sent()

    report_and_apply(client, *[event(notification, "Bounce")] * 100)

    assert (state(), effect()) == ("bounced", [1, 1, 1, 1])


@pytest.mark.parametrize("kind", ["Delivery", "Open"])
def test_without_an_id_of_the_event_the_fact_itself_is_the_key(client, postmark, kind):
    notification = sent()

    report_and_apply(client, event(notification, kind), event(notification, kind))

    assert effect() == [1, 1, 0, 1]


def forgeries() -> list[dict[str, str]]:
    dice = Random(7)
    name, _colon, password = SECRET.partition(":")
    secrets = [
        "",
        ":",
        name,
        f"{name}:",
        f":{password}",
        f"{name}:{password[:-1]}",
        f"{name}:{password} ",
        f"{SECRET}x",
    ]
    secrets += [f"{name}:{dice.randbytes(12).hex()}" for _number in range(38)] + [SECRET.upper(), f"{password}:{name}"]
    broken = [{}, {"Authorization": "Basic !!!"}]
    return [*(authorization(secret) for secret in secrets), *broken]


def test_fifty_forged_reports_have_no_effect(client, postmark):
    notification, before = sent(), effect()

    answers = [
        client.post(
            POSTMARK, json.dumps(event(notification, "Bounce")), content_type="application/json", headers=headers
        )
        for headers in forgeries()
    ]

    assert [answer.status_code for answer in answers] == [400] * 50
    assert (effect(), state(), OxTask.objects.count()) == (before, "accepted", 0)


REPORTING = [name for name, provider in PROVIDERS.items() if provider.webhook and not provider.extra]


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailWarning")
@pytest.mark.parametrize("name", REPORTING)
def test_no_provider_s_address_takes_what_nothing_proves(client, mount, name):
    provider = PROVIDERS[name]
    keys = dict.fromkeys([*provider.needed, *(provider.signing if provider.must_sign else [])], "for-tests-only")
    mount(name, **keys | {"WEBHOOK_SECRET": SECRET})
    body = json.dumps([{"event": "bounce", "email": "katherine@example.com"}])

    answer = client.post(
        f"/webhooks/{name}/", body, content_type="application/json", headers=authorization("postmark:guessed")
    )

    assert (answer.status_code, Report.objects.count()) in {(400, 0), (403, 0)}


@pytest.mark.parametrize(
    ("order", "ends"),
    [
        (("Open", "Delivery"), "opened"),
        (("Delivery", "Open", "Delivery"), "opened"),
        (("Delivery", "Bounce"), "bounced"),
        (("Bounce", "Delivery"), "bounced"),
        (("Open", "SpamComplaint"), "complained"),
        (("SpamComplaint", "Delivery"), "complained"),
    ],
)
def test_in_whatever_order_reports_come_a_message_only_moves_on(client, postmark, order, ends):
    notification = sent()

    report_and_apply(client, *[event(notification, kind) for kind in order])

    assert state() == ends


@pytest.mark.parametrize(
    "fields",
    [
        {"Metadata": {"notification": "999999"}, "MessageID": "unknown"},
        {"Metadata": {}, "MessageID": "unknown"},
        {"Metadata": {"notification": "1 OR 1=1"}, "MessageID": ""},
        {"Metadata": {"notification": "٣"}, "MessageID": ""},
        {"Recipient": "somebody-else@example.com"},
    ],
)
def test_a_report_of_no_message_of_ours_is_kept_and_changes_nothing(client, postmark, fields):
    notification = sent()

    report_and_apply(client, event(notification, **fields))

    assert (Report.objects.get().outcome, state(), Happening.objects.count()) == ("unmatched", "accepted", 0)


def test_without_our_number_the_providers_own_finds_the_message(client, postmark):
    report_and_apply(client, event(sent(), Metadata={}))

    assert state() == "delivered"


def test_a_bounce_suppresses_the_address_and_tells_those_who_look_after_it(client, postmark):
    make_staff("dana", "Sales")
    notification = sent()

    report_and_apply(client, event(notification, "Bounce"))

    row = Suppression.objects.get()
    assert (row.address, row.reason, row.words) == ("katherine@example.com", "bounced", "550 no such mailbox")
    told = Notification.objects.get(event="delivery_failed")
    assert (told.about, told.recipient, told.state) == (notification, "dana@example.com", "held")


def test_a_bounce_moves_no_order_no_stock_and_no_customer(client, postmark):
    notification = sent()
    models = (Order, Customer, Item, StockLevel, StockMovement, User)
    before = [list(model.objects.values()) for model in models]

    report_and_apply(client, event(notification, "Bounce"), event(notification, "SpamComplaint"))

    assert [list(model.objects.values()) for model in models] == before


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', '{"RecordType": 7}', "\xff", '{"RecordType": "Inbound"}']
)
def test_what_cannot_be_read_is_the_senders_mistake(client, postmark, body):
    answer = client.post(POSTMARK, body, content_type="application/json", headers=authorization())

    assert answer.status_code in {200, 400}
    assert Report.objects.count() == 0


def test_five_megabytes_are_refused(client, postmark):
    answer = client.post(POSTMARK, b" " * 5_000_000, content_type="application/json", headers=authorization())

    assert (answer.status_code, Report.objects.count()) == (400, 0)


def test_a_batch_of_a_thousand_is_taken_whole(client, mount):
    mount("mailjet", WEBHOOK_SECRET=SECRET)
    notification = sent()
    opened = {"event": "open", "email": notification.recipient, "MessageID": 1, "Message_GUID": "g"}
    batch = [opened | {"time": 1_700_000_000 + number} for number in range(1000)]

    answer = client.post(MAILJET, json.dumps(batch), content_type="application/json", headers=authorization())

    assert (answer.status_code, Report.objects.count()) == (200, 1000)


# Signed reports -------------------------------------------------------------------------------------------------------


def signed(notification: Notification, at: float | None = None, key: str = SIGNING_KEY) -> dict:
    timestamp, token = str(int(at or time.time())), "t" * 50
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {"event": "delivered", "id": "e-1", "timestamp": 1_764_237_600, "recipient": notification.recipient}
    data |= {"user-variables": {"notification": str(notification.pk)}, "message": {"headers": {"message-id": "m-1"}}}
    return {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": data}


def report_signed(client, data: dict):
    return client.post(MAILGUN, json.dumps(data), content_type="application/json")


def test_a_signed_report_is_taken(client, mailgun):
    answer = report_signed(client, signed(sent()))
    run_tasks(raise_failures=True)

    assert (answer.status_code, state()) == (200, "delivered")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_an_old_signature_is_refused(client, mailgun, minutes):
    answer = report_signed(client, signed(sent(), at=time.time() + minutes * 60))

    assert (answer.status_code, Report.objects.count()) == (400, 0)


def test_a_signature_with_another_key_is_refused(client, mailgun):
    answer = report_signed(client, signed(sent(), key="guessed"))

    assert (answer.status_code, Report.objects.count()) == (400, 0)


# Where there is an address --------------------------------------------------------------------------------------------


def test_only_the_chosen_provider_has_an_address(client, postmark):
    assert client.post(MAILGUN).status_code == 404
    assert client.post("/anymail/sendgrid/tracking/").status_code == 404


def test_without_a_secret_there_is_no_address(mount):
    assert mount("postmark", POSTMARK_SERVER_TOKEN="x") == []
    assert mount("mailgun", MAILGUN_API_KEY="x", WEBHOOK_SECRET=SECRET) == []
    assert len(mount("mailgun", MAILGUN_WEBHOOK_SIGNING_KEY="x")) == 1
