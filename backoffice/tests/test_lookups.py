"""Lists cannot be asked about what they do not show: passwords, keys and sessions, letter by letter or as a value."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.access.tests.people import make_user, signed_in
from inventory.tests.shop import make_item
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db

SECRETS = {  # columns that nobody may ask about, on whatever way they are reached
    "auth.user": {"password"},
    "access.session": {"session_key", "session_data"},
    "otp_totp.totpdevice": {"key"},
    "otp_static.statictoken": {"token"},
}
STEPS = 3  # relations between a list and a secret


def ways(model: type[models.Model], steps: int = STEPS, before: str = "") -> Iterator[str]:
    """The lookups by which a secret could be reached from a model, forwards and backwards."""
    own = SECRETS.get(model._meta.label_lower, set())
    yield from (f"{before}{name}" for name in sorted(own))
    if steps:
        for field in model._meta.get_fields():
            if field.is_relation and field.related_model and (name := asked_as(field)):
                yield from ways(field.related_model, steps - 1, f"{before}{name}__")


def asked_as(field) -> str:
    """How a relation is named in a lookup; blank where it cannot be."""
    if field.auto_created and not field.concrete:
        return "" if field.hidden else field.name
    return field.name


def lists() -> list[str]:
    return sorted(model._meta.label_lower for model in admin.site._registry)


def list_of(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def columns_of_secrets() -> set[str]:
    return {apps.get_model(label)._meta.get_field(name).column for label, names in SECRETS.items() for name in names}


@pytest.fixture
def root(client):
    place_order((make_item("MUG-1", on_hand=5), 1))
    client.force_login(User.objects.create_superuser("root"))
    client.raise_request_exception = False
    return client


def narrowed(client, url: str, query: dict[str, str]) -> bool:
    """Whether any statement of the answer was narrowed by a secret, beside those of one's own session."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url, query)
    assert answer.status_code < 500, f"{url}?{urlencode(query)}"
    return any("asked-letter" in query["sql"] for query in asked)


@pytest.mark.parametrize("label", lists())
def test_a_list_is_not_narrowed_by_a_secret(root, label):
    urls = [list_of(label)] + [f"{list_of(label)}export/"] * hasattr(admin_of(label), "export_action")
    asked = [
        (url, {f"{way}__startswith": "asked-letter"})
        for url in urls
        for way in sorted(set(ways(apps.get_model(label))))
    ]

    assert [(url, query) for url, query in asked if narrowed(root, url, query)] == []


def admin_of(label: str) -> admin.ModelAdmin:
    return admin.site.get_model_admin(apps.get_model(label))


def test_there_are_ways_to_secrets_at_all():
    """The control: without them the test above would say nothing."""
    found = {label: set(ways(apps.get_model(label))) for label in lists()}

    assert "user__password" in found["exports.export"]
    assert "entered_by__password" in found["orders.order"]
    assert sum(map(len, found.values())) > 20


def test_what_is_asked_of_a_list_openly_does_narrow_it(root):
    """The control: the same watch sees a lookup that is allowed."""
    assert narrowed(root, list_of("orders.customer"), {"name__startswith": "asked-letter"})


# Which field a popup hands over ---------------------------------------------------------------------------------------


def hands_over(answer) -> bool:
    """Whether a list gives each row's value to the window that opened it, or a form would."""
    return "data-popup-opener" in answer.text or 'name="_to_field"' in answer.text


@pytest.mark.parametrize("label", lists())
@pytest.mark.parametrize("place", ["changelist", "add", "change", "delete"])
def test_a_popup_hands_over_no_other_field_than_the_key(root, label, place):
    model = apps.get_model(label)
    record = model._default_manager.order_by("pk").first()
    name = f"admin:{label.replace('.', '_')}_{place}"
    url = reverse(name, args=[record.pk if record else 1] if place in ("change", "delete") else [])

    handed = [
        (answer.status_code, field.name)
        for field in model._meta.concrete_fields
        if not field.primary_key
        for answer in [root.get(url, {"_popup": "1", "_to_field": field.name})]
        if answer.status_code == 200 and hands_over(answer)
    ]

    assert handed == []


def test_it_hands_over_the_key(root):
    """The control."""
    answer = root.get(list_of("auth.user"), {"_popup": "1", "_to_field": "id"})

    assert (answer.status_code, hands_over(answer)) == (200, True)


# Autocomplete ---------------------------------------------------------------------------------------------------------

AUTOCOMPLETE = reverse("admin:autocomplete")


def relations() -> list[models.Field]:
    """Every key to another record that there is, of libraries and of history, too."""
    found = [field for model in apps.get_models() for field in model._meta.get_fields()]
    return [field for field in found if field.is_relation and field.concrete and field.related_model]


def suggested(client, field: models.Field, **changed: str):
    owner = field.model._meta
    asked = {"term": "", "app_label": owner.app_label, "model_name": owner.model_name, "field_name": field.name}
    return client.get(AUTOCOMPLETE, asked | changed)


def expected(field: models.Field, user: User) -> int:
    """200 where its records have a list that can be searched and that this person may see."""
    other: Any = field.related_model
    if not admin.site.is_registered(other):
        return 403
    if not admin.site.get_model_admin(other).search_fields:
        return 404
    return 200 if user.has_perm(f"{other._meta.app_label}.view_{other._meta.model_name}") else 403


@pytest.mark.parametrize("role", ["Sales", "Warehouse", "Auditor"])
def test_only_what_somebody_may_see_is_suggested_to_them(role):
    user, client = make_user("visitor", role), signed_in("visitor")

    told = {str(field): suggested(client, field).status_code for field in relations()}

    assert told == {str(field): expected(field, user) for field in relations()}
    assert {200, 403} <= set(told.values())


def test_nothing_is_suggested_to_who_is_not_signed_in_or_no_staff(client):
    item = apps.get_model("orders.orderline")._meta.get_field("item")
    make_item("MUG-1")
    outsider = User.objects.create_user("outsider")
    stranger = suggested(client, item)
    client.force_login(outsider)

    assert [(each.status_code, "MUG-1" in each.text) for each in (stranger, suggested(client, item))] == [
        (302, False)
    ] * 2


@pytest.mark.parametrize(
    "changed",
    [
        {"app_label": "auth", "model_name": "user", "field_name": "password"},
        {"app_label": "nothing"},
        {"model_name": "nothing"},
        {"field_name": "nothing"},
        {"field_name": "quantity"},
        {"field_name": "item__sku"},
        {"field_name": "pk"},
        {"field_name": "\0"},
        {"app_label": ""},
    ],
)
def test_names_of_what_is_no_such_field_are_refused(root, changed):
    assert suggested(root, apps.get_model("orders.orderline")._meta.get_field("item"), **changed).status_code == 403
