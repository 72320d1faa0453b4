from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    name = "backoffice.history"
    label = "history"
    verbose_name = _("Review")

    def ready(self):
        from backoffice.exports import sources
        from backoffice.history import dashboard, receivers
        from backoffice.history.resources import ActivitySource

        receivers.connect()
        dashboard.contribute()
        sources.register(ActivitySource)
