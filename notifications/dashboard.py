"""What messages show on the first page: those that did not arrive."""

from functools import cached_property

from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.dashboard import Need, list_url
from notifications.models import Notification
from notifications.notification_list import NEEDS_YOU


def contribute():
    dashboard.contribute(NeedYou)


class NeedYou(Need):
    badge_of = "notifications.notification"
    title, permission, place, tone = _("Messages that did not arrive"), "notifications.view_notification", 30, "bad"
    url = property(lambda self: list_url("notifications_notification", state=NEEDS_YOU))

    @cached_property
    def value(self) -> int:
        return Notification.objects.need_you().count()
