"""simple-history's address of a version, where its own form would revert the record past all rules."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from backoffice.history.models import Tracked
from backoffice.tests import site_map
from inventory.models import Item
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db

PEOPLE = {"looks": ["view"], "edits": ["view", "change"], "may everything": ["view", "add", "change", "delete"]}
WITH_PAGES = sorted(
    model._meta.label_lower
    for model in apps.get_models()
    if issubclass(model, Tracked) and admin.site.is_registered(model)
)


def sign_in(client, verbs: list[str]) -> None:
    user = User.objects.create_user("eve", is_staff=True, is_superuser="delete" in verbs)
    codenames = [f"{verb}_{label.partition('.')[2]}" for verb in verbs for label in WITH_PAGES]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def version_url(label: str, pk: int, version: int) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_version", args=[pk, version])


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_reverts_a_record_past_the_rules(client, tmp_path, who):
    site_map.furnish(tmp_path)
    sign_in(client, PEOPLE[who])
    newest = {label: apps.get_model(label).history.first() for label in WITH_PAGES}
    before = {label: list(apps.get_model(label).objects.values()) for label in WITH_PAGES}

    answers = {
        label: client.post(version_url(label, row.id, row.pk), {"name": "1", "_save": "1"}).status_code
        for label, row in newest.items()
    }

    assert answers == dict.fromkeys(WITH_PAGES, 403)
    assert {label: list(apps.get_model(label).objects.values()) for label in WITH_PAGES} == before


def test_a_version_leads_to_the_records_history(admin_client):
    mug = make_item("MUG-1")

    page = admin_client.get(version_url("inventory.item", mug.pk, mug.history.get().pk))

    assert (page.status_code, page.url) == (302, reverse("admin:inventory_item_history", args=[mug.pk]))


def test_a_version_of_what_somebody_may_not_see_is_not_there(client, monkeypatch):
    mug = make_item("MUG-1")
    sign_in(client, ["view"])
    monkeypatch.setattr(
        type(admin.site.get_model_admin(Item)), "get_queryset", lambda self, request: Item.objects.none()
    )

    page = client.get(version_url("inventory.item", mug.pk, mug.history.get().pk))

    assert page.status_code == 404
