"""A form that is sent with more than it has: what it does not offer stays as it was."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.urls import reverse

from backoffice.tests import site_map

pytestmark = pytest.mark.django_db

OURS = {"access", "auth", "exports", "history", "imports", "inventory", "notifications", "orders"}
COUNTED = {("orders.order", "version")}  # a save of the form is what raises it


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


@pytest.mark.parametrize("label", edited())
def test_what_a_form_does_not_offer_stays_as_it_was(root, label):
    model = apps.get_model(label)
    instance = model._default_manager.get(pk=site_map.samples()[label])
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[instance.pk])
    page, before = root.get(url), values_of(instance)
    offered = set(page.context["adminform"].form.fields) if "adminform" in (page.context or {}) else set()
    hidden = [field for field in model._meta.concrete_fields if field.name not in offered]
    more = {field.name: forged(field, before[field.attname]) for field in hidden if not field.primary_key}

    root.post(url, (as_sent(page) if offered else {}) | more)

    after = values_of(instance)
    changed = {field.name for field in hidden if after[field.attname] != before[field.attname]}
    assert changed - {name for owner, name in COUNTED if owner == label} == set()


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
