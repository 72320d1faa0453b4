from backoffice import languages
from backoffice.exports import writing
from backoffice.exports.models import Export
from backoffice.jobs import job


@job()
def write_export(export_id: int) -> None:
    export = Export.objects.select_related("user").get(pk=export_id)
    with languages.spoken_by(export.user):
        writing.write(export)


@job()
def expire_files() -> None:
    """Runs once a day."""
    writing.expire()
