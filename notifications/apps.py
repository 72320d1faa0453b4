from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from backoffice import notices as frame
        from inventory import proof
        from notifications import checks, dashboard, figures, notices, outbox, receivers, timeline  # noqa: F401  (checks)
        from notifications.proof import untold
        from orders import told

        receivers.connect()
        timeline.contribute()
        dashboard.contribute()
        figures.contribute()
        frame.contribute(notices.stopped)
        told.contribute(outbox.who_is_told)
        proof.register(untold)
