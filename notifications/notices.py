"""What messages put above every page: a channel that stands still because its settings are wrong."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.notices import Notice
from notifications.models import Health


def stopped(request: HttpRequest) -> Iterator[Notice]:
    if not request.user.has_perm("notifications.view_notification"):
        return
    for health in Health.objects.exclude(stopped_at=None):
        facts = {"channel": health.get_channel_display(), "words": health.words[:200]}
        text = _("Nothing goes out by %(channel)s: “%(words)s”. Messages stay queued until the settings are right.")
        may_try = request.user.has_perm("notifications.resend_notification")
        yield Notice(
            text % facts,
            url=reverse("admin:notifications_notification_changelist", query={"state": "queued"}),
            link=_("See them"),
            action=reverse("admin:notification_resume", args=[health.channel]) if may_try else "",
            button=_("Try now"),
        )
