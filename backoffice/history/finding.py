"""Records by what people call them, also those that are gone."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from backoffice.history.kinds import tracked_kinds
from backoffice.history.sight import Sight

FEW = 10  # of each model
Record = tuple[Any, Any]  # model, primary key

_finders: dict[Any, Callable[[str], models.QuerySet]] = {}


def find_by(model: Any, finder: Callable[[str], models.QuerySet]) -> None:
    """``finder(words)`` gives the live records that people mean by the words, by indexes alone. Safe to repeat."""
    _finders[model] = finder


def find(words: str, sight: Sight) -> list[Record]:
    """The records that somebody may mean, each with its model. What is gone is known by its last version."""
    kinds = [kind for kind in sight.of(tracked_kinds()) if kind.record in _finders]
    found = []
    for kind in kinds:
        live = _finders[kind.record](words).order_by("pk").values_list("pk", flat=True)[:FEW]
        found += [(kind.record, pk) for pk in dict.fromkeys([*live, *_gone(kind.model, words)])]
    return found


def _gone(history: Any, words: str) -> models.QuerySet:
    texts = [each.name for each in history.tracked_fields if isinstance(each, models.CharField) and not each.choices]
    said = Q()
    for name in texts:
        said |= Q(**{f"{name}__icontains": words})
    pk = history.instance_type._meta.pk.attname
    deleted = history.objects.filter(said, history_type="-").order_by("-history_id")
    return deleted.values_list(pk, flat=True)[:FEW]


def named(text: str) -> Record | None:
    """The record that an address names, such as ``inventory.item:12``; None where it makes no sense."""
    label, _colon, pk = text.partition(":")
    known = {kind.name for kind in tracked_kinds()}
    return (apps.get_model(label), int(pk)) if label in known and pk.isdecimal() and len(pk) < 19 else None


def address(record: Record) -> str:
    return f"{record[0]._meta.label_lower}:{record[1]}"
