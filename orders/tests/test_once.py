"""A form is one order however often it is sent; what a second sending says otherwise is named and not saved."""

import pytest

from inventory.tests.shop import make_item
from orders.models import Order
from orders.tests.pages import ADD, typed
from orders.tests.shop import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug():
    return make_item("MUG-1", on_hand=5)


@pytest.fixture
def sent(mug):
    return typed(make_customer(), (mug, 2), _place="1", one_time_key="k1", note="Ring twice")


def second(client, sent, **changed) -> str:
    """The words of the page that the second sending leads to."""
    client.post(ADD, sent)
    response = client.post(ADD, sent | changed, follow=True)
    assert response.redirect_chain[-1][0].endswith(f"/{Order.objects.get().pk}/change/")
    return " ".join(str(message) for message in response.context["messages"])


def test_the_same_form_again_shows_the_order_that_it_made(dana, sent):
    assert (
        second(dana, sent)
        == f"{Order.objects.get().number} is placed. {Order.objects.get().number} was entered already."
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lines-0-quantity": 3}, "2 of MUG-1, now 3"),
        ({"note": "Leave it"}, "note for the warehouse “Ring twice”, now “Leave it”"),
        ({"due_date": "2030-01-02"}, "due “”, now “2030-01-02”"),
    ],
)
def test_the_same_key_with_other_words_names_the_difference_and_saves_nothing(dana, sent, changed, words):
    said = second(dana, sent, **changed)

    assert f"What was sent now differs and was not saved: {words}. Change the order here if you meant it." in said
    order = Order.objects.get()
    assert (order.note, order.lines.get().quantity) == ("Ring twice", 2)


def test_another_customer_and_another_item_are_named(dana, sent):
    tea, ada = make_item("TEA-1", on_hand=5), make_customer("Ada Berg")

    said = second(dana, sent, **{"customer": ada.pk, "lines-0-item": tea.pk})

    assert "customer Katherine Johnson, now Ada Berg; 2 of MUG-1, now 0; 0 of TEA-1, now 2" in said


def test_nonsense_under_a_used_key_is_no_error(dana, sent):
    said = second(dana, sent, **{"customer": "x", "lines-0-item": "y", "lines-0-quantity": "z"})

    assert "2 of MUG-1, now 0" in said


def test_a_form_sent_again_after_its_own_order_took_the_last_unit_shows_that_order(dana, sent, mug, monkeypatch):
    """The second waited for the locks of the first: it looked for the order before there was one."""
    from orders.entry import EntryAdmin

    sent["lines-0-quantity"] = 5
    dana.post(ADD, sent)
    look, looks = EntryAdmin._entered_already, iter([None])
    monkeypatch.setattr(EntryAdmin, "_entered_already", lambda *args: next(looks, "late") and look(*args))

    response = dana.post(ADD, sent)

    assert response.status_code == 302
    assert Order.objects.count() == 1
