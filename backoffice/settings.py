"""All settings, flat. Every value is a constant or comes from ``env``; docs/settings.md lists what can be set."""

from datetime import timedelta
from typing import Any

import dj_database_url
from django.core.management.utils import get_random_secret_key
from django.utils.csp import CSP
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

from backoffice import env, mail_providers

BASE_DIR = env.BASE_DIR
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

# Safety ---------------------------------------------------------------------------------------------------------------

DEBUG = env.flag("DJANGO_DEBUG")
HTTPS = env.flag("DJANGO_HTTPS", default=not DEBUG)
DEMO = env.flag("DEMO")
SECRET_KEY = (
    get_random_secret_key()  # a key that dies with the process: sessions end at every restart, nothing to leak
    if DEBUG and not env.text("SECRET_KEY")
    else env.required("SECRET_KEY", "Put a long random string into the environment or into .env; `make run` does it.")
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.flag("BEHIND_PROXY")
PROXY_COUNT = env.number("PROXY_COUNT", 1 if BEHIND_PROXY else 0)  # how many proxies the client's address came through
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if HTTPS else ("session", "csrf")
SESSION_HOURS = env.number("SESSION_HOURS", 12)  # after signing in
IDLE_MINUTES = env.number("IDLE_MINUTES", 120)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_ENGINE = "backoffice.access.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# Scripts run from our own files or carry the page's nonce. Style attributes are Jazzmin's (widths set in its markup).
STILL = "'sha256-fan50TkKJko8u9qPb1hijCVTe55vEZhy8spKqC8qEic='"  # AdminLTE's style for who wants no motion
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE, STILL],
    "style-src-attr": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# Applications ---------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "backoffice.apps.BackOfficeConfig",
    "import_export",  # before jazzmin, whose copies of its templates are out of date
    "jazzmin",
    "backoffice.apps.BackOfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "simple_history",
    "anymail",
    "django_ox",
    "backoffice.exports",
    "backoffice.company",
    "backoffice.filters",
    "backoffice.history",
    "backoffice.access",
    "backoffice.imports",
    "inventory",
    "orders",
    "notifications",
]

MIDDLEWARE = [
    "backoffice.metrics.RequestMetricsMiddleware",  # first: it times all the others
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.access.middleware.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "backoffice.languages.LanguageMiddleware",
    "backoffice.time_zones.TimeZoneMiddleware",
    "backoffice.logs.RequestLogMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "backoffice.access.middleware.PrivacyMiddleware",
    "backoffice.access.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backoffice.history.middleware.ChangeSetMiddleware",
    "axes.middleware.AxesMiddleware",
    "backoffice.busy.BusyMiddleware",  # last: it runs the view
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["backoffice.template_loader.NonceLoader"]),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database -------------------------------------------------------------------------------------------------------------
# One SQLite file until DATABASE_URL says otherwise. `replica` is for long reads: another server, or the same file
# opened without ever taking the write lock.

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR}/backoffice.sqlite3")
DATABASE_REPLICA_URL = env.text("DATABASE_REPLICA_URL", DATABASE_URL)
SQLITE_BUSY_SECONDS = env.number("SQLITE_BUSY_SECONDS", 20)  # a page that waits is better than one to be sent again

DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True),
    "replica": dj_database_url.parse(DATABASE_REPLICA_URL, conn_max_age=60, conn_health_checks=True),
}
DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
DATABASE_ROUTERS = ["backoffice.snapshot.Router"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    _pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-32000;PRAGMA temp_store=MEMORY;"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # the write lock is taken at BEGIN, so no transaction fails halfway for it
        "timeout": SQLITE_BUSY_SECONDS,
        "init_command": _pragmas,
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}  # a file: races need real connections
    DATABASES["replica"]["OPTIONS"] = {
        "transaction_mode": "DEFERRED",
        "timeout": SQLITE_BUSY_SECONDS,
        "init_command": _pragmas + "PRAGMA query_only=ON;",
    }
else:
    # A lock that is not had in time is tried again. To compile a statement costs more than the largest import saves.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c lock_timeout=3s -c jit=off"
    DATABASES["replica"].setdefault("OPTIONS", {})["options"] = "-c default_transaction_read_only=on"
    DATABASES["replica"]["OPTIONS"].setdefault("connect_timeout", 3)  # where it is gone, `default` is read
REPLICA_BEHIND_SECONDS = 60  # more are worth a warning; a worker writes something twice a minute

# Users ----------------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "backoffice.access.passwords.ShopWordsValidator"},
]

# Roles whose people need a second factor to get in; "superusers" means those. Everybody else may have one.
TWO_FACTOR_ROLES = env.words("TWO_FACTOR_ROLES")

AXES_HANDLER = "backoffice.access.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "backoffice.access.lockout.answer"
AXES_USERNAME_CALLABLE = "backoffice.access.lockout.name_of"
AXES_CLIENT_IP_CALLABLE = "backoffice.access.addresses.of"
AXES_LOCKOUT_PARAMETERS = ["ip_address", ["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.number("SIGN_IN_TRIES", 5)
AXES_COOLOFF_TIME = timedelta(minutes=env.number("LOCK_OUT_MINUTES", 15))
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# Language and time ----------------------------------------------------------------------------------------------------

LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = env.choice("SHOP_LANGUAGE", ["en", "de"])  # of what is said to nobody in particular
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = USE_TZ = USE_THOUSAND_SEPARATOR = True
LOCALE_PATHS = [BASE_DIR / "backoffice" / "locale"]
FORMAT_MODULE_PATH = "backoffice.formats"

# Files ----------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.text("STATIC_DIR", str(VAR_DIR / "static"))
STORAGES = {
    "default": {  # uploads: private, no URL leads to them
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.text("UPLOAD_DIR", str(VAR_DIR / "uploads")),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "backoffice.storage.ManifestStaticFilesStorage"},
}

# Background work ------------------------------------------------------------------------------------------------------

WORKERS = {"mail worker": ["mail"], "worker": ["default", "imports"]}  # each with its queues, as `serve` starts them
TASKS = {
    "default": {
        "BACKEND": "django_ox.backend.OxBackend",
        "QUEUES": [queue for queues in WORKERS.values() for queue in queues],
        "OPTIONS": {
            "LOCK_TIMEOUT": 300,
            "SCHEDULES": {
                "heartbeat": {"task": "backoffice.jobs.beat", "every": timedelta(seconds=30)},
                "expire uploads": {"task": "backoffice.imports.tasks.expire_uploads", "cron": "27 3 * * *"},
                "expire exports": {"task": "backoffice.exports.tasks.expire_files", "cron": "37 3 * * *"},
                "prune": {"task": "backoffice.jobs.prune_finished", "cron": "17 3 * * *"},
                "sessions": {"task": "backoffice.jobs.forget_sessions", "cron": "47 3 * * *"},
                "messages": {"task": "notifications.tasks.look_after_messages", "every": timedelta(minutes=1)},
                "hourly digests": {
                    "task": "notifications.tasks.send_digests",
                    "cron": "0 * * * *",
                    "kwargs": {"frequency": "hourly"},
                },
                "daily digests": {
                    "task": "notifications.tasks.send_digests",
                    "cron": "0 7 * * *",
                    "kwargs": {"frequency": "daily"},
                },
                "old reports": {"task": "notifications.tasks.forget_reports", "cron": "27 3 * * *"},
            },
        },
    }
}
WORKER_SILENT_AFTER = timedelta(minutes=2)

# Messages -------------------------------------------------------------------------------------------------------------
# EMAIL_PROVIDER chooses; what it needs besides are the names that Anymail documents, read as they are.

SITE_URL = env.text("SITE_URL", f"http://{env.text('HOST', '127.0.0.1')}:{env.number('PORT', 8000)}").rstrip("/")
EMAIL_PROVIDER = env.text("EMAIL_PROVIDER", "console").lower()
WEBHOOK_SECRET = env.text("WEBHOOK_SECRET")  # name:password that the provider signs in with to report deliveries
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "shop@example.com")
MAILERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": mail_providers.find(EMAIL_PROVIDER).backend}}
if EMAIL_PROVIDER == "smtp":
    MAILERS["default"]["OPTIONS"] = mail_providers.smtp_options(
        env.text("SMTP_HOST", "localhost"),
        env.number("SMTP_PORT", 0),
        env.text("SMTP_USERNAME"),
        env.text("SMTP_PASSWORD"),
        env.text("SMTP_SECURITY", "starttls"),
    )
ANYMAIL: dict[str, Any] = {
    name: env.text(name) for name in mail_providers.find(EMAIL_PROVIDER).settings if env.text(name)
}
ANYMAIL |= {"REQUESTS_TIMEOUT": (5, 25)} | ({"WEBHOOK_SECRET": WEBHOOK_SECRET} if WEBHOOK_SECRET else {})

# Addresses as Apprise writes them, such as twilio://SID:TOKEN@15551230000/{phone} and slack://…
TEXT_URL = env.text("TEXT_URL")
CHATS = {name: env.text(f"CHAT_URL_{name.upper()}") for name in env.words("CHATS")}

NOTIFICATION_LEASE = timedelta(seconds=env.number("NOTIFICATION_LEASE_SECONDS", 120))
NOTIFICATIONS_AN_HOUR = env.number("NOTIFICATIONS_AN_HOUR", 20)  # to one person of the staff; more go into a digest

# The shop -------------------------------------------------------------------------------------------------------------

COMPANY_NAME = env.text("COMPANY_NAME", "Backroom")  # until somebody saves the page of the company; the currency, too
CURRENCY = env.text("CURRENCY", "EUR")
TAX_RATE = env.percent("TAX_RATE", "0")  # of new items, in percent
PHONE_REGION = env.text("PHONE_REGION", "").upper()  # where phone numbers without country code are from, such as GB
ORDER_NUMBER_PREFIX = env.text("ORDER_NUMBER_PREFIX", "SO-")

# What `manage.py demo` creates and the login page offers, when DEMO is on: role -> (user name, password)
DEMO_LOGINS = {
    "Manager": ("mia", "demo-mia"),
    "Sales": ("dana", "demo-dana"),
    "Warehouse": ("sam", "demo-sam"),
    "Auditor": ("ada", "demo-ada"),
    "Administrator": ("alex", "demo-alex"),
}

# Imports: bounds are checked before a file is parsed ------------------------------------------------------------------

IMPORT_MAX_BYTES = env.number("IMPORT_MAX_BYTES", 50 * 1024 * 1024)
IMPORT_MAX_ROWS = env.number("IMPORT_MAX_ROWS", 1_000_000)
IMPORT_MAX_COLUMNS = env.number("IMPORT_MAX_COLUMNS", 200)
IMPORT_MAX_CELL_CHARACTERS = env.number("IMPORT_MAX_CELL_CHARACTERS", 32_767)
IMPORT_MAX_UNPACKED_BYTES = env.number("IMPORT_MAX_UNPACKED_BYTES", 200 * 1024 * 1024)
IMPORT_INLINE_BYTES = 128 * 1024  # a larger file is read by a process of its own, within the next two
IMPORT_MAX_MEMORY = env.number("IMPORT_MAX_MEMORY", 2 * 1024**3)
IMPORT_MAX_SECONDS = env.number("IMPORT_MAX_SECONDS", 120)
IMPORT_KEEP_DAYS = env.number("IMPORT_KEEP_DAYS", 30)  # uploads that were not applied
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Exports --------------------------------------------------------------------------------------------------------------

EXPORT_ROWS_AT_ONCE = env.number("EXPORT_ROWS_AT_ONCE", 10_000)  # more are written by the worker
EXPORT_READS_FROM = "replica"
EXPORT_KEEP_DAYS = env.number("EXPORT_KEEP_DAYS", 7)

# Libraries ------------------------------------------------------------------------------------------------------------

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
SIMPLE_HISTORY_DATE_INDEX = False

WITHOUT_SCREEN = {  # models of libraries that have no place in the admin
    "django_ox.oxschedule",
    "django_ox.oxscheduletick",
    "otp_static.staticdevice",  # people set these two up themselves: see backoffice.access.pages
    "otp_totp.totpdevice",
}


def _shown_name(device=None) -> str:
    from backoffice.company import who

    return who.name()


SHOWN_NAME = lazy(_shown_name, str)()
OTP_TOTP_ISSUER = _shown_name

JAZZMIN_SETTINGS: dict[str, Any] = {
    "site_title": SHOWN_NAME,
    "site_header": SHOWN_NAME,
    "site_brand": SHOWN_NAME,
    "site_logo": "backoffice/logo.svg",
    "login_logo": "backoffice/logo.svg",
    "site_icon": "backoffice/logo.svg",
    "welcome_sign": gettext_lazy("Sign in to continue"),
    "search_model": None,
    "show_ui_builder": False,
    "use_google_fonts_cdn": False,
    "related_modal_active": False,
    "changeform_format": "single",
    "custom_css": "backoffice/backoffice.css",
    "custom_js": "backoffice/backoffice.js",
    "usermenu_links": [
        {"name": gettext_lazy("Language and time zone"), "url": "admin:preferences", "icon": "fas fa-globe"},
        {"name": gettext_lazy("Second factor"), "url": "second_factor", "icon": "fas fa-key"},
        {"name": gettext_lazy("Where you are signed in"), "url": "own_sessions", "icon": "fas fa-laptop"},
    ],
    "icons": {
        "access.securityevent": "fas fa-shield-alt",
        "auth": "fas fa-users-cog",
        "auth.group": "fas fa-user-shield",
        "auth.user": "fas fa-user",
        "company.company": "fas fa-store",
        "django_ox.oxtask": "fas fa-cogs",
        "exports.export": "fas fa-file-export",
        "history.changeset": "fas fa-history",
        "imports.importrun": "fas fa-file-import",
        "inventory.item": "fas fa-box",
        "inventory.location": "fas fa-warehouse",
        "inventory.stocklevel": "fas fa-layer-group",
        "inventory.stockmovement": "fas fa-exchange-alt",
        "notifications.capturedmail": "fas fa-envelope-open-text",
        "notifications.notification": "fas fa-bell",
        "notifications.rule": "fas fa-bullhorn",
        "notifications.suppression": "fas fa-ban",
        "notifications.wording": "fas fa-pen-fancy",
        "orders.customer": "fas fa-address-book",
        "orders.order": "fas fa-receipt",
    },
}
JAZZMIN_UI_TWEAKS = {
    "theme": "default",
    "default_theme_mode": "auto",
    "navbar": "navbar-white navbar-light",
    "sidebar": "sidebar-dark-primary",
    "sidebar_fixed": True,
    "button_classes": {
        "primary": "btn-primary",
        "secondary": "btn-outline-secondary",
        "info": "btn-outline-secondary",
        "warning": "btn-outline-secondary",
        "danger": "btn-outline-danger",
        "success": "btn-primary",
    },
}

# (group, its entries): models, parts of their lists (model, name, query, icon) and pages (URL name, name, icon).
# What no group names stands under the last.
MENU: list[tuple[Any, list[Any]]] = [
    (
        gettext_lazy("Sell"),
        [
            "orders.order",
            ("orders.order", gettext_lazy("Drafts"), "status__exact=draft", "fas fa-pencil-alt"),
            "orders.customer",
        ],
    ),
    (
        gettext_lazy("Stock"),
        [
            "inventory.item",
            "inventory.stocklevel",
            "inventory.stockmovement",
            "inventory.location",
            "imports.importrun",
            "exports.export",
        ],
    ),
    (
        gettext_lazy("Review"),
        [
            "history.changeset",
            "notifications.notification",
            "notifications.suppression",
            "notifications.capturedmail",
            "access.securityevent",
        ],
    ),
    (
        gettext_lazy("Settings"),
        [
            "company.company",
            ("admin:about", gettext_lazy("Health and settings"), "fas fa-heartbeat"),
            "notifications.rule",
            "notifications.wording",
            "auth.user",
            "auth.group",
        ],
    ),
]

# typed one after the other outside of any field, they lead to a list
PAGE_KEYS = {
    "orders.order": "g o",
    "orders.customer": "g c",
    "inventory.item": "g s",
    "imports.importrun": "g i",
    "history.changeset": "g a",
    "notifications.notification": "g n",
}

# Watching: neither is imported until it is asked for (requirements-extras.txt) ----------------------------------------

METRICS_TOKEN = env.text("METRICS_TOKEN")  # who shows it reads /metrics; without one nobody does
METRICS_DIR = env.text("METRICS_DIR", str(VAR_DIR / "metrics"))
SENTRY_DSN = env.text("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", "production")

# Logs: to the terminal, one line each, for people or (json) for a collector -------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "backoffice.logs.LineFormatter", "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "backoffice.logs.JsonFormatter"},
    },
    "handlers": {
        "terminal": {"class": "logging.StreamHandler", "formatter": env.choice("LOG_FORMAT", ["line", "json"])},
        "nobody": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["terminal"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "ERROR"},  # what it would say is recorded as security events
        "apprise": {"handlers": ["nobody"], "propagate": False},  # it names the addresses of gateways, with their keys
        "urllib3": {"level": "WARNING"},  # at DEBUG it does, too
        "django_ox": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
        "django.tasks": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
