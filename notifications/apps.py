from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from inventory import proof
        from notifications import receivers, timeline
        from notifications.proof import untold

        receivers.connect()
        timeline.contribute()
        proof.register(untold)
