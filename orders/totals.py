"""What an order costs. The one place where amounts are rounded: half up, to the cent.

Prices are net of tax, in the company's one currency. Every step is done in whole cents and hundredths of a percent:

* amount of a line = round(quantity x price x (1 - line discount / 100))
* subtotal = sum of the amounts
* discount = round(subtotal x order discount / 100), spread over the lines in proportion to their amounts: each line
  bears its share rounded down, and the cents left over go to the largest remainders, the earlier line first
* net of a line = amount - its share, so that the nets of all lines add up to subtotal - discount
* tax of a rate = round(sum of the nets of its lines x rate / 100)
* total = subtotal - discount + sum of the taxes

Nothing here asks the database, so the figures of a form that is still being typed are computed by the same lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

WHOLE = 100 * 100  # one hundred percent, in hundredths of a percent


class Priced(Protocol):
    """A line with its price, discount and rate filled in: see ``OrderLine.freeze``."""

    @property
    def quantity(self) -> int: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount_percent(self) -> Decimal: ...
    @property
    def tax_rate(self) -> Decimal: ...


class Tax(NamedTuple):
    """The tax of one rate, and the net amount that it is on."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    units: int
    subtotal: Decimal  # after the discounts of the lines
    discount_percent: Decimal
    discount: Decimal  # of the order
    taxes: tuple[Tax, ...]  # lowest rate first
    tax: Decimal
    total: Decimal

    @property
    def net(self) -> Decimal:
        return self.subtotal - self.discount

    @property
    def is_taxed(self) -> bool:
        """Whether there is a rate to speak of; a company that knows no tax sees none."""
        return any(tax.rate for tax in self.taxes)


def compute(lines: Iterable[Priced], discount_percent: Decimal) -> Totals:
    """The totals of an order with these lines and this discount."""
    lines = list(lines)
    amounts = [_amount(line) for line in lines]
    subtotal = sum(amounts)
    discount = _half_up(subtotal * _hundredths(discount_percent), WHOLE)
    nets: dict[Decimal, int] = defaultdict(int)
    for line, amount, share in zip(lines, amounts, spread(discount, amounts), strict=True):
        nets[Decimal(line.tax_rate)] += amount - share
    taxes = {rate: _half_up(net * _hundredths(rate), WHOLE) for rate, net in nets.items()}
    return Totals(
        units=sum(line.quantity for line in lines),
        subtotal=_money(subtotal),
        discount_percent=Decimal(discount_percent),
        discount=_money(discount),
        taxes=tuple(Tax(rate, _money(nets[rate]), _money(taxes[rate])) for rate in sorted(nets)),
        tax=_money(sum(taxes.values())),
        total=_money(subtotal - discount + sum(taxes.values())),
    )


def line_amount(line: Priced) -> Decimal:
    """What the line costs after its own discount, before that of the order and before tax."""
    return _money(_amount(line))


def spread(cents: int, weights: Sequence[int]) -> list[int]:
    """Shares of ``cents`` in proportion to the weights, by largest remainder. They add up to ``cents`` exactly."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [cents * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda number: -(cents * weights[number] % whole))
    for number in by_remainder[: cents - sum(shares)]:
        shares[number] += 1
    return shares


def _amount(line: Priced) -> int:
    return _half_up(line.quantity * _hundredths(line.unit_price) * (WHOLE - _hundredths(line.discount_percent)), WHOLE)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _hundredths(value: Decimal) -> int:
    """Of a figure with two decimals."""
    return int(Decimal(value).scaleb(2))


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
