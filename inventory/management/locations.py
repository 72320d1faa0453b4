from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from inventory.models import Location


def find_location(code: str | None) -> Location | None:
    """The location of a ``--location`` argument, None where it was not given. Raises CommandError."""
    if not code:
        return None
    if location := Location.objects.filter(code__iexact=code).first():
        return location
    facts = {"code": code, "codes": ", ".join(Location.objects.values_list("code", flat=True))}
    raise CommandError(_("There is no location %(code)s. There are: %(codes)s.") % facts)
