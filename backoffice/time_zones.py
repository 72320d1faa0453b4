"""Times in the reader's own zone. What is stored is UTC; lists, timelines and the days of Today follow the reader."""

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.models import Preferences

KEY = "time_zone"  # in the session


class TimeZoneMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(chosen(request) or None):
            return self.get_response(request)


def chosen(request: HttpRequest) -> str:
    """The zone of who is signed in; blank for the company's. A zone that this machine no longer knows is none."""
    name = request.session.get(KEY, "")
    return name if name in zoneinfo.available_timezones() else ""


def remember(request: HttpRequest, user) -> None:
    """Puts a person's choice into the session that begins."""
    known = Preferences.objects.filter(user=user).values_list("time_zone", flat=True)
    request.session[KEY] = known.first() or ""


class TimeZoneForm(forms.ModelForm):
    class Meta:
        model = Preferences
        fields = ["time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        company = _("the company's: %(zone)s") % {"zone": settings.TIME_ZONE}
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["time_zone"] = forms.ChoiceField(
            label=gettext_lazy("Time zone"),
            choices=[("", company), *((zone, zone.replace("_", " ")) for zone in zones)],
            required=False,
            help_text=gettext_lazy("All times you see and all days you filter by are of this zone."),
        )


def page(request):
    """One's own preferences."""
    mine = Preferences.objects.filter(user=request.user).first() or Preferences(user=request.user)
    form = TimeZoneForm(request.POST or None, instance=mine)
    if request.method == "POST" and form.is_valid():
        request.session[KEY] = form.save().time_zone
        zone = chosen(request) or settings.TIME_ZONE
        messages.success(request, _("Times are shown in %(zone)s from now on.") % {"zone": zone})
        return HttpResponseRedirect(request.path)
    context = {**admin.site.each_context(request), "title": _("Time zone"), "form": form}
    return TemplateResponse(request, "backoffice/time_zone.html", context)
