"""What an event writes into the outbox: a row and a task for each recipient, with the event or not at all."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django_ox.models import OxTask

from backoffice.history.change_sets import change_set
from inventory import stock
from inventory.models import Location
from inventory.rules import StockRefused
from inventory.tests.shop import level_of, make_item
from notifications.models import Notification, Rule, Suppression
from notifications.suppression import suppress
from orders import told, workflow
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db


def written() -> list[tuple[str, str, str]]:
    return list(Notification.objects.order_by("pk").values_list("event", "recipient", "state"))


def mail_tasks() -> list[list[int]]:
    return [task.args for task in OxTask.objects.filter(queue_name="mail").order_by("enqueued_at")]


def events() -> list[str]:
    return [event for event, _recipient, _state in written()]


def make_staff(name: str, role: str) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


# Orders ---------------------------------------------------------------------------------------------------------------


def test_confirming_an_order_writes_the_message_and_its_task():
    order = place_order((make_item(on_hand=5), 2))

    notification = Notification.objects.get()
    assert written() == [("order_confirmed", "katherine@example.com", "queued")]
    assert (notification.order, notification.channel) == (order, "email")
    assert mail_tasks() == [[notification.pk]]


def test_an_order_that_is_refused_leaves_no_message_and_no_task():
    order = make_order((make_item(), 2))

    with pytest.raises(StockRefused), transaction.atomic():
        workflow.place(order)

    assert (written(), mail_tasks()) == ([], [])


def test_a_first_save_and_a_draft_that_changes_tell_nobody():
    order = make_order((make_item(), 2))

    order.address = "1 Mill Lane"
    order.save()

    assert written() == []


def test_saving_the_same_state_again_tells_nobody():
    order = place_order((make_item(on_hand=5), 2))

    order.save()
    workflow.place(order)

    assert events() == ["order_confirmed"]


def test_a_note_for_the_warehouse_is_no_change_of_what_was_ordered():
    order = place_order((make_item(on_hand=5), 2))

    order.note = "Ring twice"
    order.save()

    assert events() == ["order_confirmed"]


def test_an_act_that_changes_several_things_of_an_order_is_told_once():
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))

    with change_set("admin"), workflow.editing(order):
        order.address = "1 Mill Lane"
        order.save()
        for line in order.lines.all():
            line.quantity += 1
            line.save()

    assert events() == ["order_confirmed", "order_changed"]


def test_the_next_act_that_changes_it_is_told_again():
    order = place_order((make_item(on_hand=5), 2))

    for quantity in (3, 4):
        with change_set("admin"):
            line = order.lines.get()
            line.quantity = quantity
            line.save()

    assert events() == ["order_confirmed", "order_changed", "order_changed"]


def test_taking_a_line_off_a_confirmed_order_changes_it():
    order = place_order((make_item(on_hand=5), 2), (make_item(on_hand=5), 1))

    order.lines.last().delete()

    assert events() == ["order_confirmed", "order_changed"]


def test_a_shipment_is_told_with_what_left():
    mug = make_item("MUG-1", on_hand=5)
    order = place_order((mug, 3), (make_item("CUP-1", on_hand=5), 1))
    line = order.lines.get(item=mug)

    workflow.ship(order, {line.pk: 2})
    workflow.ship(order)

    first, second = Notification.objects.filter(event="order_shipped").order_by("pk")
    assert first.facts == {"shipped": [{"quantity": 2, "name": "Mug MUG-1", "sku": "MUG-1"}]}
    assert {line["sku"]: line["quantity"] for line in second.facts["shipped"]} == {"MUG-1": 1, "CUP-1": 1}


def test_a_cancellation_is_told_once_and_of_a_draft_not_at_all():
    order, draft = place_order((make_item(on_hand=5), 2)), make_order((make_item(), 1))

    for each in (order, order, draft):
        workflow.cancel(each)

    assert events() == ["order_confirmed", "order_cancelled"]


def test_placing_again_after_a_cancellation_is_another_event():
    order = place_order((make_item(on_hand=5), 2))

    workflow.cancel(order)
    workflow.reopen(order)
    workflow.place(order)

    assert events() == ["order_confirmed", "order_cancelled", "order_confirmed"]


def test_who_waits_is_told_when_it_arrives():
    mug = make_item("MUG-1", on_hand=1, oversell="backorder")
    order = place_order((mug, 3))
    stock.receive(mug, Location.default(), 5, reason="Delivery")

    workflow.settle_waiting(order.pk)
    workflow.settle_waiting(order.pk)

    arrived = Notification.objects.get(event="backorder_arrived")
    assert arrived.facts == {"shipped": [{"quantity": 2, "name": "Mug MUG-1", "sku": "MUG-1"}]}


def test_who_has_to_wait_because_less_was_on_the_shelf_is_told():
    mug = make_item(on_hand=5)
    place_order((mug, 5))

    stock.count(mug, Location.default(), 3, "Stocktake", release_newest=True)

    assert events() == ["order_confirmed", "order_changed"]


# Whom, and by what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "addresses"),
    [
        ({"told": "email"}, ["katherine@example.com"]),
        ({"told": "text"}, ["+442079460000"]),
        ({"told": "both"}, ["+442079460000", "katherine@example.com"]),
        ({"told": "not"}, []),
        ({"told": "email", "email": ""}, []),
        ({"told": "text", "phone": ""}, []),
    ],
)
def test_customers_are_told_on_the_way_they_chose(fields, addresses):
    customer = make_customer(**{"phone": "+442079460000", **fields})

    place_order((make_item(on_hand=5), 2), customer=customer)

    assert sorted(Notification.objects.values_list("recipient", flat=True)) == addresses


def test_low_stock_reaches_the_warehouse_without_subscribing():
    make_staff("sam", "Warehouse")
    make_staff("dana", "Sales")
    mug = make_item("MUG-1", on_hand=5)
    level = level_of(mug)
    level.reorder_level = 4
    level.save()

    stock.adjust(mug, Location.default(), -2, "Broken")

    notification = Notification.objects.get()
    assert (notification.event, notification.recipient) == ("stock_ran_low", "sam@example.com")
    assert notification.facts["items"][0]["available"] == 3
    assert list(mug.notifications.all()) == [notification]


def test_a_rule_that_is_off_tells_nobody():
    rule = Rule.objects.get(event="order_confirmed", channel="email")
    rule.is_on = False
    rule.save()

    place_order((make_item(on_hand=5), 2))

    assert written() == []


def test_one_person_named_by_two_rules_hears_once():
    sam = make_staff("sam", "Warehouse")
    Rule.objects.create(event="order_confirmed", audience="person", person=sam, frequency="daily")
    Rule.objects.create(event="order_confirmed", audience="role", role=Group.objects.get(name="Warehouse"))

    place_order((make_item(on_hand=5), 2))

    assert ("order_confirmed", "sam@example.com", "queued") in written()
    assert Notification.objects.filter(recipient="sam@example.com").count() == 1


def test_who_left_or_has_no_address_is_not_told():
    Rule.objects.create(event="order_confirmed", audience="role", role=Group.objects.get(name="Warehouse"))
    make_staff("sam", "Warehouse")
    User.objects.update(is_active=False)
    User.objects.create_user("max").groups.add(Group.objects.get(name="Warehouse"))

    place_order((make_item(on_hand=5), 2))

    assert events() == ["order_confirmed"]


def test_a_digest_rule_holds_the_message():
    Rule.objects.create(
        event="order_confirmed", audience="person", person=make_staff("mia", "Manager"), frequency="daily"
    )

    place_order((make_item(on_hand=5), 2))

    assert ("order_confirmed", "mia@example.com", "held") in written()
    assert len(mail_tasks()) == 1


def test_a_suppressed_address_gets_nothing_and_that_is_on_record():
    suppress("email", "Katherine@example.com", Suppression.Reason.BOUNCED)

    place_order((make_item(on_hand=5), 2))

    assert written() == [("order_confirmed", "katherine@example.com", "suppressed")]
    assert mail_tasks() == []


def test_who_unsubscribed_still_hears_of_what_was_ordered():
    suppress("email", "katherine@example.com", Suppression.Reason.UNSUBSCRIBED)
    mug = make_item(on_hand=1, oversell="backorder")

    order = place_order((mug, 3))
    stock.receive(mug, Location.default(), 5, reason="Delivery")
    workflow.settle_waiting(order.pk)

    assert [(event, state) for event, _recipient, state in written()] == [
        ("order_confirmed", "queued"),
        ("backorder_arrived", "suppressed"),
    ]


def test_telling_switched_off_is_on_record():
    with told.choosing(False):
        place_order((make_item(on_hand=5), 2))

    assert written() == [("order_confirmed", "katherine@example.com", "withheld")]
    assert mail_tasks() == []


def test_staff_who_got_many_within_the_hour_get_the_rest_together(settings):
    settings.NOTIFICATIONS_AN_HOUR = 2
    make_staff("sam", "Warehouse")
    for _number in range(3):
        mug = make_item(on_hand=5)
        level = level_of(mug)
        level.reorder_level = 4
        level.save()
        with change_set("admin"):
            stock.adjust(mug, Location.default(), -2, "Broken")

    assert [state for _event, _recipient, state in written()] == ["queued", "queued", "held"]
