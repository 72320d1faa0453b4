"""What history shows on the first page: the latest acts, each in a sentence."""

from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.dashboard import Card, list_url
from backoffice.history import activity
from backoffice.history.activity import Wanted
from backoffice.history.models import ChangeSet
from backoffice.history.sentences import sentence
from backoffice.history.sight import Sight

MOST = 8


def contribute():
    dashboard.contribute(LatestActivity)


class LatestActivity(Card):
    area, template, place = "side", "history/latest_card.html", 20
    title, permission = _("Latest activity"), "history.view_changeset"
    url = property(lambda self: list_url("history_changeset"))

    @cached_property
    def acts(self) -> list[tuple[ChangeSet, SafeString]]:
        feed = activity.feed(Wanted(), Sight(self.request), MOST)
        return [(told.change_set, sentence(told)) for told in feed.acts]
