"""What the environment sets, shown here, and whether everything runs."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from backoffice import health
from backoffice.money import percent


def page(request: HttpRequest):
    context = {
        "title": _("Health and settings"),
        "facts": facts(),
        "problems": health.find_problems() + health.find_warnings(),
    }
    return TemplateResponse(request, "backoffice/about.html", {**admin.site.each_context(request), **context})


def facts() -> list[tuple[str, str, str]]:
    """(what, the value, the setting that changes it)"""
    return [
        (_("Tax of new items"), percent(settings.TAX_RATE), "TAX_RATE"),
        (_("Order numbers begin with"), settings.ORDER_NUMBER_PREFIX, "ORDER_NUMBER_PREFIX"),
        (
            _("Phone numbers without country code are of"),
            settings.PHONE_REGION or _("no country: refused"),
            "PHONE_REGION",
        ),
        (_("Time zone"), settings.TIME_ZONE, "TIME_ZONE"),
        (_("Mail is sent from"), settings.DEFAULT_FROM_EMAIL, "DEFAULT_FROM_EMAIL"),
        (_("Mail goes out through"), settings.EMAIL_PROVIDER, "EMAIL_PROVIDER"),
        (_("Database"), settings.DATABASES["default"]["ENGINE"].rpartition(".")[2], "DATABASE_URL"),
    ]
