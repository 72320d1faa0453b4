"""The first thing to do in a new shop: to say who it is."""

from django.utils.translation import gettext_lazy as _

from backoffice import dashboard
from backoffice.company import who
from backoffice.dashboard import Step


def contribute():
    name_it = Step(
        title=_("Say who you are"),
        text=_("Name, address and currency of the company are on every paper and in every message."),
        url_name="admin:company_company_changelist",
        permission="company.change_company",
        is_done=who.is_named,
        place=10,
    )
    dashboard.contribute(steps=[name_it])
