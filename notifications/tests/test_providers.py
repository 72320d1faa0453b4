"""Every provider is chosen by the environment alone, and mistakes are found before they cost a message."""

import importlib.util
import json
import pkgutil
import runpy

import anymail.backends
import pytest
from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string
from django.views.generic import View

from backoffice.mail_providers import PROVIDERS
from backoffice.tests.serving import ROOT, manage
from notifications import checks, webhooks

NO_PROVIDERS = {"base", "base_requests", "console", "test", "sendinblue"}  # sendinblue is the old name of brevo
ANYMAIL = sorted(name for name, provider in PROVIDERS.items() if provider.backend.startswith("anymail."))
SECRET = "shop:for-tests-only-0123456"


def test_every_provider_that_anymail_supports_can_be_chosen():
    supported = {module.name for module in pkgutil.iter_modules(anymail.backends.__path__)} - NO_PROVIDERS

    assert set(ANYMAIL) == supported


@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - {"amazon_ses"}))  # its module wants boto3
def test_backend_and_webhook_are_where_the_table_says(name):
    provider = PROVIDERS[name]

    assert issubclass(import_string(provider.backend), BaseEmailBackend)
    assert not provider.webhook or issubclass(import_string(provider.webhook), View)


def built(monkeypatch, name: str, keys: dict[str, str]) -> dict:
    """The settings as they are with nothing but this in the environment."""
    for key in {key for provider in PROVIDERS.values() for key in provider.settings}:
        monkeypatch.delenv(key, raising=False)
    own = {"EMAIL_PROVIDER": name, "WEBHOOK_SECRET": SECRET, "SECRET_KEY": "x" * 50, "ENV_FILE": ""}
    for key, value in (own | keys).items():
        monkeypatch.setenv(key, value)
    return runpy.run_path(str(ROOT / "backoffice" / "settings.py"))


def use(settings, monkeypatch, name: str, keys: dict[str, str]) -> None:
    found = built(monkeypatch, name, keys)
    for setting in ("EMAIL_PROVIDER", "MAILERS", "ANYMAIL"):
        setattr(settings, setting, found[setting])


def keys_of(name: str) -> dict[str, str]:
    return dict.fromkeys([*PROVIDERS[name].needed, *PROVIDERS[name].signing], "https://example.com/x")


@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailWarning")
@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - {"amazon_ses"}))  # its module wants boto3
def test_the_environment_alone_makes_a_provider_work(settings, monkeypatch, name):
    use(settings, monkeypatch, name, keys_of(name))

    assert type(mailers["default"]) is import_string(PROVIDERS[name].backend)
    assert set(found_by(checks.check_provider)) <= {"notifications.E002"}  # a package to install
    assert found_by(checks.check_webhook_secret) == []


@pytest.mark.parametrize(
    ("name", "key"), [(name, key) for name, provider in PROVIDERS.items() for key in provider.needed]
)
def test_each_key_that_is_missing_is_named(settings, monkeypatch, name, key):
    keys = {each: value for each, value in keys_of(name).items() if each != key}
    use(settings, monkeypatch, name, keys)

    told = [error.msg for error in checks.check_provider(None) if error.id == "notifications.E001"]

    assert told == [f"EMAIL_PROVIDER={name} needs {key}, which is not set."]


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("postal", "cryptography"),
        ("resend", "svix"),
        ("sendgrid", "cryptography"),
    ],
)
def test_a_package_that_reading_signatures_needs_is_named(settings, monkeypatch, name, package):
    monkeypatch.setattr(importlib.util, "find_spec", lambda wanted: None)
    use(settings, monkeypatch, name, keys_of(name))

    assert [error.msg for error in checks.check_provider(None)] == [
        f"EMAIL_PROVIDER={name} needs the package {package}."
    ]


@pytest.mark.parametrize("name", [name for name, provider in PROVIDERS.items() if provider.webhook])
def test_without_anything_that_proves_a_report_no_provider_has_an_address(settings, name):
    provider = PROVIDERS[name]
    settings.EMAIL_PROVIDER = name
    settings.ANYMAIL = dict.fromkeys(set(provider.needed) - set(provider.signing), "x")

    assert webhooks.patterns(name) == []
    assert found_by(checks.check_webhook_secret) == ["notifications.E003"]


def configured(**values: str) -> dict:
    code = "from django.conf import settings as s; import json; print(json.dumps([s.MAILERS, s.ANYMAIL, s.CHATS]))"
    done = manage("shell", "--no-imports", "-c", code, DATABASE_URL="sqlite:////dev/null", **values)
    assert done.returncode == 0, done.stderr
    mailers, anymail_settings, chats = json.loads(done.stdout)
    return {"backend": mailers["default"], "anymail": anymail_settings, "chats": chats}


def test_the_environment_alone_chooses_a_provider():
    found = configured(EMAIL_PROVIDER="Postmark", POSTMARK_SERVER_TOKEN="t", WEBHOOK_SECRET=SECRET, MAILGUN_API_KEY="x")

    assert found["backend"] == {"BACKEND": "anymail.backends.postmark.EmailBackend"}
    assert found["anymail"] == {
        "POSTMARK_SERVER_TOKEN": "t",
        "REQUESTS_TIMEOUT": [5, 25],
        "WEBHOOK_SECRET": SECRET,
    }


def test_smtp_is_encrypted_unless_somebody_says_otherwise():
    found = configured(EMAIL_PROVIDER="smtp", SMTP_HOST="mail.example.com", CHATS="team", CHAT_URL_TEAM="slack://a/b/c")

    assert found["backend"]["OPTIONS"] == {
        "host": "mail.example.com",
        "use_tls": True,
        "use_ssl": False,
        "username": "",
        "password": "",
        "timeout": 25,
    }
    assert found["chats"] == {"team": "slack://a/b/c"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"EMAIL_PROVIDER": "pidgeon"}, "EMAIL_PROVIDER='pidgeon' is not known."),
        ({"EMAIL_PROVIDER": "smtp", "SMTP_SECURITY": "maybe"}, "SMTP_SECURITY='maybe' is not known."),
    ],
)
def test_what_is_not_known_stops_the_start_with_one_sentence(values, words):
    done = manage("check", DATABASE_URL="sqlite:////dev/null", **values)

    assert done.returncode != 0
    assert words in done.stderr


def found_by(check) -> list[str]:
    return [error.id for error in check(None)]


@pytest.mark.parametrize(
    ("name", "keys", "ids"),
    [
        ("postmark", {}, ["notifications.E003"]),
        ("postmark", {"WEBHOOK_SECRET": SECRET}, []),
        ("postmark", {"WEBHOOK_SECRET": "short:1"}, ["notifications.E004"]),
        ("postmark", {"WEBHOOK_SECRET": "without-a-colon-but-long"}, ["notifications.E004"]),
        ("mailgun", {"WEBHOOK_SECRET": SECRET}, ["notifications.E003"]),
        ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": "k"}, []),
        ("smtp", {}, []),
        ("scaleway", {}, []),
        ("capture", {}, []),
    ],
)
def test_who_may_report_deliveries_must_be_settled(settings, name, keys, ids):
    settings.EMAIL_PROVIDER, settings.ANYMAIL = name, keys

    assert found_by(checks.check_webhook_secret) == ids


def test_gateways_that_cannot_be_called_are_found(settings):
    settings.CHATS, settings.TEXT_URL = {"team": ""}, "twilio://a:b@1555"

    assert found_by(checks.check_gateways) == ["notifications.E005", "notifications.E006"]
