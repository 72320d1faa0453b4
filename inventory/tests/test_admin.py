import pytest
from django.urls import reverse

from inventory.models import StockMovement
from inventory.tests.shop import make_item
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db

ITEMS = reverse("admin:inventory_item_changelist")


@pytest.mark.parametrize("words", ["mug-10", "MUG-1036", "5901234", "large  blue", "Blue", " mug-1036 "])
def test_an_item_is_found_by_sku_barcode_or_words_in_any_case(admin_client, words):
    mug = make_item("MUG-1036", name="Blue mug, large", barcode="5901234")
    make_item("TEA-1", name="Sencha")

    found = admin_client.get(ITEMS, {"q": words}).context["cl"].queryset

    assert list(found) == [mug]


def test_an_inactive_item_is_not_offered_to_new_lines(admin_client):
    mug = make_item("MUG-1", is_active=False)
    asked = {"term": "MUG", "app_label": "orders", "model_name": "orderline", "field_name": "item"}

    assert admin_client.get(reverse("admin:autocomplete"), asked).json()["results"] == []
    assert list(admin_client.get(ITEMS, {"q": "MUG"}).context["cl"].queryset) == [mug]


def test_the_ledger_is_found_by_sku(admin_client):
    make_item("MUG-1", on_hand=5)
    make_item("TEA-1", on_hand=5)
    url = reverse("admin:inventory_stockmovement_changelist")

    assert admin_client.get(url, {"q": "mug"}).context["cl"].result_count == 1


def test_quantities_are_read_on_an_items_page_and_never_typed(admin_client):
    mug = make_item(on_hand=5)
    level = mug.levels.get()
    url = reverse("admin:inventory_item_change", args=[mug.pk])
    typed = {
        "sku": mug.sku,
        "name": "Cup",
        "condition": "new",
        "unit_price": "13",
        "cost": "1",
        "tax_rate": "20",
        "is_stocked": "on",
        "is_active": "on",
        "oversell": "block",
        "levels-TOTAL_FORMS": 1,
        "levels-INITIAL_FORMS": 1,
        "levels-0-id": level.pk,
        "levels-0-item": mug.pk,
        "levels-0-on_hand": 99,
        "levels-0-allocated": 3,
        "levels-0-reorder_level": 4,
    }

    assert admin_client.post(url, typed).status_code == 302

    level.refresh_from_db()
    assert (level.on_hand, level.allocated, level.reorder_level) == (5, 0, 4)
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize("verb", ["add", "change", "delete"])
def test_the_ledger_is_read_only_in_the_admin(admin_client, verb):
    make_item(on_hand=5)
    args = [] if verb == "add" else [StockMovement.objects.get().pk]

    answer = admin_client.post(reverse(f"admin:inventory_stockmovement_{verb}", args=args), {"reason": "x"})

    assert answer.status_code == 403
    assert StockMovement.objects.get().reason == "Opening stock"


def test_an_items_page_shows_its_history_with_levels_and_movements(admin_client):
    mug = make_item("MUG-1", on_hand=5)

    page = admin_client.get(reverse("admin:inventory_item_history", args=[mug.pk])).content.decode()

    assert "receipt of MUG-1 at Main" in page
    assert "stock level Main" in page


def test_a_rule_that_refuses_only_while_saving_is_shown_on_the_form(admin_client):
    mug = make_item("MUG-1", on_hand=5)
    place_order((mug, 2))
    typed = {
        "sku": "MUG-1",
        "name": "Cup",
        "condition": "new",
        "unit_price": "13",
        "cost": "1",
        "tax_rate": "20",
        "oversell": "block",
    }
    typed |= {"is_active": "on", "levels-TOTAL_FORMS": 0, "levels-INITIAL_FORMS": 0}  # is_stocked: off

    page = admin_client.post(reverse("admin:inventory_item_change", args=[mug.pk]), typed).content.decode()

    assert "Open orders rely on this rule of MUG-1" in page
    assert 'value="Cup"' in page
    mug.refresh_from_db()
    assert (mug.name, mug.is_stocked) == ("Mug MUG-1", True)
