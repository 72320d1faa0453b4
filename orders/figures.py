"""What orders tell Prometheus: how many were placed, and how many were refused because stock was short."""

from collections.abc import Sequence

from django.db import transaction

from backoffice import metrics


def contribute():
    metrics.contribute(
        orders_placed="Orders that were placed",
        orders_refused_for_stock="Times that an order was refused because stock was short",
    )


def count_placed() -> None:
    """Once it is committed: what a preview takes back again was not placed."""
    transaction.on_commit(lambda: metrics.count("orders_placed"))


def count_refused(shortages: Sequence[object]) -> None:
    if shortages:
        metrics.count("orders_refused_for_stock")
