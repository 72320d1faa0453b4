"""Configuration mistakes, found before they cost anything."""

from importlib.util import find_spec

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}

SHORTEST_KEY, SHORTEST_TOKEN = 32, 20  # characters


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


@register(Tags.security)
def check_secret_key(app_configs, **kwargs):
    key = settings.SECRET_KEY
    if settings.DEBUG or (len(key) >= SHORTEST_KEY and len(set(key)) >= 5 and not key.startswith("django-insecure-")):
        return []
    return [
        Error(
            "SECRET_KEY can be guessed.",
            hint="It signs sessions and links. Use 50 random characters: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="backoffice.E003",
        )
    ]


@register(Tags.security)
def check_xml_guard(app_configs, **kwargs):
    if find_spec("defusedxml"):
        return []
    return [
        Error(
            "defusedxml is not installed.",
            hint="Workbooks are XML from outside; without it an entity bomb in one is expanded. "
            "Install requirements.txt.",
            id="backoffice.E004",
        )
    ]


@register(Tags.security, deploy=True)
def check_second_factor(app_configs, **kwargs):
    if settings.TWO_FACTOR_ROLES:
        return []
    return [
        Warning(
            "No role needs a second factor to sign in.",
            hint="Name those who may give rights or undo imports: TWO_FACTOR_ROLES=superusers,Administrator,Manager",
            id="backoffice.W001",
        )
    ]


@register
def check_extras(app_configs, **kwargs):
    wanted = {"METRICS_TOKEN": "prometheus_client", "SENTRY_DSN": "sentry_sdk"}
    return [
        Error(
            f"{name} is set, and {package} is not installed.",
            hint="pip install --require-hashes -r requirements-extras.lock",
            id="backoffice.E005",
        )
        for name, package in wanted.items()
        if getattr(settings, name) and not find_spec(package)
    ]


@register(Tags.security)
def check_metrics_token(app_configs, **kwargs):
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= SHORTEST_TOKEN:
        return []
    return [
        Error(
            "METRICS_TOKEN can be guessed.",
            hint='Use 20 characters or more: python -c "import secrets; print(secrets.token_urlsafe(30))"',
            id="backoffice.E006",
        )
    ]
