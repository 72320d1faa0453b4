"""Spreadsheet columns of the activity."""

from itertools import batched

from import_export.fields import Field

from backoffice.exports.resources import ExportResource
from backoffice.history import timeline
from backoffice.history.models import ChangeSet

BATCH = 500


class ChangeSetResource(ExportResource):
    """One row for each act: when, who, from where, what it did, why."""

    what = Field(attribute="told", column_name="what")

    class Meta:
        model = ChangeSet
        fields = ("at", "user_name", "source", "what", "reason")
        export_order = fields

    def iter_queryset(self, queryset):
        for batch in batched(super().iter_queryset(queryset), BATCH):
            told = timeline.summarise(batch)
            for change_set in batch:
                change_set.told = change_set.summary or told.get(change_set.pk, "")
                yield change_set
