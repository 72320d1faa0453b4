from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from inventory import proof
        from notifications import dashboard, outbox, receivers, timeline
        from notifications.proof import untold
        from orders import told

        receivers.connect()
        timeline.contribute()
        dashboard.contribute()
        told.contribute(outbox.who_is_told)
        proof.register(untold)
