"""Spreadsheet columns of the imports there were."""

from import_export.fields import Field

from backoffice.exports.resources import ExportResource
from backoffice.imports.models import ImportRun


class ImportRunResource(ExportResource):
    file = Field(attribute="original_name", column_name="file")
    who = Field(attribute="user__username", column_name="who")
    related = ("user",)

    class Meta:
        model = ImportRun
        fields = (
            "created_at",
            "file",
            "kind",
            "who",
            "state",
            "new",
            "changed",
            "unchanged",
            "refused",
            "skipped",
            "applied",
            "finished_at",
            "sha256",
            "error",
        )
        export_order = fields
