"""The kinds of rows that hang on change sets: history of every tracked model, and what apps add, such as movements."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_permission_codename

from backoffice.history import entries
from backoffice.history.entries import Entry


@dataclass(frozen=True)
class Kind:
    """``model`` is the table with a ``change_set``; ``record`` is what people call its rows, and may see or not."""

    model: Any
    record: Any
    tell: Callable[[Iterable[Any]], list[Entry]]
    related: tuple[str, ...] = ("change_set",)  # read together with the rows

    @property
    def name(self) -> str:
        return self.record._meta.label_lower

    @property
    def label(self) -> str:
        return str(self.record._meta.verbose_name_plural)

    @property
    def permission(self) -> str:
        return f"{self.record._meta.app_label}.{get_permission_codename('view', self.record._meta)}"

    def rows(self, **filters: Any):
        return self.model.objects.filter(**filters).select_related(*self.related)


_registered: dict[Any, Kind] = {}


def register(model: Any, tell: Callable[[Iterable[Any]], list[Entry]], related: tuple[str, ...] = ()) -> Kind:
    """Rows of ``model`` are told by ``tell(rows)`` wherever an act is told. Safe to repeat."""
    _registered[model] = Kind(model, model, tell, ("change_set", *related))
    return _registered[model]


def all_kinds() -> list[Kind]:
    """History first, in the order of the apps."""
    return [*map(of_history, entries.history_models()), *_registered.values()]


def of_history(model: Any) -> Kind:
    return Kind(model, model.instance_type, entries.of_rows)


def tracked_kinds() -> list[Kind]:
    return [kind for kind in all_kinds() if kind.model is not kind.record]
