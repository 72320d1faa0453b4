"""A list keeps what it shows under a name: for the one who saved it, or for everybody."""

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse

from backoffice.filters.models import SavedFilter, kept
from orders.tests.pages import sign_in

pytestmark = pytest.mark.django_db
ORDERS = reverse("admin:orders_order_changelist")


def save(client, name="Late", query="due=overdue", label="orders.order", **extra):
    return client.post(reverse("admin:save_filter", args=[label]), {"name": name, "query": query, **extra})


def page(client, url=ORDERS) -> str:
    return client.get(url).content.decode()


def remove(client, name="Late"):
    return client.post(reverse("admin:remove_filter", args=[SavedFilter.objects.get(name=name).pk]))


def test_what_the_list_shows_is_kept_under_a_name_and_shown_again():
    dana = sign_in("dana", "Sales")

    answer = save(dana, query="p=3&status__exact=draft&due=overdue&q=")

    assert answer["Location"] == f"{ORDERS}?due=overdue&status__exact=draft"
    assert '<a href="?due=overdue&amp;status__exact=draft" aria-current="true">' in page(dana, answer["Location"])


@pytest.mark.parametrize(
    "url", [ORDERS, reverse("admin:inventory_item_changelist"), reverse("admin:history_changeset_changelist")]
)
def test_a_list_that_is_filtered_offers_to_keep_the_filter(url):
    dana = sign_in("dana", "Sales")

    assert "Save this filter" not in page(dana, url)
    assert "Save this filter" in page(dana, f"{url}?q=mug")


def test_a_filter_is_its_owners_alone_unless_it_is_for_everybody():
    mia, dana = sign_in("mia", "Manager"), sign_in("dana", "Sales")
    save(mia, "Mine")
    save(mia, "Ours", is_shared="on")

    shown = page(dana)

    assert ("Mine" in shown, "Ours" in shown) == (False, True)


def test_who_may_not_share_saves_for_themselves_whatever_is_posted():
    save(sign_in("dana", "Sales"), is_shared="on")

    assert SavedFilter.objects.get().is_shared is False


def test_the_same_name_on_the_same_list_is_the_same_filter():
    dana = sign_in("dana", "Sales")
    save(dana, query="due=overdue")

    save(dana, query="due=today")

    assert [one.query for one in SavedFilter.objects.all()] == ["due=today"]


def test_the_filter_that_is_shown_can_be_removed_by_its_owner():
    dana = sign_in("dana", "Sales")
    shown = save(dana)["Location"]

    assert "Remove “Late”" in page(dana, shown)
    assert remove(dana)["Location"] == shown
    assert not SavedFilter.objects.exists()


def test_a_manager_removes_what_is_for_everybody_and_nobody_elses_own():
    mia, max_, dana = sign_in("mia", "Manager"), sign_in("max", "Manager"), sign_in("dana", "Sales")
    save(max_, "Ours", is_shared="on")
    save(max_, "Mine")

    answers = [remove(client, name).status_code for client, name in [(dana, "Ours"), (mia, "Mine"), (mia, "Ours")]]

    assert answers == [403, 404, 302]
    assert [one.name for one in SavedFilter.objects.all()] == ["Mine"]


@pytest.mark.parametrize(("label", "status"), [("auth.user", 403), ("orders.nothing", 404), ("nothing", 404)])
def test_filters_are_kept_of_lists_that_the_person_may_see(label, status):
    assert save(sign_in("dana", "Sales"), label=label).status_code == status
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"query": "p=2"}, "Filter or search first"),
        ({"query": "q=" + "x" * 2_000}, "at most 2000 characters"),
    ],
)
def test_what_cannot_be_kept_is_said_on_the_list(sent, said):
    dana = sign_in("dana", "Sales")

    answer = save(dana, **sent)

    assert said in page(dana, answer["Location"])
    assert not SavedFilter.objects.exists()


def test_a_filter_is_saved_and_removed_by_a_post_only():
    dana = sign_in("dana", "Sales")
    save(dana)

    urls = [
        reverse("admin:save_filter", args=["orders.order"]),
        reverse("admin:remove_filter", args=[SavedFilter.objects.get().pk]),
    ]

    assert [dana.get(url).status_code for url in urls] == [405, 405]


def test_names_and_queries_are_shown_as_text():
    dana = sign_in("dana", "Sales")

    save(dana, name="<b>Late</b>", query='q="><script>')

    assert "<b>Late" not in page(dana)
    assert "<script>q" not in page(dana)


def test_a_filter_goes_with_its_owner_and_not_with_others():
    save(sign_in("dana", "Sales"))

    assert SavedFilter.objects.visible_to(User.objects.create(username="ada")).count() == 0


def test_an_address_is_kept_in_one_order_without_what_only_passes():
    assert kept(QueryDict("q=b&p=2&o=1&_popup=1&a=2&a=1")) == "a=1&a=2&o=1&q=b"


def test_the_filters_of_a_list_are_read_at_once(django_assert_max_num_queries):
    dana, counts = sign_in("dana", "Sales"), []
    for number in (1, 3):
        save(dana, name=f"Late {number}", query=f"q={number}")
        save(dana, name=f"Later {number}", query=f"q={number}")
        page(dana)
        with django_assert_max_num_queries(15) as queries:
            page(dana)
        counts.append(len(queries))

    assert counts[0] == counts[1]
