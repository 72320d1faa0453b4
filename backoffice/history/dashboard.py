"""What history shows on the first page: the latest acts, in a few words each."""

from functools import cached_property

from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.dashboard import Card, list_url
from backoffice.history import timeline
from backoffice.history.models import ChangeSet

MOST = 8


def contribute():
    dashboard.contribute(LatestActivity)


class LatestActivity(Card):
    area, template, place = "side", "history/latest_card.html", 20
    title, permission = _("Latest activity"), "history.view_changeset"
    url = property(lambda self: list_url("history_changeset"))

    @cached_property
    def acts(self) -> list[tuple[ChangeSet, str]]:
        latest = list(ChangeSet.objects.order_by("-pk")[:MOST])
        told = timeline.summarise(latest)
        return [(act, act.summary or told.get(act.pk) or act.reason or act.get_source_display()) for act in latest]
