"""Orders as staff enter them: through the page, with everything the server decides."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from backoffice.history.models import ChangeSet
from inventory import claims, proof
from inventory.tests.shop import figures, make_item
from notifications.models import Notification
from orders import workflow
from orders.models import Order
from orders.tests.pages import ADD, line_errors, save, typed
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db


def test_an_order_is_entered_and_placed_in_one_step(dana):
    mug, tea, katherine = make_item(on_hand=5), make_item(on_hand=9), make_customer()

    response = dana.post(ADD, typed(katherine, (mug, 5), (tea, 1), _place="1"))

    order = Order.objects.get()
    assert response.url == reverse("admin:orders_order_change", args=[order.pk])
    assert (order.status, order.entered_by.username, order.customer) == ("confirmed", "dana", katherine)
    assert (figures(mug), figures(tea)) == ((5, 5, 0), (9, 1, 8))
    assert [str(line.unit_price) for line in order.lines.all()] == ["12.50", "12.50"]
    assert proof.find_breaches("default") == []


def test_the_whole_entry_is_one_change_set_of_its_user(dana):
    mug, katherine = make_item(on_hand=5), make_customer()

    dana.post(ADD, typed(katherine, (mug, 5), _place="1"))

    acts = ChangeSet.objects.filter(source="admin")
    assert [act.user_name for act in acts] == ["dana"]
    assert acts.get().movements.count() == 1
    assert Notification.objects.get().change_set == acts.get()


def test_a_draft_holds_no_stock(dana):
    mug, katherine = make_item(on_hand=5), make_customer()

    dana.post(ADD, typed(katherine, (mug, 7), _save="1"))

    assert Order.objects.get().status == "draft"
    assert figures(mug) == (5, 0, 5)


def test_a_short_line_is_refused_at_that_line_and_nothing_is_written(dana):
    mug, tea, katherine = make_item("MUG-1", on_hand=5), make_item(on_hand=9), make_customer()

    response = dana.post(ADD, typed(katherine, (tea, 1), (mug, 6), _place="1"))

    fine, short = line_errors(response)
    assert fine == {}
    assert short["quantity"] == [
        "Only 5 of MUG-1 available at Main; 6 asked for. Reduce the quantity, or receive stock first."
    ]
    assert (Order.objects.count(), Notification.objects.count(), figures(mug)) == (0, 0, (5, 0, 5))


def test_lines_of_one_item_are_added_up_and_the_last_is_refused(dana):
    mug, katherine = make_item(on_hand=5), make_customer()

    response = dana.post(ADD, typed(katherine, (mug, 3), (mug, 3), _place="1"))

    assert [sorted(errors) for errors in line_errors(response)] == [[], ["quantity"]]


@pytest.mark.parametrize("quantity", ["0", "-1", "2147483648", "9" * 30, "1e400", "NaN", "1.5", "1,000", ""])
def test_an_impossible_quantity_is_a_form_error(dana, quantity):
    response = dana.post(ADD, typed(make_customer(), (make_item(on_hand=5), quantity), _place="1"))

    assert "quantity" in line_errors(response)[0]
    assert Order.objects.count() == 0


def test_an_order_without_lines_cannot_be_placed(dana):
    response = dana.post(ADD, typed(make_customer(), _place="1"))

    assert "Add a line first" in response.content.decode()
    assert Order.objects.count() == 0


def test_a_double_click_makes_one_order(dana):
    data = typed(make_customer(), (make_item(on_hand=5), 1), _place="1", one_time_key="k1")

    first, second = dana.post(ADD, data), dana.post(ADD, data)

    assert first.url == second.url
    assert Order.objects.count() == 1


def test_a_confirmed_order_is_edited_and_stock_follows(dana):
    mug, katherine = make_item(on_hand=5), make_customer()
    order = place_order((mug, 2), customer=katherine)
    url = reverse("admin:orders_order_change", args=[order.pk])

    save(dana, url, typed(katherine, (mug, 4, order.lines.get()), order=order, _save="1"))

    assert figures(mug) == (5, 4, 1)


def test_units_move_between_the_lines_of_an_order_in_one_save(dana):
    mug, katherine = make_item(on_hand=5), make_customer()
    order = place_order((mug, 1), (mug, 4), customer=katherine)
    first, second = order.lines.all()
    url = reverse("admin:orders_order_change", args=[order.pk])

    dana.post(url, typed(katherine, (mug, 3, first), (mug, 2, second), order=order, _save="1"))

    assert [line.allocated for line in order.lines.all()] == [3, 2]


def test_who_saves_second_is_told_and_overwrites_nothing(dana):
    mug, katherine = make_item(on_hand=5), make_customer()
    order = make_order((mug, 2), customer=katherine)
    data = typed(katherine, (mug, 4, order.lines.get()), order=order, note="Mine", _save="1")
    workflow.place(order)

    response = dana.post(reverse("admin:orders_order_change", args=[order.pk]), data)

    assert f"changed {order.number} at" in response.content.decode()
    order.refresh_from_db()
    assert (order.note, order.status, order.lines.get().quantity) == ("", "confirmed", 2)


def test_a_refusal_that_comes_only_while_saving_is_shown_at_its_line(dana, monkeypatch):
    """Someone was faster between the check of the form and the save: everything typed stays."""
    mug, katherine = make_item(on_hand=5), make_customer()
    checked = claims.make_plan
    first = iter([True])
    monkeypatch.setattr(claims, "make_plan", lambda *args: claims.Plan() if next(first, False) else checked(*args))

    response = dana.post(ADD, typed(katherine, (mug, 6), _place="1", note="Ring twice"))

    assert "quantity" in line_errors(response)[0]
    assert "Ring twice" in response.content.decode()
    assert Order.objects.count() == 0


def test_an_order_is_shipped_from_its_page_by_the_warehouse(client):
    sam = User.objects.create_user("sam", is_staff=True)
    sam.groups.add(Group.objects.get(name="Warehouse"))
    client.force_login(sam)
    mug = make_item(on_hand=5)
    order = place_order((mug, 2))

    assert "Ship everything" in client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    client.post(reverse("admin:orders_order_ship", args=[order.pk]))

    order.refresh_from_db()
    assert (order.status, figures(mug)) == ("shipped", (3, 0, 3))


def test_sales_may_cancel_but_not_ship(dana):
    mug = make_item(on_hand=5)
    order = place_order((mug, 2))

    assert dana.post(reverse("admin:orders_order_ship", args=[order.pk])).status_code == 403
    dana.post(reverse("admin:orders_order_cancel", args=[order.pk]), {"whole": "1", "seen_version": order.version})

    order.refresh_from_db()
    assert (order.status, figures(mug)) == ("cancelled", (5, 0, 5))


def test_a_step_is_a_post(dana):
    order = place_order((make_item(on_hand=5), 2))

    assert dana.get(reverse("admin:orders_order_reopen", args=[order.pk])).status_code == 405


def test_a_step_that_the_state_forbids_is_refused_in_words(dana):
    order = place_order((make_item(on_hand=5), 2))
    workflow.ship(order)

    response = dana.post(reverse("admin:orders_order_cancel", args=[order.pk]), follow=True)

    assert f"{order.number} is shipped and cannot become cancelled." in response.content.decode()


def test_the_history_page_of_an_order_shows_its_lines(dana):
    mug = make_item("MUG-7", on_hand=5)
    order = place_order((mug, 2))
    line = order.lines.get()
    line.quantity = 3
    line.save()

    page = dana.get(reverse("admin:orders_order_history", args=[order.pk])).content.decode()

    assert "MUG-7" in page
    assert '<del class="bo-old">2</del>' in page


def test_a_closed_order_can_be_read_and_not_edited(dana):
    order = place_order((make_item(on_hand=5), 2))
    workflow.ship(order)

    page = dana.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert 'name="_save"' not in page


@pytest.mark.parametrize("name", ["changelist", "change"])
def test_pages_take_the_same_queries_whatever_the_number_of_orders(dana, django_assert_max_num_queries, name):
    mug, tea = make_item(on_hand=500), make_item(on_hand=500)
    counts = []
    for orders in (1, 3):
        while Order.objects.count() < orders:
            place_order(*[(mug, 1), (tea, 1)] * orders)
        url = reverse(f"admin:orders_order_{name}", args=[] if name == "changelist" else [Order.objects.first().pk])
        dana.get(url)  # content types and the like are read once
        with django_assert_max_num_queries(40) as queries:
            dana.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_page_says_how_many_units_of_a_line_wait(dana):
    order = place_order((make_item(on_hand=3, oversell="backorder"), 5))

    page = dana.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert "3, 2 wait" in page
