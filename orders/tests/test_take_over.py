"""Two people change one order: the second sees both versions, chooses, and saves on top. Nothing is lost."""

import pytest

from backoffice.history.change_sets import change_set
from inventory import proof, stock
from inventory.models import Location
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.entry import EntryAdmin
from orders.models import Order, OrderLine
from orders.tests.pages import change_url, save, typed
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    return make_item("MUG-1", on_hand=9)


@pytest.fixture
def tea():
    return make_item("TEA-1", on_hand=9)


@pytest.fixture
def order(mug, tea):
    """A draft of two mugs and one tea, as both people opened it."""
    with change_set("command"):
        return make_order((mug, 2), (tea, 1), customer=make_customer())


@pytest.fixture
def seen(order):
    """What the second person's browser would post: nothing changed yet."""
    return posted(order)


def posted(order: Order, **extra) -> dict:
    lines = [(line.item, line.quantity, line) for line in order.lines.select_related("item")]
    data = typed(order.customer, *lines, order=order, _save="1", note=order.note, **extra)
    return data | {f"lines-{n}-unit_price": line[2].unit_price for n, line in enumerate(lines)}


def by_mia(mia, order: Order, **changes):
    """The first person saves; the second has not looked again."""
    fresh = Order.objects.get(pk=order.pk)
    response = save(mia, change_url(order), posted(fresh) | changes)
    assert response.status_code == 302


def shown(response) -> dict[str, tuple[str, str, str]]:
    assert response.status_code == 409
    differences = response.context["take_over"].differences
    return {each.label: (each.theirs, each.mine, each.chosen) for each in differences}


def chosen(response, **choices) -> dict:
    """What the page posts: all that was typed, and a choice for each difference."""
    take_over = response.context["take_over"]
    by_label = {each.label: each for each in take_over.differences}
    picks = {each.name: each.chosen for each in take_over.differences if each.chosen}
    picks |= {by_label[label].name: choice for label, choice in choices.items()}
    radios = {f"_take-{name}": choice for name, choice in picks.items()}
    return dict(take_over.carried) | {"_take_over": response.context["version"]} | radios


def lines_of(order: Order) -> list[tuple[str, int]]:
    return [(line.item.sku, line.quantity) for line in order.lines.select_related("item")]


def test_what_only_one_of_them_changed_is_kept_from_that_one(dana, mia, order, seen):
    by_mia(mia, order, note="Ring twice")

    page = dana.post(change_url(order), seen | {"address": "1 Mill Lane"})

    assert shown(page) == {
        "Note for the warehouse": ("Ring twice", "", "theirs"),
        "Ship to": ("", "1 Mill Lane", "mine"),
    }
    dana.post(change_url(order), chosen(page))
    order.refresh_from_db()
    assert (order.note, order.address) == ("Ring twice", "1 Mill Lane")


def test_what_both_changed_must_be_chosen(dana, mia, order, seen):
    by_mia(mia, order, note="Ring twice")

    page = dana.post(change_url(order), seen | {"note": "Leave at the door"})
    assert shown(page) == {"Note for the warehouse": ("Ring twice", "Leave at the door", "")}
    again = dana.post(change_url(order), chosen(page))
    assert shown(again) == shown(page)
    dana.post(change_url(order), chosen(page, **{"Note for the warehouse": "mine"}))

    order.refresh_from_db()
    assert order.note == "Leave at the door"


def test_theirs_can_be_chosen_where_only_mine_changed(dana, mia, order, seen):
    by_mia(mia, order, note="Ring twice")
    page = dana.post(change_url(order), seen | {"address": "1 Mill Lane"})

    dana.post(change_url(order), chosen(page, **{"Ship to": "theirs", "Note for the warehouse": "mine"}))

    order.refresh_from_db()
    assert (order.note, order.address) == ("", "")


def test_the_page_says_who_did_what_since(dana, mia, order, seen):
    by_mia(mia, order, **{"lines-0-quantity": 3})

    page = dana.post(change_url(order), seen | {"note": "Mine"})

    assert f"mia changed {order.number} at" in page.content.decode()
    [line_change, order_change] = sorted(page.context["entries"], key=lambda entry: entry.what == "")
    assert (line_change.who, line_change.changes) == ("mia", (("Quantity", "2", "3"),))
    assert order_change.who == "mia"


def test_quantities_of_different_lines_are_merged(dana, mia, order, seen):
    by_mia(mia, order, **{"lines-0-quantity": 3})

    page = dana.post(change_url(order), seen | {"lines-1-quantity": 4})

    assert shown(page) == {
        "MUG-1 Mug MUG-1 · Quantity": ("3", "2", "theirs"),
        "TEA-1 Mug TEA-1 · Quantity": ("1", "4", "mine"),
    }
    dana.post(change_url(order), chosen(page))
    assert lines_of(order) == [("MUG-1", 3), ("TEA-1", 4)]


def test_a_quantity_that_both_changed_must_be_chosen(dana, mia, order, seen):
    by_mia(mia, order, **{"lines-0-quantity": 3})

    page = dana.post(change_url(order), seen | {"lines-0-quantity": 5})

    assert shown(page) == {"MUG-1 Mug MUG-1 · Quantity": ("3", "5", "")}
    dana.post(change_url(order), chosen(page, **{"MUG-1 Mug MUG-1 · Quantity": "theirs"}))
    assert lines_of(order) == [("MUG-1", 3), ("TEA-1", 1)]


def test_lines_that_they_added_stay_and_so_do_mine(dana, mia, order, seen):
    cup, pot = make_item("CUP-1", on_hand=9), make_item("POT-1", on_hand=9)
    by_mia(mia, order, **new_line(2, cup, 1))

    page = dana.post(change_url(order), seen | new_line(2, pot, 2))

    assert shown(page) == {
        "CUP-1 Mug CUP-1": ("1 × CUP-1 Mug CUP-1", "", "theirs"),
        "2 × POT-1 Mug POT-1": ("", "2 × POT-1 Mug POT-1", "mine"),
    }
    dana.post(change_url(order), chosen(page))
    assert lines_of(order) == [("MUG-1", 2), ("TEA-1", 1), ("CUP-1", 1), ("POT-1", 2)]


def new_line(number: int, item, quantity: int) -> dict:
    fields = {"item": item.pk, "quantity": quantity, "unit_price": ""}
    return {"lines-TOTAL_FORMS": number + 1} | {f"lines-{number}-{name}": value for name, value in fields.items()}


def test_a_line_that_they_removed_stays_away_unless_i_had_changed_it(dana, mia, order, seen):
    by_mia(mia, order, **{"lines-1-DELETE": "on"})

    untouched = dana.post(change_url(order), seen | {"note": "Mine"})
    changed = dana.post(change_url(order), seen | {"lines-1-quantity": 4})

    assert shown(untouched)["1 × TEA-1 Mug TEA-1"] == ("", "1 × TEA-1 Mug TEA-1", "theirs")
    assert shown(changed) == {"4 × TEA-1 Mug TEA-1": ("", "4 × TEA-1 Mug TEA-1", "")}
    dana.post(change_url(order), chosen(changed, **{"4 × TEA-1 Mug TEA-1": "mine"}))
    assert lines_of(order) == [("MUG-1", 2), ("TEA-1", 4)]


def test_a_line_that_i_removed_goes_unless_they_had_changed_it(dana, mia, order, seen):
    by_mia(mia, order, **{"lines-0-quantity": 3})

    page = dana.post(change_url(order), seen | {"lines-0-DELETE": "on", "lines-1-DELETE": "on"})

    assert shown(page) == {
        "MUG-1 Mug MUG-1": ("3 × MUG-1 Mug MUG-1", "", ""),
        "TEA-1 Mug TEA-1": ("1 × TEA-1 Mug TEA-1", "", "mine"),
    }
    dana.post(change_url(order), chosen(page, **{"MUG-1 Mug MUG-1": "mine"}) | {"lines-9-item": ""})
    assert lines_of(order) == []


def test_an_order_that_changed_again_while_choosing_is_shown_again(dana, mia, order, seen):
    by_mia(mia, order, note="Ring twice")
    page = dana.post(change_url(order), seen | {"address": "1 Mill Lane"})
    by_mia(mia, order, note="Ring thrice")

    again = dana.post(change_url(order), chosen(page))

    assert shown(again)["Note for the warehouse"] == ("Ring thrice", "", "theirs")
    order.refresh_from_db()
    assert order.address == ""


def test_who_is_overtaken_while_waiting_for_the_locks_sees_the_page_too(dana, mia, order, seen, monkeypatch):
    """The version was looked at before the first person's save was committed, and again under the lock."""
    by_mia(mia, order, note="Ring twice")
    look, looks = EntryAdmin._take_over, iter([None])
    monkeypatch.setattr(EntryAdmin, "_take_over", lambda *args: next(looks, "late") and look(*args))

    page = dana.post(change_url(order), seen | {"address": "1 Mill Lane"})

    assert shown(page)["Ship to"] == ("", "1 Mill Lane", "mine")
    order.refresh_from_db()
    assert order.address == ""


def test_changes_that_are_there_already_are_not_saved_twice(dana, mia, order, seen):
    by_mia(mia, order, note="Ring twice")

    response = dana.post(change_url(order), seen | {"note": "Ring twice"}, follow=True)

    assert f"{order.number} has these changes already." in response.content.decode()
    order.refresh_from_db()
    assert order.version == 1


def test_an_order_that_was_placed_meanwhile_previews_what_is_merged(dana, order, seen, mug):
    with change_set("command"):
        workflow.place(order)
    page = dana.post(change_url(order), seen | {"lines-0-quantity": 5})

    preview = dana.post(change_url(order), chosen(page))
    assert preview.context["preview"].moves[0].difference == 3
    save(dana, change_url(order), chosen(page))

    assert figures(mug) == (9, 5, 4)
    assert proof.find_breaches("default") == []


def test_an_order_that_was_shipped_meanwhile_shows_what_differs_and_cannot_be_saved(dana, order, seen):
    with change_set("command"):
        workflow.place(order)
        workflow.ship(order)

    page = dana.post(change_url(order), seen | {"note": "Mine"})

    assert shown(page) == {"Note for the warehouse": ("", "Mine", "mine")}
    assert "It cannot be changed any more." in page.content.decode()
    assert "Save what is chosen" not in page.content.decode()
    dana.post(change_url(order), chosen(page))
    order.refresh_from_db()
    assert order.note == ""


def test_a_line_served_from_elsewhere_is_a_difference_too(dana, mia, order, seen, mug):
    store = Location.objects.create(code="b", name="Store B")
    stock.receive(mug, store, 9, reason="Delivery")
    by_mia(mia, order, **{"lines-0-location": store.pk})

    page = dana.post(change_url(order), seen | {"lines-0-quantity": 3})

    assert shown(page)["MUG-1 Mug MUG-1 · From"] == ("Store B", "", "theirs")
    dana.post(change_url(order), chosen(page))
    line = OrderLine.objects.get(item=mug)
    assert (line.quantity, line.location) == (3, store)


def test_placing_goes_on_after_the_choice(dana, mia, order, seen):
    by_mia(mia, order, note="Ring twice")
    data = {name: value for name, value in seen.items() if name != "_save"} | {"_place": "1"}

    page = dana.post(change_url(order), data)
    dana.post(change_url(order), chosen(page))

    order.refresh_from_db()
    assert (order.status, order.note) == ("confirmed", "Ring twice")


def test_who_may_not_edit_sees_no_versions(order, seen, mia):
    from orders.tests.pages import sign_in

    sam = sign_in("sam", "Warehouse")
    by_mia(mia, order, note="Ring twice")

    assert sam.post(change_url(order), seen).status_code == 403


def test_a_short_line_is_answered_after_the_choice(dana, mia, order, seen, mug):
    by_mia(mia, order, note="Ring twice")
    place_order((mug, 8))
    data = {name: value for name, value in seen.items() if name != "_save"} | {"_place": "1"}

    page = dana.post(change_url(order), data)
    short = dana.post(change_url(order), chosen(page))

    assert [each.fits for each in short.context["inline_admin_formsets"][0].formset.shorts] == [1]
    assert "Ring twice" in short.content.decode()


def test_the_page_takes_the_same_queries_whatever_the_number_of_lines(
    dana, mia, mug, tea, django_assert_max_num_queries
):
    counts = []
    for lines in (1, 20):
        with change_set("command"):
            order = make_order(*[(mug, 1)] * lines, customer=make_customer())
        data = posted(order) | new_line(lines, tea, 1) | {"note": "Mine"}
        by_mia(mia, order, note="Ring twice", **{f"lines-{n}-quantity": 2 for n in range(lines)})
        dana.post(change_url(order), data)
        with django_assert_max_num_queries(60) as queries:
            page = dana.post(change_url(order), data)
        assert len(shown(page)) > 1
        counts.append(len(queries))

    assert counts[0] == counts[1]
