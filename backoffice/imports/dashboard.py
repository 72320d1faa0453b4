"""What imports show on the first page: files that were checked and wait for a person."""

from functools import cached_property

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.dashboard import Need, list_url
from backoffice.imports.models import ImportRun


def contribute():
    dashboard.contribute(Waiting)


class Waiting(Need):
    title, permission, place, tone = _("Imports that wait to be applied"), "imports.add_importrun", 40, "info"
    url = property(lambda self: list_url("imports_importrun", state__exact=ImportRun.State.CHECKED.value))

    @cached_property
    def value(self) -> int:
        """Those that the reader's own list has."""
        runs = admin.site.get_model_admin(ImportRun).get_queryset(self.request)
        return runs.filter(state=ImportRun.State.CHECKED).count()
