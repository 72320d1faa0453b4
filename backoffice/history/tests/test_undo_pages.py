"""The pages of an undo, as the roles see them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from backoffice.history import undo_run
from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet, Undo
from backoffice.history.undo_pages import url_of
from inventory import stock
from inventory.models import Item, Location
from inventory.tests.shop import figures, make_item
from orders.tests.conftest import mia  # noqa: F401  (a fixture)
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


def test_the_preview_says_what_goes_back_and_changes_nothing(mia, dearer):  # noqa: F811
    before = ChangeSet.objects.count()

    response = mia.get(url_of(dearer.pk))

    parts = [(part.label, part.now, part.back, part.outcome) for part in response.context["groups"][0].parts]
    assert parts == [("Category", "Cups", "", "back"), ("Price", "12.50", "12.00", "back")]
    assert (str(Item.objects.get().unit_price), ChangeSet.objects.count()) == ("12.50", before)


def test_who_posts_a_reason_takes_it_back_and_both_acts_lead_to_each_other(mia, dearer):  # noqa: F811
    response = mia.post(url_of(dearer.pk), {"reason": "Wrong list"}, follow=True)

    undo = Undo.objects.get()
    assert response.redirect_chain == [(reverse("admin:history_undo", args=[undo.pk]), 302)]
    assert response.context["sentence"] == "All of it went back."
    assert str(Item.objects.get().unit_price) == "12.00"
    pages = [mia.get(reverse("admin:history_changeset_change", args=[pk])) for pk in (dearer.pk, undo.by_id)]
    assert [page.context["undo_links"]["undone_by"] for page in pages] == [undo, None]
    assert [page.context["undo_links"]["undoes"] for page in pages] == [None, undo]


def test_without_a_reason_nothing_goes_back(mia, dearer):  # noqa: F811
    response = mia.post(url_of(dearer.pk), {"reason": ""})

    assert response.context["error"] == "Say why: an undo needs a reason."
    assert str(Item.objects.get().unit_price) == "12.50"


def test_what_is_undone_leads_to_its_undo(mia, dearer):  # noqa: F811
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


def test_a_field_goes_back_alone_from_its_own_address(mia, dearer):  # noqa: F811
    scope = f"inventory.item:{Item.objects.get().pk}:unit_price"

    mia.post(url_of(dearer.pk, scope), {"reason": "Only the price", "part": scope})

    assert (str(Item.objects.get().unit_price), Item.objects.get().category) == ("12.00", "Cups")


@pytest.mark.parametrize("scope", ["nonsense", "inventory.item:x", "auth.user:1", "orders.order:1:"])
def test_a_part_that_is_none_is_not_found(mia, dearer, scope):  # noqa: F811
    assert mia.get(url_of(dearer.pk, scope)).status_code in (200, 404)
    assert mia.post(url_of(dearer.pk, scope), {"reason": "x"}).status_code in (200, 404)
    assert str(Item.objects.get().unit_price) == "12.50"


def test_units_that_stay_are_told(mia):  # noqa: F811
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
