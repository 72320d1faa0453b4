"""The act of an import leads to the import: its file, its columns and its rows."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.history import timeline
from backoffice.history.models import ChangeSet
from backoffice.history.timeline import Entry
from backoffice.imports.models import ImportRun


def contribute() -> None:
    timeline.contribute(ChangeSet, run_entries)


def run_entries(change_set: ChangeSet) -> Iterator[Entry]:
    for run in ImportRun.objects.filter(change_set=change_set):
        yield Entry(
            kind="imported",
            at=change_set.at,
            change_set=change_set,
            what=_("Import of %(file)s") % {"file": run.original_name},
            url=reverse("admin:imports_importrun_change", args=[run.pk]),
        )
