import pytest
from django.urls import reverse

from backoffice.history.change_sets import Source, change_set
from backoffice.history.models import ChangeSet
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db

ACTIVITY = reverse("admin:history_changeset_changelist")


def told(client) -> list[str]:
    return [change_set.told for change_set in client.get(ACTIVITY).context["cl"].result_list]


def test_activity_says_what_each_act_did(admin_client):
    with change_set(Source.COMMAND):
        mug = make_item("MUG-1", name="Mug")
        make_item("TEA-1", name="Tea")
    with change_set(Source.ADMIN):
        mug.name = "Cup"
        mug.save()
    with change_set(Source.IMPORT, summary="Imported may-count.xlsx, 2 items"):
        make_item("COF-1")

    assert told(admin_client)[:3] == [
        "Imported may-count.xlsx, 2 items",
        "changed item MUG-1 Cup",
        "created item MUG-1 Mug and 1 more",
    ]


def test_activity_takes_the_same_queries_whatever_it_lists(admin_client, django_assert_max_num_queries):
    counts = []
    for acts in (1, 3):
        while ChangeSet.objects.filter(source="command").count() < acts:
            with change_set(Source.COMMAND):
                make_item(on_hand=1)
        admin_client.get(ACTIVITY)
        with django_assert_max_num_queries(40) as queries:
            admin_client.get(ACTIVITY)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_change_sets_page_shows_the_changes_of_all_tables(admin_client):
    with change_set(Source.COMMAND) as act:
        make_item("MUG-1", on_hand=5)

    page = admin_client.get(reverse("admin:history_changeset_change", args=[act.row().pk])).content.decode()

    assert "item MUG-1" in page
    assert "receipt of MUG-1 at Main" in page


def test_nobody_changes_a_change_set(admin_client):
    with change_set(Source.COMMAND) as act:
        make_item()
    url = reverse("admin:history_changeset_change", args=[act.row().pk])

    assert admin_client.post(url, {"reason": "x"}).status_code == 403
    assert admin_client.post(reverse("admin:history_changeset_add"), {"reason": "x"}).status_code == 403


def test_a_history_page_needs_the_right_to_see_the_record(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("eve", is_staff=True))
    mug = make_item()

    assert client.get(reverse("admin:inventory_item_history", args=[mug.pk])).status_code == 403
