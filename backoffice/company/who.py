"""Who the shop is, on every page, paper and mail: as saved, and until then as the environment says.

It is on every page, so a process asks for it once and keeps it for a moment. Who saves it sees it at once.
"""

from time import monotonic

from django.conf import settings

from backoffice.company.models import Company

KEPT_SECONDS = 10
DEFAULT_NAME = "Backroom"

_kept: tuple[float, Company] | None = None  # until when, and what


def company() -> Company:
    """To be read, not to be changed."""
    global _kept
    if _kept is None or _kept[0] < monotonic():
        _kept = monotonic() + KEPT_SECONDS, Company.objects.first() or of_environment()
    return _kept[1]


def of_environment() -> Company:
    return Company(name=settings.COMPANY_NAME, currency=settings.CURRENCY)


def name() -> str:
    return company().name


def is_named() -> bool:
    return name() != DEFAULT_NAME


def forget() -> None:
    global _kept
    _kept = None
