"""A customer who is not in the list yet is entered on the order page and saved with the order."""

import pytest
from django.contrib.auth.models import Group, Permission

from inventory.tests.shop import figures, make_item
from orders.models import Customer, Order
from orders.tests.pages import ADD, change_url, line_errors, resent, save, typed
from orders.tests.shop import make_customer, make_order, place_order

ADA = {
    "customer": "",
    "new_customer-name": "Ada Byron",
    "new_customer-email": "ada@example.com",
    "new_customer-phone": "",
}


def form_for_ada(*lines, **extra) -> dict:
    return typed(Customer(), *lines, _place="1") | ADA | extra


def errors(response) -> dict:
    form = response.context["adminform"].form
    return {**form.errors, **form.new_customer.errors}


def test_who_is_new_is_saved_with_the_order_in_one_act(dana):
    mug = make_item(on_hand=5)

    dana.post(ADD, form_for_ada((mug, 2)))

    order = Order.objects.get()
    assert (order.customer.name, order.customer.email, order.status) == ("Ada Byron", "ada@example.com", "confirmed")
    assert order.customer.history.get().change_set_id == order.history.last().change_set_id


def test_the_rules_of_customers_hold(dana, settings):
    settings.PHONE_REGION = "GB"
    dana.post(ADD, form_for_ada((make_item(on_hand=5), 2), **{"new_customer-phone": "020 7946 0000"}))

    assert Customer.objects.get().phone == "+442079460000"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"new_customer-name": ""}, "name"),
        ({"new_customer-email": "ada"}, "email"),
        ({"new_customer-phone": "call me"}, "phone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(dana, wrong, field):
    response = dana.post(ADD, form_for_ada((make_item(on_hand=5), 2), **wrong))

    assert set(errors(response)) == {"customer", field}
    assert (Customer.objects.count(), Order.objects.count()) == (0, 0)


def test_a_refusal_leaves_no_customer_behind_and_the_answer_to_it_makes_one(dana):
    mug = make_item(on_hand=3)

    refused = dana.post(ADD, form_for_ada((mug, 5)))
    left = Customer.objects.count()
    dana.post(ADD, resent(refused, _answer="place set lines-0 3") | ADA)

    assert "quantity" in line_errors(refused)[0]
    assert left == 0
    assert Order.objects.get().customer == Customer.objects.get()
    assert figures(mug) == (3, 3, 0)


def test_the_form_that_comes_back_says_who_will_be_told(dana):
    refused = dana.post(ADD, form_for_ada((make_item(on_hand=1), 5)))

    assert refused.context["told_line"] == "Told: Ada Byron by email (ada@example.com)"


def test_the_same_form_twice_is_one_customer_and_one_order(dana):
    form = form_for_ada((make_item(on_hand=9), 2), one_time_key="once")

    dana.post(ADD, form)
    answer = dana.post(ADD, form, follow=True)

    assert (Customer.objects.count(), Order.objects.count()) == (1, 1)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "info"]


def test_a_second_form_with_another_new_name_names_the_difference(dana):
    form = form_for_ada((make_item(on_hand=9), 2), one_time_key="once")

    dana.post(ADD, form)
    answer = dana.post(ADD, form | {"new_customer-name": "Max Byron"}, follow=True)

    assert "customer Ada Byron, now Max Byron" in str(list(answer.context["messages"])[-1])


def test_chosen_and_entered_is_one_too_many(dana):
    chosen = make_customer()

    response = dana.post(ADD, form_for_ada((make_item(on_hand=5), 2), customer=chosen.pk))

    assert errors(response) == {"customer": ["Choose a customer or enter a new one, not both."]}
    assert Customer.objects.get() == chosen


def test_nobody_at_all_is_refused(dana):
    response = dana.post(ADD, typed(Customer(), (make_item(on_hand=5), 2), _place="1") | {"customer": ""})

    assert errors(response) == {"customer": ["This field is required."]}


def test_an_order_goes_over_to_somebody_new(dana):
    order = make_order((make_item(on_hand=5), 1))
    line = order.lines.get()

    dana.post(change_url(order), typed(Customer(), (line.item, 1, line), order=order, _save="1") | ADA)

    assert Order.objects.get().customer.name == "Ada Byron"


def test_a_preview_makes_no_customer_and_its_confirmation_makes_one(dana):
    order = place_order((make_item(on_hand=5), 1))
    line = order.lines.get()
    form = typed(Customer(), (line.item, 2, line), order=order, _save="1") | ADA

    shown = dana.post(change_url(order), form)
    counts = [Customer.objects.count()]
    save(dana, change_url(order), form)
    counts.append(Customer.objects.count())

    assert shown.context["preview"]
    assert counts == [1, 2]


def test_who_may_not_add_customers_is_offered_nothing_and_posts_in_vain(dana):
    Group.objects.get(name="Sales").permissions.remove(Permission.objects.get(codename="add_customer"))

    response = dana.post(ADD, form_for_ada((make_item(on_hand=5), 2)))

    assert response.context["adminform"].form.errors == {"customer": ["This field is required."]}
    assert "new-customer" not in dana.get(ADD).content.decode()
    assert Customer.objects.count() == 0
