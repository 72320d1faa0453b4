"""Lists of any size: counting stops where nobody reads on, so that a page costs the same at a million rows."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

MOST_COUNTED = 100_000


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
