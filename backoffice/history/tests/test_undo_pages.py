"""The pages of an undo, as the roles see them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django_ox.testing import run_tasks

from backoffice.history import undo_pages, undo_run
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.undo_pages import url_of
from inventory import stock
from inventory.admin import ItemAdmin
from inventory.models import Item, Location
from inventory.tests.import_shop import run_text
from inventory.tests.shop import figures, make_item
from orders.tests.pages import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def dearer() -> ChangeSet:
    """Somebody made the mug dearer and gave it a category."""
    mug = make_item("MUG-1", name="Mug", unit_price="12.00")
    with change_set(Source.ADMIN) as act:
        mug.unit_price, mug.category = "12.50", "Cups"
        mug.save()
    return act.row()


def test_the_preview_says_what_goes_back_and_changes_nothing(mia, dearer):
    before = ChangeSet.objects.count()

    response = mia.get(url_of(dearer.pk))

    parts = [(part.label, part.now, part.back, part.outcome) for part in response.context["groups"][0].parts]
    assert parts == [("Category", "Cups", "", "back"), ("Price", "12.50", "12.00", "back")]
    assert (str(Item.objects.get().unit_price), ChangeSet.objects.count()) == ("12.50", before)


def test_who_posts_a_reason_takes_it_back_and_both_acts_lead_to_each_other(mia, dearer):
    response = mia.post(url_of(dearer.pk), {"reason": "Wrong list"}, follow=True)

    undo = Undo.objects.get()
    assert response.redirect_chain == [(reverse("admin:history_undo", args=[undo.pk]), 302)]
    assert response.context["sentence"] == "All of it went back."
    assert str(Item.objects.get().unit_price) == "12.00"
    pages = [mia.get(reverse("admin:history_changeset_change", args=[pk])) for pk in (dearer.pk, undo.by_id)]
    assert [page.context["undo_links"]["undone_by"] for page in pages] == [undo, None]
    assert [page.context["undo_links"]["undoes"] for page in pages] == [None, undo]


def test_without_a_reason_nothing_goes_back(mia, dearer):
    response = mia.post(url_of(dearer.pk), {"reason": ""})

    assert response.context["error"] == "Say why: an undo needs a reason."
    assert str(Item.objects.get().unit_price) == "12.50"


def test_what_is_undone_leads_to_its_undo(mia, dearer):
    mia.post(url_of(dearer.pk), {"reason": "Wrong list"}, follow=True)

    response = mia.post(url_of(dearer.pk), {"reason": "Again"}, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["It is undone already."]
    assert Undo.objects.count() == 1


@pytest.mark.parametrize("role", ["Sales", "Warehouse", "Auditor"])
def test_who_may_not_undo_gets_no_page_and_no_button(dearer, role):
    somebody = sign_in("eve", role)

    page = somebody.get(reverse("admin:history_changeset_change", args=[dearer.pk]))

    assert page.context["undo_links"]["url"] == ""
    assert somebody.get(url_of(dearer.pk)).status_code == 403
    assert somebody.post(url_of(dearer.pk), {"reason": "x"}).status_code == 403
    assert str(Item.objects.get().unit_price) == "12.50"


def test_who_may_not_change_a_record_does_not_take_its_changes_back(dearer):
    undo = Permission.objects.get(content_type__app_label="history", codename="undo_changeset")
    Group.objects.get(name="Auditor").permissions.add(undo)
    ada = sign_in("ada", "Auditor")

    page = ada.get(url_of(dearer.pk))
    ada.post(url_of(dearer.pk), {"reason": "x"})

    assert {part.why for part in page.context["groups"][0].parts} == {"You may not change this: inventory.change_item."}
    assert str(Item.objects.get().unit_price) == "12.50"


def test_a_field_goes_back_alone_from_its_own_address(mia, dearer):
    scope = f"inventory.item:{Item.objects.get().pk}:unit_price"

    mia.post(url_of(dearer.pk, scope), {"reason": "Only the price", "part": scope})

    assert (str(Item.objects.get().unit_price), Item.objects.get().category) == ("12.00", "Cups")


@pytest.mark.parametrize("scope", ["nonsense", "inventory.item:x", "auth.user:1", "orders.order:1:"])
def test_a_part_that_is_none_is_not_found(mia, dearer, scope):
    assert mia.get(url_of(dearer.pk, scope)).status_code in (200, 404)
    assert mia.post(url_of(dearer.pk, scope), {"reason": "x"}).status_code in (200, 404)
    assert str(Item.objects.get().unit_price) == "12.50"


def test_units_that_stay_are_told(mia):
    mug = make_item()
    with change_set(Source.ADMIN) as act:
        stock.receive(mug, Location.default(), 7, reason="Delivery")
        mug.name = "Big mug"
        mug.save()
    stock.adjust(mug, Location.default(), -5, reason="Broken")

    response = mia.post(url_of(act.row().pk), {"reason": "x"}, follow=True)

    assert response.context["sentence"] == "1 thing stayed as it was."
    assert figures(mug) == (2, 0, 2)


def test_a_plan_takes_the_same_queries_whatever_it_shows(django_assert_max_num_queries):
    counts = []
    for records in (1, 3):
        items = [make_item() for _ in range(records)]
        with change_set(Source.ADMIN) as act:
            for item in items:
                item.name = "Cup"
                item.save()
        with django_assert_max_num_queries(40) as queries:
            assert len(undo_run.plan(act.row())) == records
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_timelines_and_activity_lead_to_the_undo_of_what_they_tell(mia, dearer):
    mug = Item.objects.get()
    url = url_of(dearer.pk, f"inventory.item:{mug.pk}")

    pages = [
        reverse("admin:inventory_item_history", args=[mug.pk]),
        reverse("admin:history_changeset_change", args=[dearer.pk]),
    ]

    assert [f'href="{url}"' in mia.get(page).content.decode() for page in pages] == [True, True]
    assert f'href="{url}"' not in sign_in("eve", "Auditor").get(pages[0]).content.decode()


def test_who_may_not_see_a_record_does_not_learn_what_it_says(dearer):
    undo = Permission.objects.get(content_type__app_label="history", codename="undo_changeset")
    group = Group.objects.create(name="Undoers")
    group.permissions.add(undo, Permission.objects.get(content_type__app_label="history", codename="view_changeset"))

    page = sign_in("eve", "Undoers").get(url_of(dearer.pk))

    assert {(part.now, part.back) for part in page.context["groups"][0].parts} == {("…", "…")}
    assert "MUG-1" not in page.content.decode().partition("<main")[2]


@pytest.fixture
def without_tea(monkeypatch):
    """The admin of items shows no tea to anybody."""
    everything = ItemAdmin.get_queryset
    monkeypatch.setattr(ItemAdmin, "get_queryset", lambda self, request: everything(self, request).exclude(sku="TEA-1"))


def make_dearer(*skus: str) -> ChangeSet:
    items = [make_item(sku, name=f"Name of {sku}", unit_price="12.00") for sku in skus]
    with change_set(Source.ADMIN) as act:
        for item in items:
            item.unit_price = "12.50"
            item.save()
    return act.row()


def prices() -> dict[str, str]:
    return {sku: str(price) for sku, price in Item.objects.values_list("sku", "unit_price")}


@pytest.mark.parametrize("at_once", [undo_pages.AT_ONCE, 0])
def test_a_record_that_its_admin_hides_is_not_told_of(mia, without_tea, monkeypatch, at_once):
    act = make_dearer("MUG-1", "TEA-1")
    monkeypatch.setattr(undo_pages, "AT_ONCE", at_once)

    page = mia.get(url_of(act.pk))

    told = {group.text: [(part.now, part.back) for part in group.parts] for group in page.context["groups"]}
    assert told == {"item MUG-1 Name of MUG-1": [("12.50", "12.00")], "item": [("…", "…")]}
    assert "TEA-1" not in page.content.decode()


@pytest.mark.parametrize("at_once", [undo_run.AT_ONCE, 0])
def test_a_record_that_its_admin_hides_does_not_go_back(mia, without_tea, monkeypatch, at_once):
    """Also not in bulk, by the worker."""
    act = make_dearer("MUG-1", "TEA-1")
    monkeypatch.setattr(undo_run, "AT_ONCE", at_once)

    mia.post(url_of(act.pk), {"reason": "Wrong list"})
    run_tasks(raise_failures=True)

    undo = Undo.objects.get()
    assert prices() == {"MUG-1": "12.00", "TEA-1": "12.50"}
    assert undo.left == ["item, Price: You may not look at this."]
    page = mia.get(reverse("admin:history_undo", args=[undo.pk])).content.decode()
    assert "TEA-1" not in page


def test_a_large_act_says_how_much_was_changed_since(mia, dearer, monkeypatch):
    monkeypatch.setattr(undo_pages, "AT_ONCE", 0)
    mug = Item.objects.get()
    mug.name = "Huge mug"
    mug.save()

    page = mia.get(url_of(dearer.pk))

    assert (page.context["records"], page.context["touched_records"]) == (1, 1)
    assert "1 of them was changed since." in page.content.decode()


def test_an_imports_page_says_that_it_was_undone(mia, tmp_path):
    run = run_text(tmp_path, "sku,name\nMUG-1,Mug\n")
    page = reverse("admin:imports_importrun_change", args=[run.pk])
    assert f'href="{url_of(run.change_set_id)}"' in mia.get(page).content.decode()

    mia.post(url_of(run.change_set_id), {"reason": "Wrong file"})

    assert "undid this import" in mia.get(page).content.decode()
    assert not Item.objects.exists()


def test_a_movement_on_a_timeline_leads_to_its_undo(mia):
    mug = make_item(on_hand=5)
    with change_set(Source.ADMIN) as act:
        stock.receive(mug, Location.default(), 7, reason="Delivery")
    url = url_of(act.row().pk, f"inventory.item:{mug.pk}")

    page = mia.get(reverse("admin:inventory_item_history", args=[mug.pk])).content.decode()
    mia.post(url, {"reason": "Sent back", "part": f"inventory.item:{mug.pk}"})

    assert f'href="{url}"' in page
    assert figures(mug) == (5, 0, 5)
