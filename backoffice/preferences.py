"""The page of one's own language and time zone."""

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice import languages, time_zones
from backoffice.models import Preferences


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = Preferences
        fields = ["language", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=gettext_lazy("Language"),
            choices=[("", _("as the browser says")), *settings.LANGUAGES],  # each in its own words
            required=False,
            help_text=gettext_lazy("Dates and numbers follow it, too. Imports read numbers as the file writes them."),
        )
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
    form = PreferencesForm(request.POST or None, instance=mine)
    if request.method == "POST" and form.is_valid():
        form.save()
        languages.remember(request, request.user)
        time_zones.remember(request, request.user)
        tell(request)
        return HttpResponseRedirect(request.path)
    context = {**admin.site.each_context(request), "title": _("Language and time zone"), "form": form}
    return TemplateResponse(request, "backoffice/preferences.html", context)


def tell(request) -> None:
    """In the language that was chosen."""
    zone = time_zones.chosen(request) or settings.TIME_ZONE
    with translation.override(languages.chosen(request) or translation.get_language_from_request(request)):
        messages.success(request, _("Times are shown in %(zone)s from now on.") % {"zone": zone})
