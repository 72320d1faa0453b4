"""What the company is called and counts in, and whether everything runs. Set in the environment, shown here."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice import dashboard, health
from backoffice.dashboard import Step
from backoffice.money import percent

DEFAULT_NAME = "Backroom"


def contribute():
    name_it = Step(
        title=gettext_lazy("Say who you are"),
        text=gettext_lazy("Name, currency and tax of the company are on every order and every paper."),
        url_name="admin:company",
        permission="auth.view_user",
        is_done=is_named,
        place=10,
    )
    dashboard.contribute(steps=[name_it])


def is_named() -> bool:
    return settings.COMPANY_NAME != DEFAULT_NAME


def page(request: HttpRequest):
    context = {"title": _("Company and health"), "facts": facts(), "problems": health.find_problems()}
    return TemplateResponse(request, "backoffice/company.html", {**admin.site.each_context(request), **context})


def facts() -> list[tuple[str, str, str]]:
    """(what, the value, the setting that changes it)"""
    return [
        (_("Name"), settings.COMPANY_NAME, "COMPANY_NAME"),
        (_("Currency"), settings.CURRENCY, "CURRENCY"),
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
