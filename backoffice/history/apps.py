from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "backoffice.history"
    label = "history"
    verbose_name = "Review"

    def ready(self):
        from backoffice.history import dashboard, receivers

        receivers.connect()
        dashboard.contribute()
