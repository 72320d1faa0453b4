"""The examples of ``docs/extending.md`` do what the page says, as they stand there."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.signals import pre_save

from backoffice import dashboard
from inventory.tests.shop import make_item
from orders.models import OrderLine
from orders.tests.shop import make_order

PAGE = (settings.BASE_DIR / "docs" / "extending.md").read_text()


def run(heading: str) -> None:
    section = PAGE.split(f"## {heading}\n")[1]
    exec(re.findall(r"```python\n(.*?)```", section, re.S)[0], {"__name__": "example"})


def test_the_card_stands_on_today_and_counts(mia, monkeypatch):
    monkeypatch.setattr(dashboard, "_cards", [*dashboard._cards])
    run("A card of Today")

    make_item("FREE", unit_price=0)

    assert "Items without a price" in mia.get("/admin/").text
    assert mia.get("/admin/inventory/item/?unit_price=0").status_code == 200


@pytest.mark.django_db
def test_the_rule_refuses_and_nothing_is_saved():
    run("A stock rule")
    item = make_item("MUG")
    try:
        with pytest.raises(ValidationError, match="501 are more than leave the house at once"), transaction.atomic():
            make_order((item, 501))
    finally:
        pre_save.disconnect(sender=OrderLine, dispatch_uid="shop.refuse_giant")

    assert OrderLine.objects.count() == 0
