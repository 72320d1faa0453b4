from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompanyConfig(AppConfig):
    name = "backoffice.company"
    label = "company"
    verbose_name = _("Settings")

    def ready(self):
        from backoffice.company import first_step, receivers, undo

        receivers.connect()
        undo.contribute()
        first_step.contribute()
