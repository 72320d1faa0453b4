"""The act of an import leads to the import: its file, its columns and its rows."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.history import origins
from backoffice.history.models import ChangeSet
from backoffice.history.origins import Origin
from backoffice.imports.models import ImportRun


def contribute() -> None:
    origins.contribute(runs_of)


def runs_of(change_set: ChangeSet) -> Iterator[Origin]:
    for run in ImportRun.objects.filter(change_set=change_set):
        text = _("Import of %(file)s") % {"file": run.original_name}
        yield Origin(text, reverse("admin:imports_importrun_change", args=[run.pk]))
