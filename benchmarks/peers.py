"""What an import is compared with: the ideal, and django-import-export as it comes."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import tablib
from django.db import connection, models, transaction
from import_export.resources import ModelResource

from backoffice.history import change_sets
from backoffice.imports import set_based
from benchmarks import sheets
from inventory.models import Item, Location, StockLevel, StockMovement
from inventory.sku import sku_key

Values = Callable[[int], Any]
FIRST = 1_000_000_000  # beyond what a sequence gives out here, which does not learn of ids that were chosen


def ideal(count: int, number: int) -> float:
    """Rows per second straight into the five tables, with all their indexes and constraints, by COPY or executemany."""
    with transaction.atomic(), change_sets.change_set(change_sets.Source.SYSTEM, summary="Ideal"):
        act = change_sets.current().pk
    tables = [(model, *prepared(model, known, count)) for model, known in contents(count, number, act)]
    started = time.perf_counter()
    with transaction.atomic():
        for model, columns, lines in tables:
            set_based.write(model, set_based.table(model), columns, lines)
    return count / (time.perf_counter() - started)


def prepared(model: type[models.Model], known: dict[str, Values], count: int) -> tuple[list[str], Sequence[tuple]]:
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    values = [known.get(field.attname, lambda n, field=field: field.get_default()) for field in fields]
    pairs = list(zip(fields, values, strict=True))
    lines = [tuple(field.get_db_prep_save(value(n), connection) for field, value in pairs) for n in range(count)]
    return [field.name for field in fields], lines


def first_id() -> int:
    """The same for all tables, so that rows can point at each other before they are there."""
    tables: list[Any] = [Item, StockLevel, Item.history.model, StockLevel.history.model, StockMovement]
    return max(FIRST, *(table.objects.aggregate(last=models.Max("pk"))["last"] or 0 for table in tables)) + 1


def contents(count: int, number: int, act: int) -> list[tuple[type[models.Model], dict[str, Values]]]:
    first, place, now = first_id(), Location.default().pk, datetime.now(UTC)
    own: dict[str, Values] = {"id": lambda n: first + n}
    item = own | {
        "sku": lambda n: f"IDEAL-{number}-{n}",
        "sku_key": lambda n: f"ideal-{number}-{n}",
        "name": lambda n: f"Thing {number}-{n}",
        "barcode": lambda n: f"{900 + number}{n:010}",
        "category": lambda n: f"Category {n % sheets.CATEGORIES}",
        "unit_price": lambda n: Decimal("9.95"),
        "cost": lambda n: Decimal("4.50"),
    }
    stock: dict[str, Values] = {"item_id": own["id"], "location_id": lambda n: place, "reorder_level": lambda n: n % 7}
    level = own | stock | {"on_hand": lambda n: n % 90 + 1, "allocated": lambda n: 0}
    history: dict[str, Values] = {
        "history_id": own["id"],
        "history_date": lambda n: now,
        "history_type": lambda n: "+",
        "history_change_reason": lambda n: None,
        "history_user_id": lambda n: None,
        "change_set_id": lambda n: act,
    }
    line = own | {
        "level_id": own["id"],
        "kind": lambda n: StockMovement.Kind.COUNT.value,
        "on_hand_delta": level["on_hand"],
        "allocated_delta": lambda n: 0,
        "on_hand_after": level["on_hand"],
        "allocated_after": lambda n: 0,
        "reason": lambda n: "Import of ideal.csv",
        "reference": lambda n: "ideal.csv",
        "source_id": lambda n: None,
        "change_set_id": history["change_set_id"],
        "created_at": lambda n: now,
    }
    return [
        (Item, item),
        (StockLevel, level),
        (Item.history.model, item | history),
        (StockLevel.history.model, own | stock | history),
        (StockMovement, line),
    ]


# django-import-export as it comes ---------------------------------------------------------------------------------


class PlainResource(ModelResource):
    """Items with their history, found by an indexed key, and no stock at all, which favours it."""

    class Meta:
        model = Item
        import_id_fields = ("sku_key",)
        fields = ("sku_key", "sku", "name", "barcode", "category", "unit_price", "cost")


def plain(count: int) -> dict[str, float]:
    return {"plain import-export, new": plainly(count, 0), "plain import-export, changed": plainly(count, 1)}


def plainly(count: int, later: int) -> float:
    lines = [[sku_key(line[0]), *line[:6]] for line in sheets.rows(count, 999, later=later)]
    content = tablib.Dataset(*lines, headers=["sku_key", *sheets.HEADER[:6]]).export("csv")
    started = time.perf_counter()
    for is_preview in (True, False):
        dataset = tablib.Dataset().load(content, format="csv")
        PlainResource().import_data(dataset, dry_run=is_preview, raise_errors=True)
    return count / (time.perf_counter() - started)
