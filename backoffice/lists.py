"""Lists of any size: a page costs the same at a million rows.

Counting stops where nobody reads on. A long list is sorted by indexed columns only; one that a filter or a search has
narrowed down is sorted by any.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backoffice.words import asked

MOST_COUNTED = 10_000


class CountedPaginator(Paginator):
    """Counts to ``MOST_COUNTED`` and no further; later pages are reached by filters, as people do anyway."""

    most = MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        if not hasattr(rows, "order_by"):
            return len(rows)
        return rows.order_by()[: self.most + 1].count()  # a slice keeps its order, and would sort them all first

    @property
    def is_cut(self) -> bool:
        return self._counted > self.most

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.most)


class LongList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        rows = super().get_queryset(request, exclude_parameters)
        if not self.params.get(ORDER_VAR):
            return rows
        sorting = [each for each in dict.fromkeys(rows.query.order_by) if each not in ("pk", "-pk")]
        if len(sorting) == 1 and is_indexed(self.model, sorting[0]):
            return rows.order_by(*sorting, "-pk" if sorting[0].startswith("-") else "pk")  # an index reads both ways
        if not sorting or not CountedPaginator(rows, self.list_per_page).is_cut:
            return rows
        self.params.pop(ORDER_VAR)
        messages.info(request, _("So long a list is not sorted like this: narrow it down with a filter or a search."))
        return rows.order_by(*self.get_ordering(request, self.root_queryset))


class LongListAdmin(admin.ModelAdmin):
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count each filter's rows
    list_per_page = 50
    list_max_show_all = 200
    paginator = CountedPaginator

    def get_changelist(self, request, **kwargs):
        return LongList

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, asked(search_term))


def is_indexed(model: Any, sorting: Any) -> bool:
    """Whether an index gives the rows in this order, so that the first of them are found without looking at all."""
    if not isinstance(sorting, str):
        return False
    if (name := sorting.removeprefix("-")) == "pk":
        return True
    try:
        field: Any = get_fields_from_path(model, name)[-1]
    except FieldDoesNotExist:
        return False
    if field.is_relation:
        return False  # that would be the order of the other table, and the way from there is long
    return field.primary_key or field.unique or field.db_index or field.name in _first_of_indexes(field.model)


def _first_of_indexes(model: type[models.Model]) -> set[str]:
    """Of the indexes that sort: not of those of a part of the rows, nor of those that find beginnings."""
    whole = (index for index in model._meta.indexes if index.fields and not index.condition and not index.opclasses)
    return {index.fields[0].removeprefix("-") for index in whole}
