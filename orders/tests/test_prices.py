"""What lines keep of their items, when the stored total is written, and that no save of anything stale undoes it."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from inventory import proof
from inventory.tests.shop import make_item
from notifications import rendering
from notifications.models import Notification
from orders import workflow
from orders.models import Order, OrderLine
from orders.rules import OrderRefused
from orders.tests.shop import make_customer, make_order, place_order

pytestmark = pytest.mark.django_db

ADD = reverse("admin:orders_order_add")


@pytest.fixture
def dana(client):
    user = User.objects.create_user("dana", is_staff=True)
    user.groups.add(Group.objects.get(name="Sales"))
    client.force_login(user)
    return client


@pytest.fixture
def mug():
    return make_item("MUG-1", on_hand=50, unit_price="10.00", tax_rate="19")


def total_of(order: Order) -> str:
    return str(Order.objects.get(pk=order.pk).total)


def rates_of(order: Order) -> list[str]:
    return [str(line.tax_rate) for line in order.lines.all()]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def typed(order: Order | None, *lines: dict, **header) -> dict:
    """What the browser posts."""
    initial = [line for line in lines if "id" in line]
    data: dict = {"customer": make_customer().pk, "lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": len(initial)}
    data |= (
        {"location": order.location_id, "seen_version": order.version, "customer": order.customer_id} if order else {}
    )
    for number, line in enumerate(lines):
        data |= {f"lines-{number}-{name}": value for name, value in line.items()}
    return data | header


# What a line keeps ----------------------------------------------------------------------------------------------------


def test_a_line_keeps_price_and_rate_whatever_becomes_of_the_item(mug):
    order = make_order((mug, 2))

    mug.unit_price, mug.tax_rate = Decimal("99"), Decimal("7")
    mug.save()
    line = order.lines.get()
    line.quantity = 3
    line.save()

    assert (str(line.unit_price), rates_of(order), total_of(order)) == ("10.00", ["19.00"], "35.70")


def test_a_price_that_changes_while_the_form_is_open_is_the_one_that_was_shown(dana, mug):
    data = typed(None, {"item": mug.pk, "quantity": 2, "unit_price": "10.00"}, _place="1")
    mug.unit_price = Decimal("12.00")
    mug.save()

    dana.post(ADD, data)

    assert total_of(Order.objects.get()) == "23.80"


def test_a_line_that_changes_its_item_takes_the_rate_of_the_new_one(mug):
    order, tea = make_order((mug, 1)), make_item("TEA-1", unit_price="4", tax_rate="7")

    line = order.lines.get()
    line.item = tea
    line.save()

    assert (rates_of(order), total_of(order)) == (["7.00"], "10.70")


def test_the_rate_of_an_order_is_that_of_all_its_lines_until_it_is_made_blank(mug):
    tea = make_item("TEA-1", unit_price="4", tax_rate="7")
    order = make_order((mug, 1), (tea, 1), tax_rate="0")
    assert (rates_of(order), total_of(order)) == (["0.00", "0.00"], "14.00")

    order.refresh_from_db()
    order.tax_rate = None
    order.save()

    assert (rates_of(order), total_of(order)) == (["19.00", "7.00"], "16.18")


def test_a_discount_leaves_the_rates_alone_that_lines_were_entered_with(mug):
    order = make_order((mug, 1))
    mug.tax_rate = Decimal(7)
    mug.save()

    order.refresh_from_db()
    order.discount_percent = Decimal(50)
    order.save()

    assert (rates_of(order), total_of(order)) == (["19.00"], "5.95")


def test_a_new_item_has_the_rate_of_the_settings(settings):
    settings.TAX_RATE = Decimal("5.50")

    assert make_item().tax_rate == Decimal("5.50")


# The stored total -----------------------------------------------------------------------------------------------------


def test_the_total_follows_every_way_to_change_a_line(mug):
    order = make_order((mug, 1), (mug, 2))
    assert total_of(order) == "35.70"

    first, second = order.lines.all()
    first.discount_percent = Decimal(10)
    first.save()
    assert total_of(order) == "34.51"
    second.delete()
    assert total_of(order) == "10.71"
    order.lines.all().delete()
    assert total_of(order) == "0.00"


def test_lines_that_change_together_are_totalled_once(mug):
    order = make_order((mug, 1))

    with workflow.editing(order):
        for _ in range(2):
            OrderLine.objects.create(order=order, item=mug, quantity=1)
        assert total_of(order) == "11.90"

    assert total_of(order) == str(order.total) == "35.70"


def test_a_stale_order_cannot_take_the_total_back(mug):
    order = make_order((mug, 1))
    stale = Order.objects.get(pk=order.pk)
    OrderLine.objects.create(order=order, item=mug, quantity=1)

    stale.note, stale.total = "Ring twice", Decimal(1)
    stale.save()

    assert total_of(order) == "23.80"


def test_a_line_that_was_read_before_its_price_changed_is_refused(mug):
    order = make_order((mug, 1))
    stale, fresh = order.lines.get(), order.lines.get()
    fresh.unit_price = Decimal("8.00")
    fresh.save()

    stale.quantity = 2
    with pytest.raises(OrderRefused, match="Nothing was saved"), transaction.atomic():
        stale.save()

    assert total_of(order) == "9.52"


def test_a_line_of_an_order_that_was_read_before_its_rate_changed_is_refused(mug):
    order = make_order((mug, 1))
    stale, fresh = Order.objects.get(pk=order.pk), Order.objects.get(pk=order.pk)
    fresh.tax_rate = Decimal(0)
    fresh.save()

    with pytest.raises(OrderRefused, match="Nothing was saved"), transaction.atomic():
        OrderLine.objects.create(order=stale, item=mug, quantity=1)

    assert (rates_of(order), total_of(order)) == (["0.00"], "10.00")


def test_an_order_that_costs_more_than_can_be_kept_is_refused_in_a_sentence(dana, mug):
    line = {"item": mug.pk, "quantity": 1_000_000_000, "unit_price": "9999999999.99"}

    response = dana.post(ADD, typed(None, line, _save="1"))

    assert "9,999,999,999,999.99 EUR is the most" in response.text
    assert not Order.objects.exists()


def test_totals_of_fifteen_digits_are_kept_to_the_cent(mug):
    order = make_order()
    OrderLine.objects.create(order=order, item=mug, quantity=1000, unit_price="9999999999.99", tax_rate=0)

    order.refresh_from_db()
    order.tax_rate = Decimal(0)
    order.save()

    assert total_of(order) == "9999999999990.00"
    assert proof.find_breaches("default") == []


@pytest.mark.parametrize(
    "change",
    [
        "inventory_item SET tax_rate = -1",
        "inventory_item SET tax_rate = 100.01",
        "orders_order SET discount_percent = 100.01",
        "orders_order SET tax_rate = -0.01",
        "orders_orderline SET discount_percent = -1",
        "orders_orderline SET tax_rate = 101",
        "orders_orderline SET unit_price = -1",
    ],
)
def test_percentages_that_cannot_be_are_refused_by_the_database_itself(mug, change):
    make_order((mug, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"UPDATE {change}")


# The proof ------------------------------------------------------------------------------------------------------------


def test_check_stock_names_the_order_whose_total_is_not_that_of_its_lines(mug):
    right, wrong = make_order((mug, 1)), make_order((mug, 2))
    assert proof.find_breaches("default") == []

    sql(f"UPDATE orders_order SET total = 1 WHERE id = {wrong.pk}")

    assert proof.find_breaches("default") == [f"{wrong.number}: its total is 1.00, but its lines add up to 23.80."]
    assert total_of(right) == "11.90"


def test_check_stock_names_an_order_without_lines_that_has_a_total():
    order = make_order()

    sql("UPDATE orders_order SET total = 5")

    assert proof.find_breaches("default") == [f"{order.number}: its total is 5.00, but its lines add up to 0.00."]


# What people see ------------------------------------------------------------------------------------------------------


def test_discounts_and_rate_are_typed_on_the_page_and_blank_is_none(dana, mug):
    line = {"item": mug.pk, "quantity": 4, "unit_price": "", "discount_percent": "25"}
    dana.post(ADD, typed(None, line, {**line, "discount_percent": ""}, discount_percent="10", _save="1"))

    order = Order.objects.get()
    assert [str(line.discount_percent) for line in order.lines.all()] == ["25.00", "0.00"]
    assert (str(order.discount_percent), order.tax_rate, total_of(order)) == ("10.00", None, "74.97")

    first, second = order.lines.all()
    kept = [
        {"id": each.pk, "order": order.pk, "item": mug.pk, "quantity": 4, "unit_price": "10"}
        for each in (first, second)
    ]
    page = reverse("admin:orders_order_change", args=[order.pk])
    dana.post(page, typed(order, *kept, discount_percent="", tax_rate="0", _save="1"))

    order.refresh_from_db()
    assert (order.discount_percent, rates_of(order), total_of(order)) == (0, ["0.00", "0.00"], "80.00")


@pytest.mark.parametrize("wrong", ["-1", "100.01", "1e400", "NaN", "1.234", "ten"])
def test_a_discount_that_is_none_is_refused_at_its_field(dana, mug, wrong):
    line = {"item": mug.pk, "quantity": 1, "unit_price": "", "discount_percent": wrong}

    response = dana.post(ADD, typed(None, line, discount_percent=wrong, tax_rate=wrong, _save="1"))

    assert set(response.context["adminform"].form.errors) == {
        "discount_percent",
        "tax_rate",
    }
    assert list(response.context["inline_admin_formsets"][0].formset.errors[0]) == ["discount_percent"]
    assert not Order.objects.exists()


def test_the_page_shows_discount_tax_by_rate_and_total(dana, mug):
    tea = make_item("TEA-1", unit_price="5.55", tax_rate="7")
    order = make_order((mug, 3), (tea, 1), discount_percent="2.5")

    page = dana.get(reverse("admin:orders_order_change", args=[order.pk])).text

    shown = page[page.index('id="totals"') : page.index("</dl>", page.index('id="totals"'))]
    for figure in ("35.55", "Discount 2.50 %", "−0.89", "Tax 7 % on 5.41", "0.38", "Tax 19 % on 29.25", "40.60 EUR"):
        assert figure in shown


def test_the_list_shows_and_sorts_totals(dana, mug):
    orders = [make_order((mug, quantity)) for quantity in (2, 1, 3)]

    url = reverse("admin:orders_order_changelist")
    column = dana.get(url).context["cl"].list_display.index("gross")
    response = dana.get(url, {"o": column})

    assert list(response.context["cl"].result_list) == [orders[1], orders[0], orders[2]]
    assert "11.90 EUR" in response.text


def test_the_mail_tells_discount_tax_and_total(mug):
    place_order((mug, 3), discount_percent="10")
    notification = Notification.objects.get()

    mail = rendering.parts_of(notification)

    for body in (mail.text, mail.html):
        for figure in ("30.00 EUR", "Discount 10 %", "−3.00 EUR", "Tax 19 % on 27.00", "5.13 EUR", "32.13 EUR"):
            assert figure in body
