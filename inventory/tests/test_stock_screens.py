"""Stock as staff see and change it: the item's page, its buttons, and what runs low."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.history.models import ChangeSet
from inventory import stock
from inventory.models import Location, StockLevel, StockMovement
from inventory.tests.shop import figures, level_of, make_item
from orders.tests.shop import make_order, place_order

pytestmark = pytest.mark.django_db

LEVELS = reverse("admin:inventory_stocklevel_changelist")
ITEMS = reverse("admin:inventory_item_changelist")


def sign_in(client, role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def sam(client):
    """Somebody with the Warehouse role, signed in."""
    return sign_in(client, "Warehouse")


@pytest.fixture
def store_b():
    return Location.objects.create(code="store-b", name="Store B")


def url_of(verb, item):
    return reverse(f"admin:inventory_item_{verb}", args=[item.pk])


def page(client, url) -> str:
    return client.get(url).content.decode()


def opened(client, url) -> dict:
    """The hidden fields of a form as it was opened."""
    return {field.name: field.value() or "" for field in client.get(url).context["form"].carried()}


def set_reorder_level(item, reorder_level, location=None):
    level = level_of(item, location)
    level.reorder_level = reorder_level
    level.save()


# The buttons


def test_units_are_received_with_their_document(sam):
    mug = make_item("MUG-1")

    answer = sam.post(url_of("receive", mug), {"quantity": 12, "reason": "Received", "reference": "PO-7"}, follow=True)

    movement = StockMovement.objects.get()
    assert (movement.kind, movement.reason, movement.reference) == ("receipt", "Received", "PO-7")
    assert movement.change_set.user_name == "warehouse"
    assert figures(mug) == (12, 0, 12)
    assert "MUG-1: 12 on hand at Main now." in answer.content.decode()


@pytest.mark.parametrize(("difference", "left"), [(3, 8), (-3, 2)])
def test_units_that_were_found_or_lost_are_adjusted(sam, difference, left):
    mug = make_item(on_hand=5)

    sam.post(url_of("adjust", mug), {"difference": difference, "reason": "Found"})

    assert figures(mug) == (left, 0, left)


def test_a_count_sets_what_is_on_hand(sam):
    mug = make_item(on_hand=5)
    form = opened(sam, url_of("count", mug))

    sam.post(url_of("count", mug), {**form, "counted": 3, "reason": "May count"})

    assert figures(mug) == (3, 0, 3)


def test_units_go_to_another_location(sam, store_b):
    mug = make_item(on_hand=5)

    sam.post(url_of("transfer", mug), {"quantity": 2, "target": store_b.pk, "reason": "Refill"})

    assert (figures(mug), figures(mug, store_b)) == ((3, 0, 3), (2, 0, 2))
    assert ChangeSet.objects.filter(movements__kind__startswith="transfer").distinct().count() == 1


def test_the_address_names_the_location(sam, store_b):
    mug = make_item(on_hand=5)

    sam.post(f"{url_of('receive', mug)}?location={store_b.pk}", {"quantity": 2, "reason": "Received"})

    assert (figures(mug), figures(mug, store_b)) == ((5, 0, 5), (2, 0, 2))


@pytest.mark.parametrize("location", ["9999", "x", "-1"])
def test_a_location_that_does_not_exist_is_not_found(sam, location):
    mug = make_item(on_hand=5)

    answer = sam.post(f"{url_of('receive', mug)}?location={location}", {"quantity": 2, "reason": "Received"})

    assert (answer.status_code, figures(mug)) == (404, (5, 0, 5))


@pytest.mark.parametrize(
    ("verb", "typed", "field", "said"),
    [
        ("receive", {"quantity": 0, "reason": "x"}, "quantity", "greater than or equal to 1"),
        ("receive", {"quantity": "1.5", "reason": "x"}, "quantity", "whole number"),
        ("receive", {"quantity": 3, "reason": " "}, "reason", "required"),
        ("adjust", {"difference": 0, "reason": "x"}, "difference", "0 is not a quantity"),
        ("adjust", {"difference": -6, "reason": "x"}, "difference", "Only 5 of MUG-1 on the shelf at Main"),
        ("count", {"counted": -1, "reason": "x"}, "counted", "greater than or equal to 0"),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_changes(sam, verb, typed, field, said):
    mug = make_item("MUG-1", on_hand=5)

    answer = sam.post(url_of(verb, mug), typed)

    [sentence] = answer.context["form"].errors[field]
    assert said in sentence
    assert (figures(mug), StockMovement.objects.count()) == ((5, 0, 5), 1)


def test_only_what_is_available_can_be_transferred(sam, store_b):
    mug = make_item(on_hand=5)
    place_order((mug, 4))

    answer = sam.post(url_of("transfer", mug), {"quantity": 2, "target": store_b.pk, "reason": "Refill"})

    assert "are promised" in answer.context["form"].errors["quantity"][0]
    assert "Release newest" not in answer.content.decode()
    assert (figures(mug), StockLevel.objects.count()) == ((5, 4, 1), 1)


def test_the_same_form_sent_twice_is_recorded_once(sam):
    mug = make_item(on_hand=5)
    form = {**opened(sam, url_of("receive", mug)), "quantity": 12, "reason": "Received"}

    sam.post(url_of("receive", mug), form)
    again = sam.post(url_of("receive", mug), form, follow=True)

    assert figures(mug) == (17, 0, 17)
    assert "This was recorded already." in again.content.decode()


def test_a_form_that_is_opened_again_is_another_one(sam):
    mug = make_item()
    for _ in range(2):
        form = opened(sam, url_of("receive", mug))
        sam.post(url_of("receive", mug), {**form, "quantity": 12, "reason": "Received"})

    assert figures(mug) == (24, 0, 24)


# Counting while stock moves, and counting less than was promised


@pytest.fixture
def interrupted(sam):
    """Six were on hand when the counting began and four were counted; meanwhile ten arrived."""
    mug = make_item(on_hand=6)
    form = {**opened(sam, url_of("count", mug)), "counted": 4, "reason": "May count"}
    stock.receive(mug, Location.default(), 10, reason="Delivery")
    return mug, form


def test_stock_that_moved_while_counting_is_asked_about(sam, interrupted):
    mug, form = interrupted

    answer = sam.post(url_of("count", mug), form)

    shown = answer.content.decode()
    assert "6 were on hand when you began, now it is 16" in answer.context["form"].errors["counted"][0]
    assert "Keep my count" in shown
    assert "Apply the difference" in shown
    assert figures(mug) == (16, 0, 16)


@pytest.mark.parametrize(("keep", "left"), [("count", 4), ("difference", 14)])
def test_the_person_says_what_stands(sam, interrupted, keep, left):
    mug, form = interrupted

    sam.post(url_of("count", mug), {**form, "keep": keep})

    assert figures(mug) == (left, 0, left)


@pytest.mark.parametrize(("verb", "typed"), [("count", {"counted": 3}), ("adjust", {"difference": -2})])
def test_less_than_was_promised_is_refused_and_names_who_holds_it(sam, verb, typed):
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 4))

    answer = sam.post(url_of(verb, mug), {**typed, "reason": "Lost"})

    [sentence] = next(iter(answer.context["form"].errors.values()))
    assert f"{order.number} holds 4" in sentence
    assert "Release newest orders first" in answer.content.decode()
    assert figures(mug) == (5, 4, 1)


@pytest.mark.parametrize(("verb", "typed"), [("count", {"counted": 3}), ("adjust", {"difference": -2})])
def test_the_newest_order_gives_up_what_is_missing_when_it_is_chosen(sam, verb, typed):
    mug = make_item(on_hand=5)
    order = place_order((mug, 4))

    sam.post(url_of(verb, mug), {**typed, "reason": "Lost", "release_newest": "1"})

    assert (order.lines.get().waiting, figures(mug)) == (1, (3, 3, 0))


def test_an_answer_given_before_is_kept_when_the_count_turns_out_to_be_promised(sam):
    mug = make_item(on_hand=5)
    form = {**opened(sam, url_of("count", mug)), "counted": 3, "reason": "May count", "keep": "difference"}
    stock.receive(mug, Location.default(), 1, reason="Delivery")
    place_order((mug, 6))

    answer = sam.post(url_of("count", mug), form)

    assert answer.context["form"].is_promised
    assert {field.name: field.value() for field in answer.context["form"].carried()}["keep"] == "difference"


# Who may


@pytest.mark.parametrize("role", ["Sales", "Auditor"])
@pytest.mark.parametrize("verb", ["receive", "adjust", "count", "transfer"])
def test_who_only_looks_changes_nothing(client, store_b, role, verb):
    mug = make_item(on_hand=5)
    sign_in(client, role)
    typed = {"quantity": 1, "difference": 1, "counted": 1, "target": store_b.pk, "reason": "x"}

    answers = client.get(url_of(verb, mug)), client.post(url_of(verb, mug), typed)

    assert [answer.status_code for answer in answers] == [403, 403]
    assert url_of(verb, mug) not in page(client, url_of("change", mug))
    assert (figures(mug), StockMovement.objects.count()) == ((5, 0, 5), 1)


@pytest.mark.parametrize("verb", ["receive", "adjust", "count", "transfer"])
def test_the_warehouse_gets_to_every_button_from_the_items_page(sam, store_b, verb):
    mug = make_item(on_hand=5)

    assert f'href="{url_of(verb, mug)}"' in page(sam, url_of("change", mug))
    assert sam.get(url_of(verb, mug)).status_code == 200


def test_a_service_has_no_stock_to_change(sam):
    shipping = make_item(is_stocked=False)

    answer = sam.post(url_of("receive", shipping), {"quantity": 1, "reason": "x"})

    assert answer.url == url_of("change", shipping)
    assert StockMovement.objects.count() == 0


def test_where_there_is_one_location_screens_do_not_mention_it(sam):
    mug = make_item(on_hand=5)

    assert url_of("transfer", mug) not in page(sam, url_of("change", mug))
    assert "?location=" not in page(sam, url_of("count", mug))


# The item's page


def test_the_items_page_proves_its_ledger(sam):
    mug = make_item(on_hand=5)

    assert "Ledger adds up (1 movement)" in page(sam, url_of("change", mug))


def test_a_balance_changed_behind_the_ledger_is_said_on_the_items_page(sam):
    mug = make_item(on_hand=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stocklevel SET on_hand = 7 WHERE item_id = %s", [mug.pk])

    shown = page(sam, url_of("change", mug))

    assert "Main: 7 on hand and 0 allocated, but the ledger adds up to 5 and 0." in shown
    assert "Ledger adds up" not in shown


def test_every_change_is_a_marker_that_says_who_and_why_and_leads_there(sam):
    mug = make_item("MUG-1")
    sam.post(url_of("receive", mug), {"quantity": 1200, "reason": "Received", "reference": "PO-7"})

    shown = page(sam, url_of("change", mug))

    act = reverse("admin:history_changeset_change", args=[StockMovement.objects.get().change_set_id])
    assert f'<a href="{act}" tabindex="-1">' in shown
    assert "warehouse · receipt · PO-7 · +1200 · 1,200 on hand</title>" in shown


def test_the_card_shows_what_changed_on_hand_oldest_first(sam):
    mug = make_item(on_hand=5)
    place_order((mug, 4))
    stock.adjust(mug, Location.default(), -1, reason="Lost")

    [(_level, card)] = sam.get(url_of("change", mug)).context["cards"]

    assert [marker.change.delta for marker in card.markers] == [5, -1]


def test_orders_that_hold_an_item_are_listed_in_their_order(sam):
    mug = make_item(on_hand=5, oversell="backorder")
    first, second = place_order((mug, 4)), place_order((mug, 3))
    make_order((mug, 9))

    holders = sam.get(url_of("change", mug)).context["holders"]

    assert [(holder.reference, holder.held, holder.waiting) for holder in holders] == [
        (first.number, 4, 0),
        (second.number, 1, 2),
    ]
    assert holders[0].url == reverse("admin:orders_order_change", args=[first.pk])


def test_the_whole_ledger_of_an_item_is_one_link_away(sam):
    mug = make_item("MUG-1", on_hand=5)
    make_item("MUG-10", on_hand=5)
    url = f"{reverse('admin:inventory_stockmovement_changelist')}?level__item={mug.pk}"

    assert url in page(sam, url_of("change", mug))
    assert sam.get(url).context["cl"].result_count == 1


def test_an_item_that_was_never_received_has_a_page(sam):
    assert "Nothing has moved yet." in page(sam, url_of("change", make_item()))


# What runs low


def low_skus(client, **query) -> list[str]:
    return [level.item.sku for level in client.get(LEVELS, {"low": "1", **query}).context["cl"].queryset]


def test_running_low_lists_what_fell_to_its_reorder_level(sam):
    for sku, on_hand, reorder_level in [("LOW", 4, 4), ("FINE", 5, 4)]:
        set_reorder_level(make_item(sku, on_hand=on_hand), reorder_level)
    stock.level_of(make_item("UNWATCHED"), Location.default())

    assert low_skus(sam) == ["LOW"]


def test_what_is_allocated_counts_as_gone(sam):
    mug = make_item("MUG-1", on_hand=9)
    set_reorder_level(mug, 5)
    place_order((mug, 4))

    assert low_skus(sam) == ["MUG-1"]


def test_up_to_twice_the_reorder_level_is_suggested(sam):
    set_reorder_level(make_item("MUG-1", on_hand=3), 8)

    assert '<td class="field-suggested">13</td>' in page(sam, f"{LEVELS}?low=1")


@pytest.mark.parametrize("words", ["mug-1", "MUG-1", " Mug"])
def test_levels_are_found_by_sku_in_any_case(sam, words):
    for sku in ("MUG-1", "TEA-1"):
        set_reorder_level(make_item(sku, on_hand=1), 8)

    assert low_skus(sam, q=words) == ["MUG-1"]


def test_only_the_reorder_level_of_a_level_is_typed(sam):
    mug = make_item("MUG-1", on_hand=5)
    url = reverse("admin:inventory_stocklevel_change", args=[level_of(mug).pk])

    answer = sam.post(url, {"reorder_level": 4, "on_hand": 99, "allocated": 3}, follow=True)

    assert "MUG-1 at Main: reorder level 4." in answer.content.decode()
    assert (figures(mug), level_of(mug).reorder_level) == ((5, 0, 5), 4)


@pytest.mark.parametrize("role", ["Sales", "Auditor"])
def test_who_only_looks_cannot_set_a_reorder_level(client, role):
    level = level_of(make_item(on_hand=5))
    sign_in(client, role)

    answer = client.post(reverse("admin:inventory_stocklevel_change", args=[level.pk]), {"reorder_level": 4})

    level.refresh_from_db()
    assert (answer.status_code, level.reorder_level) == (403, 0)


def test_the_history_of_a_level_is_its_items(sam):
    mug = make_item(on_hand=5)

    answer = sam.get(reverse("admin:inventory_stocklevel_history", args=[level_of(mug).pk]))

    assert answer.url == reverse("admin:inventory_item_history", args=[mug.pk])


def test_an_item_that_runs_low_anywhere_is_marked_in_the_list(sam, store_b):
    mug, _tea = make_item(on_hand=50), make_item(on_hand=50)
    stock.transfer(mug, Location.default(), store_b, 2, reason="Refill")
    set_reorder_level(mug, 2, store_b)

    assert page(sam, ITEMS).count("running low") == 1


# Pages ask the database as often for three as for one


def queries_of(client, url) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", [ITEMS, LEVELS, f"{LEVELS}?low=1", f"{LEVELS}?q=mug"])
def test_a_list_of_three_asks_as_often_as_a_list_of_one(sam, url):
    set_reorder_level(make_item(on_hand=5), 9)
    one = queries_of(sam, url)
    for _ in range(2):
        set_reorder_level(make_item(on_hand=5), 9)

    assert queries_of(sam, url) == one


def test_an_item_with_more_movements_locations_and_orders_asks_no_more(sam, store_b):
    def grow(location):
        stock.receive(mug, location, 5, reason="Delivery")
        place_order((mug, 1), location=location)

    mug = make_item(on_hand=5)
    grow(Location.default())
    one = queries_of(sam, url_of("change", mug))
    for location in (store_b, Location.objects.create(code="store-c", name="Store C")):
        grow(location)

    assert queries_of(sam, url_of("change", mug)) == one
