"""Moments that somebody may ask about: a date, a time of day, or the end of an act."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import is_naive, localtime, make_aware
from django.utils.translation import gettext as _

from backoffice.history.models import ChangeSet
from backoffice.history.templatetags.history import absolute


@dataclass(frozen=True)
class Moment:
    """``act``: a change set all of which had been done, whenever in it each row was written."""

    at: datetime
    act: ChangeSet | None = None
    text: str = ""  # as it stands in an address

    def past(self, rows: QuerySet, clock: str = "history_date") -> QuerySet:
        """The rows that had been written by then."""
        written = Q(**{f"{clock}__lte": self.at})
        return rows.filter(written | Q(change_set=self.act) if self.act else written)

    @property
    def label(self) -> str:
        if self.act:
            return _("after what %(who)s did on %(when)s") % {"who": self.act.user_name, "when": absolute(self.act.at)}
        if self.text == "":
            return _("now")
        if len(self.text) == len("2026-05-03"):
            return _("at the end of %(day)s") % {"day": date_format(localtime(self.at), "DATE_FORMAT")}
        return absolute(self.at)

    @property
    def typed(self) -> str:
        """As a box for date and time shows it."""
        return localtime(self.act.at if self.act else self.at).strftime("%Y-%m-%dT%H:%M")


def now() -> Moment:
    return Moment(timezone.now())


def parse(text: str) -> Moment | None:
    """``2026-05-03`` is the end of that day, ``2026-05-03T10:42`` of that minute, ``act-12`` of that act.

    None where it makes no sense.
    """
    text = text.strip()
    if text.startswith("act-"):
        return _of_act(text)
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:  # such as 2026-02-31
        return None
    if moment is None or len(text) == len("2026-05-03"):
        return _local(datetime.combine(day, time.max), text) if day else None
    is_whole_minute = len(text) <= len("2026-05-03T10:42")
    return _local(moment + timedelta(seconds=59, microseconds=999_999) if is_whole_minute else moment, text)


def _of_act(text: str) -> Moment | None:
    number = text.removeprefix("act-")
    act = ChangeSet.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    return Moment(act.at, act, text) if act else None


def _local(moment: datetime, text: str) -> Moment | None:
    try:
        return Moment(make_aware(moment) if is_naive(moment) else moment, None, text)
    except OverflowError:  # the year 1 in a zone east of Greenwich
        return None
