from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "backoffice.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self):
        from backoffice.imports import dashboard, figures, origin

        dashboard.contribute()
        figures.contribute()
        origin.contribute()
