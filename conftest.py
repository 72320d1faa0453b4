"""The surroundings of every test. Plain ``pytest`` needs nothing else: SQLite, no ``.env``, nothing left behind.

``TEST_DATABASE_URL`` names another server. The settings module is named here rather than in pyproject.toml, because
pytest-django would then read the settings before this file could set what they read.
"""

import os
import shutil
import tempfile
from math import inf
from pathlib import Path

import pytest

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    "ENV_FILE": "",
    "SECRET_KEY": "for-tests-only-and-long-enough-to-please-every-check-of-django",
    "DJANGO_DEBUG": "0",
    "DJANGO_HTTPS": "0",
    "DEMO": "0",
    "EMAIL_PROVIDER": "capture",
    "LOG_LEVEL": "WARNING",
}
NOT_INHERITED = [
    "DATABASE_REPLICA_URL",
    "ALLOWED_HOSTS",
    "BEHIND_PROXY",
    "SHOP_LANGUAGE",
    "TIME_ZONE",
    "COMPANY_NAME",
    "CURRENCY",
    "PHONE_REGION",
    "METRICS_TOKEN",
    "SENTRY_DSN",
]
SCRATCH = Path(tempfile.mkdtemp(prefix="backoffice-tests-"))

for name in NOT_INHERITED:
    os.environ.pop(name, None)
os.environ.update(ENVIRONMENT)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{SCRATCH}/backoffice.sqlite3"

from django.conf import settings  # noqa: E402  (only now may the settings be read)
from django.test import TransactionTestCase  # noqa: E402
from playwright.sync_api import expect  # noqa: E402

from backoffice.tests import chromium  # noqa: E402

# Each process of a run, and each run on this machine, has its own files.
settings.EXPORT_READS_FROM = "default"  # what a test has not committed, another connection does not see
settings.STATIC_ROOT = SCRATCH / "static"
settings.STATIC_ROOT.mkdir()
settings.METRICS_DIR = str(SCRATCH / "metrics")
settings.STORAGES["default"]["OPTIONS"]["location"] = str(SCRATCH / "uploads")
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"  # no collectstatic
)
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    settings.DATABASES["default"]["TEST"]["NAME"] = str(SCRATCH / "test.sqlite3")
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]  # fast

_empty_tables = TransactionTestCase._fixture_teardown


def _remove_triggers_and_empty_tables(self):
    """Append-only tables refuse to be emptied. post_migrate, sent by the flush, guards them again."""
    from backoffice.history import append_only

    append_only.remove("default")
    _empty_tables(self)


TransactionTestCase._fixture_teardown = _remove_triggers_and_empty_tables


def pytest_configure(config):
    if config.option.markexpr.startswith("browser"):  # Playwright keeps an event loop running in the test's thread
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        expect.set_options(timeout=20_000)  # a machine that is busy is slow, not wrong


def pytest_unconfigure(config):
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    found = chromium.find()
    return browser_type_launch_args | {"executable_path": found, "args": chromium.flags()}


@pytest.fixture(autouse=True)
def company_of_the_environment():
    """Nothing is asked of the database until a test saves a company."""
    from backoffice.company import who

    who._kept = inf, who.of_environment()


@pytest.fixture
def mia(db):
    """The manager, signed in."""
    from orders.tests.pages import sign_in

    return sign_in("mia", "Manager")


@pytest.fixture
def as_role(db):
    """Signs somebody in who has this role."""
    from backoffice.tests.pages import sign_in

    return sign_in
