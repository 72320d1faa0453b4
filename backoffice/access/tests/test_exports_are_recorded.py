"""Who took data out is written down where nobody can change it."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from backoffice.access.models import SecurityEvent
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db


def test_an_export_is_a_security_event(client):
    make_item("MUG-1")
    client.force_login(User.objects.create_superuser("root"))

    answer = client.post(reverse("admin:inventory_item_export"), {"format": "csv"})
    sent = answer.getvalue() if answer.streaming else b""

    told = SecurityEvent.objects.filter(kind="download").values_list("user_name", flat=True)
    assert (answer.status_code, b"MUG-1" in sent, list(told)) == (200, True, ["root"])
