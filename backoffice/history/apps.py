from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "backoffice.history"
    label = "history"
    verbose_name = "Review"

    def ready(self):
        from backoffice.exports import sources
        from backoffice.history import dashboard, receivers
        from backoffice.history.resources import ActivitySource

        receivers.connect()
        dashboard.contribute()
        sources.register(ActivitySource)
