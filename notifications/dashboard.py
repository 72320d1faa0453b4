"""What messages show on the first page: those that reached nobody."""

from functools import cached_property

from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.dashboard import Need, list_url
from notifications.models import Notification


def contribute():
    dashboard.contribute(Failed)


class Failed(Need):
    badge_of = "notifications.notification"
    title, permission, place, tone = _("Messages that failed"), "notifications.view_notification", 30, "bad"
    url = property(lambda self: list_url("notifications_notification", state__exact=Notification.State.FAILED.value))

    @cached_property
    def value(self) -> int:
        return Notification.objects.filter(state=Notification.State.FAILED).count()
