"""Totals against exact arithmetic: every figure is computed a second time with fractions, another way."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.models import MAX_QUANTITY
from orders.models import Order, OrderLine
from orders.totals import compute, line_amount, spread

percents = st.decimals(0, 100, places=2)
lines = st.builds(
    OrderLine,
    quantity=st.integers(1, 500) | st.just(MAX_QUANTITY),
    unit_price=st.decimals(0, 5000, places=2) | st.just(Decimal("9999999999.99")),
    discount_percent=st.just(Decimal(0)) | percents,
    tax_rate=st.sampled_from([Decimal(0), Decimal("7"), Decimal("19"), Decimal("5.50")]) | percents,
)


def line(quantity: int, price: str, discount: str = "0", rate: str = "0") -> OrderLine:
    figures = {"unit_price": Decimal(price), "discount_percent": Decimal(discount), "tax_rate": Decimal(rate)}
    return OrderLine(quantity=quantity, **figures)


def cents(exact: Fraction) -> int:
    """To whole cents, half up."""
    return floor(exact * 100 + Fraction(1, 2))


def exact_amount(line: OrderLine) -> Fraction:
    return line.quantity * Fraction(line.unit_price) * (1 - Fraction(line.discount_percent) / 100)


def in_cents(amount: Decimal) -> int:
    assert amount == round(amount, 2)
    return int(amount * 100)


@given(st.lists(lines, max_size=12), percents)
@example([], Decimal(10))
@example([line(1, "0.01", "50")], Decimal(50))
def test_totals_are_those_of_exact_arithmetic(lines, discount):
    totals = compute(lines, discount)

    amounts = [cents(exact_amount(line)) for line in lines]
    assert [in_cents(line_amount(line)) for line in lines] == amounts
    assert totals.units == sum(line.quantity for line in lines)
    assert in_cents(totals.subtotal) == sum(amounts)
    assert in_cents(totals.discount) == cents(Fraction(sum(amounts), 100) * Fraction(discount) / 100)
    for tax in totals.taxes:
        assert in_cents(tax.tax) == cents(Fraction(tax.net) * Fraction(tax.rate) / 100)
    assert totals.tax == sum(tax.tax for tax in totals.taxes)
    assert totals.total == totals.subtotal - totals.discount + totals.tax


@given(st.lists(lines, min_size=1, max_size=12), percents)
def test_the_lines_add_up_to_the_order_to_the_cent(lines, discount):
    totals = compute(lines, discount)

    assert sum(tax.net for tax in totals.taxes) == totals.net == totals.subtotal - totals.discount
    weights = [in_cents(line_amount(line)) for line in lines]
    shares = spread(in_cents(totals.discount), weights)
    nets: dict[Decimal, int] = defaultdict(int)
    for line, weight, share in zip(lines, weights, shares, strict=True):
        nets[line.tax_rate] += weight - share
    assert {tax.rate: in_cents(tax.net) for tax in totals.taxes} == nets


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=30), st.fractions(0, 1))
def test_shares_are_within_a_cent_of_what_is_just_and_add_up(weights, part):
    cents = floor(sum(weights) * part)

    shares = spread(cents, weights)

    assert sum(shares) == (cents if sum(weights) else 0)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(cents * weight, sum(weights) or 1)) < 1
        assert 0 <= share <= weight


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=20), st.integers(1, 99))
def test_left_over_cents_go_to_the_largest_remainders_the_earlier_first(weights, percent):
    cents = sum(weights) * percent // 100

    shares = spread(cents, weights)

    exact = [Fraction(cents * weight, sum(weights)) for weight in weights]
    raised = [number for number, share in enumerate(shares) if share > floor(exact[number])]
    by_remainder = sorted(range(len(weights)), key=lambda number: (floor(exact[number]) - exact[number], number))
    assert raised == sorted(by_remainder[: len(raised)])


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        (3, "1.00", "33.33", "2.00"),
        (1, "0.01", "50", "0.01"),  # half a cent goes up
        (1, "0.01", "50.01", "0.00"),
        (1, "1.05", "50", "0.53"),  # which binary floats, and half even, would make 0.52
        (7, "12.34", "100", "0.00"),
        (MAX_QUANTITY, "9999999999.99", "0.01", "9998999999990001000.00"),
    ],
)
def test_the_amount_of_a_line(quantity, price, discount, amount):
    assert str(line_amount(line(quantity, price, discount))) == amount


def test_an_order_with_two_rates_and_a_discount():
    totals = compute([line(3, "10.00", rate="19"), line(1, "5.55", "10", "7")], Decimal("2.5"))

    assert (totals.units, totals.subtotal, totals.discount) == (4, Decimal("35.00"), Decimal("0.88"))
    assert [tuple(map(str, tax)) for tax in totals.taxes] == [("7", "4.87", "0.34"), ("19", "29.25", "5.56")]
    assert (totals.tax, totals.total, totals.is_taxed) == (Decimal("5.90"), Decimal("40.02"), True)


def test_rates_that_are_written_differently_are_one():
    totals = compute([line(1, "0.10", rate="19"), line(1, "0.10", rate="19.00")], Decimal(0))

    assert [tax.net for tax in totals.taxes] == [Decimal("0.20")]


def test_an_order_that_is_still_being_typed_needs_no_database():
    typed = OrderLine(order=Order(), quantity=2, unit_price=Decimal("1.50"), tax_rate=Decimal(0))

    assert compute([typed], Decimal(0)).total == Decimal("3.00")
