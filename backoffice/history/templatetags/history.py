from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

register = template.Library()

RECENT = timedelta(days=7)


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """How long ago it was, or the date where that says more; pointing at it shows the moment to the second."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), absolute(moment), relative(moment)
    )


@register.filter
def absolute(moment: datetime) -> str:
    local = localtime(moment)
    return f"{date_format(local, 'DATE_FORMAT')}, {time_format(local, 'H:i:s')}"


def relative(moment: datetime) -> str:
    age = timezone.now() - moment
    if age < timedelta(minutes=1):
        return _("just now")
    if age < RECENT:
        return _("%(time)s ago") % {"time": timesince(moment, depth=1)}
    return date_format(localtime(moment), "SHORT_DATE_FORMAT")
