"""Configuration mistakes, found before they cost anything."""

from django.conf import settings
from django.core.checks import Error, Tags, register

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}


@register(Tags.security)
def check_debug_host(app_configs, **kwargs):
    if settings.DEBUG and not set(settings.ALLOWED_HOSTS) <= LOOPBACK:
        return [
            Error(
                "DJANGO_DEBUG is on while ALLOWED_HOSTS names a public host.",
                hint="Debug pages show settings and data. Set DJANGO_DEBUG=0.",
                id="backoffice.E001",
            )
        ]
    return []


@register(Tags.database)
def check_sqlite_lock(app_configs, **kwargs):
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and database["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        return [
            Error(
                "SQLite runs without transaction_mode=IMMEDIATE.",
                hint="Two transactions that read before they write would fail with 'database is locked'.",
                id="backoffice.E002",
            )
        ]
    return []
