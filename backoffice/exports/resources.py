"""The base of every resource that is exported."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from import_export.resources import ModelResource

from backoffice.exports.quoting import quoted


class ExportResource(ModelResource):
    """Columns ↔ records. Whatever text a column gives, no spreadsheet program runs it as a formula."""

    related: ClassVar[tuple[str, ...]] = ()  # what the columns read of other tables, joined

    def filter_export(self, queryset, **kwargs):
        """From what the list shows to the records that become rows."""
        return queryset.select_related(*self.related) if self.related else queryset

    def iter_queryset(self, queryset):
        """A few thousand records at a time, however many there are."""
        return queryset.iterator(chunk_size=2_000) if isinstance(queryset, QuerySet) else iter(queryset)

    def export_field(self, field, instance, **kwargs):
        value = super().export_field(field, instance, **kwargs)
        return quoted(value) if isinstance(value, str) else value

    def rows(self, records: Iterable[Any], columns: Sequence[str] = ()) -> Iterator[list[Any]]:
        """The headings, then a row of typed values for each record; ``columns`` are names of fields, none for all."""
        fields = self.get_export_fields(list(columns))
        yield [str(field.column_name) for field in fields]
        for record in self.iter_queryset(records):
            yield [self.export_field(field, record, force_native_type=True) for field in fields]
