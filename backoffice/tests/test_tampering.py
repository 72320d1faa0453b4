"""A form that is sent with more than it has: what it does not offer stays as it was."""

from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from backoffice.tests import site_map
from backoffice.tests.test_matrix import ROLES, visitor

pytestmark = pytest.mark.django_db

OURS = {"access", "auth", "exports", "history", "imports", "inventory", "notifications", "orders"}
COUNTED = {("orders.order", "version")}  # a save of the form is what raises it
RANDOM = {  # a salt, a key that the page itself gives, and a counter that goes on whatever is taken back
    ("auth.user", "password"),
    ("orders.order", "form_key"),
    ("orders.order", "number"),
}


def edited() -> list[str]:
    """Models with a page of their own that somebody may save."""
    labels = (model._meta.label_lower for model in admin.site._registry if model._meta.app_label in OURS)
    return sorted(labels)


def forged(field: models.Field, value: Any) -> str:
    """Something else that the field could hold."""
    if isinstance(field, models.BooleanField):
        return "" if value else "on"
    if isinstance(field, models.DateTimeField):
        return "2001-01-01 00:00:00"
    if isinstance(field, models.DateField):
        return "2001-01-01"
    if isinstance(field, (models.IntegerField, models.DecimalField, models.ForeignKey)):
        return str(int(value or 0) + 1)
    return "forged"


def as_sent(page) -> dict[str, str]:
    """What a browser would send of this page: every field of the form and of its lines, as it stands there."""
    formsets = [inline.formset for inline in page.context.get("inline_admin_formsets", [])]
    forms = [page.context["adminform"].form]
    forms += [form for formset in formsets for form in [formset.management_form, *formset.forms]]
    fields = [bound for form in forms for bound in form]
    values = {bound.html_name: bound.value() for bound in fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def values_of(instance: models.Model) -> dict[str, Any]:
    fresh = type(instance)._default_manager.get(pk=instance.pk)
    return {field.attname: getattr(fresh, field.attname) for field in fresh._meta.concrete_fields}


@pytest.fixture
def root(client, tmp_path):
    site_map.furnish(tmp_path)
    client.force_login(User.objects.create_superuser("root"))
    return client


def url_of(model: type[models.Model], page: str, *key: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=key)


def hidden_of(page, model: type[models.Model]) -> list[models.Field]:
    """The columns that the form of the page does not offer to who opened it."""
    context = page.context if page.context and "adminform" in page.context else {}
    offered = set(context["adminform"].form.fields) if context else set()
    return [each for each in model._meta.concrete_fields if each.name not in offered and not each.primary_key]


def changed_by_forging(client: Client, label: str, key: str) -> set[str]:
    """The columns that a change form did not offer and that changed all the same. What it did is taken back."""
    model = apps.get_model(label)
    instance = model._default_manager.get(pk=key)
    with transaction.atomic():
        page, before = client.get(url := url_of(model, "change", key)), values_of(instance)
        hidden = hidden_of(page, model)
        sent = as_sent(page) if page.context and "adminform" in page.context else {}
        client.post(url, sent | {each.name: forged(each, before[each.attname]) for each in hidden})
        after = values_of(instance)
        transaction.set_rollback(True)
    return {each.name for each in hidden if after[each.attname] != before[each.attname]}


@pytest.mark.parametrize("who", ROLES)
def test_what_a_form_does_not_offer_stays_as_it_was(tmp_path, who):
    site_map.furnish(tmp_path)
    client, samples = visitor(who), site_map.samples()

    found = {(label, name) for label in edited() for name in changed_by_forging(client, label, samples[label])}

    assert found - COUNTED == set()


def valid(samples: dict[str, str]) -> dict[str, dict[str, str]]:
    """By model, what its add form needs beside what stands in it."""
    return {
        "auth.group": {"name": "Night shift"},
        "auth.user": {"username": "newcomer", "password1": "a-good-long-one", "password2": "a-good-long-one"},
        "inventory.item": {"sku": "NEW-9", "name": "New", "unit_price": "1"},
        "inventory.location": {"code": "new", "name": "New"},
        "notifications.rule": {
            "event": "stock_ran_low",
            "audience": "role",
            "role": samples["auth.group"],
            "channel": "email",
        },
        "notifications.suppression": {"address": "newcomer@example.com", "channel": "email"},
        "orders.customer": {"name": "New", "told": "email"},
        "orders.order": {"customer": samples["orders.customer"], "_save": "1"},
    }


def added(client: Client, label: str, typed: dict[str, str], *, is_forged: bool) -> dict[str, Any]:
    """What the add form wrote into columns that it did not offer. The row is taken back."""
    model = apps.get_model(label)
    before = set(model._default_manager.values_list("pk", flat=True))
    with transaction.atomic():
        page = client.get(url := url_of(model, "add"))
        hidden = hidden_of(page, model)
        more = {each.name: forged(each, None) for each in hidden} if is_forged else {}
        client.post(url, as_sent(page) | more | typed)
        row = values_of(model._default_manager.exclude(pk__in=before).get())
        transaction.set_rollback(True)
    return {each.name: row[each.attname] for each in hidden if (label, each.name) not in RANDOM}


@pytest.mark.parametrize("who", ["superuser", "Administrator"])
@time_machine.travel("2026-05-04 10:00 +0000", tick=False)
def test_what_a_form_does_not_offer_is_not_taken_from_who_adds_either(tmp_path, who):
    site_map.furnish(tmp_path)
    client, needed = visitor(who), valid(site_map.samples())
    allowed = [label for label in needed if client.get(url_of(apps.get_model(label), "add")).status_code == 200]

    honest = {label: added(client, label, needed[label], is_forged=False) for label in allowed}
    tampered = {label: added(client, label, needed[label], is_forged=True) for label in allowed}

    assert len(allowed) >= 7
    assert tampered == honest


def test_every_form_that_adds_is_tampered_with(root):
    opened = {label for label in edited() if root.get(url_of(apps.get_model(label), "add")).status_code == 200}

    assert opened - {"imports.importrun"} == set(valid(site_map.samples()))  # an import begins with an upload


def test_the_lines_of_an_order_keep_what_their_form_does_not_offer(root):
    line = apps.get_model("orders.orderline")._default_manager.filter(order__status="confirmed").get()
    url = reverse("admin:orders_order_change", args=[line.order_id])
    before = values_of(line)

    page = root.get(url)
    forged_line = {f"lines-0-{name}": "9" for name in ("allocated", "shipped", "returned", "tax_rate", "backorder")}
    root.post(url, as_sent(page) | forged_line)

    assert values_of(line) == before


@pytest.mark.parametrize(
    ("label", "field", "value"),
    [
        ("inventory.item", "name", "Renamed"),
        ("orders.customer", "name", "Renamed"),
        ("orders.order", "note", "Renamed"),
    ],
)
def test_what_a_form_does_offer_changes(root, label, field, value):
    """The control: such a form is accepted."""
    model = apps.get_model(label)
    instance = model._default_manager.get(pk=site_map.samples()[label])
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[instance.pk])

    root.post(url, as_sent(root.get(url)) | {field: value})

    assert values_of(instance)[field] == value
