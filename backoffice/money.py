"""Amounts for people: two decimals, the reader's separators, the company's one currency. Percentages in short."""

from decimal import Decimal

from django.utils.formats import number_format

from backoffice.company import who


def amount(value: Decimal) -> str:
    return number_format(value, decimal_pos=2, force_grouping=True)


def money(value: Decimal) -> str:
    return f"{amount(value)} {who.company().currency}"


def percent(value: Decimal) -> str:
    return f"{number_format(value, decimal_pos=0 if value == int(value) else 2)} %"
