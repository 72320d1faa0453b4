"""A shortage is answered where it stands: each answer is a button that does it and goes on with what was wanted."""

import pytest

from inventory import proof, stock
from inventory.models import Location
from inventory.tests.shop import figures, make_item
from orders import workflow
from orders.models import Order
from orders.tests.pages import ADD, buttons, change_url, formset_of, line_errors, resent, typed
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return Location.objects.create(code="b", name="Store B")


def lines_of(order: Order) -> list[tuple]:
    return [
        (line.item.sku, line.quantity, line.allocated, line.location and line.location.name)
        for line in order.lines.select_related("item", "location")
    ]


def press(client, response, label: str, url: str = ADD, **extra):
    """Presses the button that says so on the page that came back."""
    return client.post(url, resent(response, _answer=buttons(response)[label], **extra))


def test_a_short_line_offers_what_can_be_done_about_it(mia, store):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    stock.receive(mug, store, 2, reason="Delivery")

    response = mia.post(ADD, typed(katherine, (mug, 5), _place="1"))

    assert list(buttons(response)) == ["Set to 3", "Take 2 from Store B", "Backorder 2"]
    assert all(f'value="{value}"' in response.content.decode() for value in buttons(response).values())
    assert "Store B has 2 now." in line_errors(response)[0]["quantity"][0]


def test_other_places_that_have_too_little_are_not_offered_and_who_may_not_override_is_not_asked(dana, store):
    mug = make_item("MUG-1", on_hand=3)
    stock.receive(mug, store, 1, reason="Delivery")

    response = dana.post(ADD, typed(make_customer(), (mug, 5), _place="1"))

    assert list(buttons(response)) == ["Set to 3"]
    assert 'name="lines-0-because"' not in response.content.decode()


def test_set_to_places_the_order_with_what_there_is(dana):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    refused = dana.post(ADD, typed(katherine, (mug, 5), _place="1", note="Ring twice"))

    press(dana, refused, "Set to 3")

    order = Order.objects.get()
    assert (order.status, order.note, lines_of(order)) == ("confirmed", "Ring twice", [("MUG-1", 3, 3, None)])


def test_a_line_that_nothing_is_available_for_is_removed(dana):
    mug, tea, katherine = make_item(), make_item("TEA-1", on_hand=3), make_customer()
    refused = dana.post(ADD, typed(katherine, (mug, 5), (tea, 1), _place="1"))

    press(dana, refused, "Remove this line")

    assert lines_of(Order.objects.get()) == [("TEA-1", 1, 1, None)]


def test_take_from_another_place_splits_the_line(dana, store):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    stock.receive(mug, store, 2, reason="Delivery")
    data = typed(katherine, (mug, 5), _place="1") | {"lines-0-unit_price": "9.99", "lines-0-discount_percent": "10"}

    press(dana, dana.post(ADD, data), "Take 2 from Store B")

    order = Order.objects.get()
    assert lines_of(order) == [("MUG-1", 3, 3, None), ("MUG-1", 2, 2, "Store B")]
    assert [(str(line.unit_price), str(line.discount_percent)) for line in order.lines.all()] == [("9.99", "10.00")] * 2
    assert (figures(mug), figures(mug, store)) == ((3, 3, 0), (2, 2, 0))
    assert proof.find_breaches("default") == []


def test_a_line_that_nothing_is_there_for_moves_as_a_whole(dana, store):
    mug, katherine = make_item("MUG-1"), make_customer()
    stock.receive(mug, store, 5, reason="Delivery")
    refused = dana.post(ADD, typed(katherine, (mug, 5), _place="1"))

    press(dana, refused, "Take 5 from Store B")

    assert lines_of(Order.objects.get()) == [("MUG-1", 5, 5, "Store B")]


def test_backorder_lets_the_line_wait_for_a_reason_that_stays(mia):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    refused = mia.post(ADD, typed(katherine, (mug, 5), _place="1"))

    press(mia, refused, "Backorder 2", **{"lines-0-because": "Promised by phone"})

    line = Order.objects.get().lines.get()
    assert (line.quantity, line.allocated, line.waiting) == (5, 3, 2)
    assert (line.backorder, line.backorder_reason) == (True, "Promised by phone")
    assert proof.find_breaches("default") == []


def test_backorder_needs_a_reason(mia):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    refused = mia.post(ADD, typed(katherine, (mug, 5), _place="1"))

    again = press(mia, refused, "Backorder 2", **{"lines-0-because": "  "})

    assert "Say why this line may wait." in line_errors(again)[0]["quantity"]
    assert Order.objects.count() == 0


def test_who_may_not_override_cannot_post_it_either(dana):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    data = typed(katherine, (mug, 5), _answer="place wait lines-0") | {"lines-0-because": "Please"}

    response = dana.post(ADD, data)

    assert "You may not let a line wait" in response.content.decode()
    assert Order.objects.count() == 0


def test_several_short_lines_are_answered_one_after_the_other(mia):
    mug, tea, katherine = make_item("MUG-1", on_hand=3), make_item("TEA-1", on_hand=1), make_customer()
    refused = mia.post(ADD, typed(katherine, (mug, 5), (tea, 2), _place="1"))

    still = press(mia, refused, "Backorder 2", **{"lines-0-because": "Promised"})
    assert [short.prefix for short in formset_of(still).shorts] == ["lines-1"]
    assert Order.objects.count() == 0
    press(mia, still, "Set to 1")

    assert lines_of(Order.objects.get()) == [("MUG-1", 5, 3, None), ("TEA-1", 1, 1, None)]


def test_override_lets_all_short_lines_wait_and_no_other(mia):
    mug, tea, cup = make_item("MUG-1", on_hand=3), make_item("TEA-1", on_hand=1), make_item("CUP-1", on_hand=9)
    refused = mia.post(ADD, typed(make_customer(), (mug, 5), (cup, 1), (tea, 2), _place="1"))

    press(mia, refused, "Override", override_reason="The lorry is here")

    lines = Order.objects.get().lines.all()
    assert [(line.allocated, line.backorder) for line in lines] == [(3, True), (1, False), (1, True)]


def test_two_lines_of_one_item_are_told_what_is_left_for_each(dana):
    mug = make_item("MUG-1", on_hand=5)

    response = dana.post(ADD, typed(make_customer(), (mug, 3), (mug, 3), (mug, 3), _place="1"))

    assert list(buttons(response)) == ["Set to 2", "Remove this line"]


def test_a_line_that_was_partly_shipped_keeps_what_left(dana):
    mug, katherine = make_item("MUG-1", on_hand=5), make_customer()
    order = place_order((mug, 3), customer=katherine)
    workflow.ship(order, {order.lines.get().pk: 2})
    order.refresh_from_db()
    data = typed(katherine, (mug, 9, order.lines.get()), order=order, _save="1")

    assert list(buttons(dana.post(change_url(order), data))) == ["Set to 5"]


def test_an_answer_that_was_overtaken_comes_back_with_a_new_one(dana):
    mug, katherine = make_item("MUG-1", on_hand=3), make_customer()
    refused = dana.post(ADD, typed(katherine, (mug, 5), _place="1"))
    place_order((mug, 2))

    again = press(dana, refused, "Set to 3")

    assert list(buttons(again)) == ["Set to 1"]
    assert "holds 2" in line_errors(again)[0]["quantity"][0]


@pytest.mark.parametrize(
    "value", ["", "place", "steal set lines-0 3", "place burn lines-0", "place set", "save take x"]
)
def test_an_answer_that_nobody_offers_is_a_bad_request(dana, value):
    response = dana.post(ADD, typed(make_customer(), (make_item(on_hand=3), 5), _answer=value))

    assert response.status_code == 400
    assert Order.objects.count() == 0


def test_the_location_of_a_line_is_asked_only_where_there_are_several(dana):
    assert "lines-0-location" not in dana.get(ADD).content.decode()

    Location.objects.create(code="b", name="Store B")

    assert "lines-0-location" in dana.get(ADD).content.decode()


def test_choosing_among_locations_takes_no_query_for_each_line(dana, django_assert_max_num_queries):
    Location.objects.create(code="b", name="Store B")
    mug, counts = make_item("MUG-1", on_hand=200), []
    for lines in (1, 50):
        order = place_order(*[(mug, 1)] * lines)
        dana.get(change_url(order))
        with django_assert_max_num_queries(60) as queries:
            dana.get(change_url(order))
        counts.append(len(queries))

    assert counts[0] == counts[1]
