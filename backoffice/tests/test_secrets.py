"""Secrets that can be recognised, and where they turn up: where they are kept, and nowhere else."""

import logging

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from backoffice import logs
from backoffice.access import second_factor
from backoffice.access.sessions import SessionStore
from backoffice.access.tests.people import code_of, make_user, sign_in
from backoffice.tests import site_map
from backoffice.tests.serving import manage
from backoffice.tests.test_answers import raising
from backoffice.tests.test_matrix import asking
from notifications.tests.test_channels import gateway, sent, text_message

MARK = "sentinel"
KEY = f"{MARK}-key-k9Zq2mX7vB4nL1sD8fG3hJ6pR5tY0wEa"
ENVIRONMENT = {
    "SECRET_KEY": KEY,
    "DATABASE_URL": f"postgres://shop:{MARK}-database@127.0.0.1:1/shop",
    "EMAIL_PROVIDER": "postmark",
    "POSTMARK_SERVER_TOKEN": f"{MARK}-provider-0123456789",
    "WEBHOOK_SECRET": f"provider:{MARK}-webhook-0123456789",
    "SMTP_PASSWORD": f"{MARK}-smtp-0123456789",
    "TEXT_URL": f"json://shop:{MARK}-text@127.0.0.1:1/{{phone}}",
    "CHATS": "team",
    "CHAT_URL_TEAM": f"slack://{MARK}-chat/b/c",
    "LOG_LEVEL": "DEBUG",
}


# The start ------------------------------------------------------------------------------------------------------------


MISTAKES = {
    "SECRET_KEY": f"{MARK}-short",
    "WEBHOOK_SECRET": f"{MARK}-without-a-colon",
    "TEXT_URL": f"json://shop:{MARK}@127.0.0.1/",
    "CHAT_URL_TEAM": f"{MARK}-chat",
}


@pytest.mark.parametrize(
    ("command", "values"),
    [
        ("check", {"DJANGO_HTTPS": "perhaps"}),
        ("check", {"DATABASE_URL": f"postgres://shop:{MARK}#database@127.0.0.1:1/shop"}),
        ("check", {"DATABASE_URL": f"{MARK}-database"}),
        ("check", {"LOG_FORMAT": "json", **MISTAKES}),
        ("migrate", {}),  # of a database that does not answer
    ],
)
def test_a_refused_start_names_no_secret(command, values):
    done = manage(command, **(ENVIRONMENT | values))

    assert done.returncode != 0
    assert MARK not in (done.stdout + done.stderr).lower()


# What runs ------------------------------------------------------------------------------------------------------------


class Lines(logging.Handler):
    """All that would be logged, in both formats, were every logger as talkative as it can be."""

    def __init__(self):
        super().__init__()
        self.formats = [logs.JsonFormatter(), logs.LineFormatter("%(levelname)s %(name)s: %(message)s")]
        self.lines: list[str] = []

    def emit(self, record):
        self.lines += [format.format(record) for format in self.formats]


@pytest.fixture
def log():
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def secrets(db, settings, tmp_path) -> dict[str, str]:
    """By name: what nobody is to read. People have signed in, mistyped, and set up a second factor."""
    settings.SECRET_KEY = KEY
    settings.WEBHOOK_SECRET = ENVIRONMENT["WEBHOOK_SECRET"]
    settings.ANYMAIL = {name: ENVIRONMENT[name] for name in ("POSTMARK_SERVER_TOKEN", "WEBHOOK_SECRET")}
    settings.TEXT_URL, settings.CHATS = ENVIRONMENT["TEXT_URL"], {"team": ENVIRONMENT["CHAT_URL_TEAM"]}
    site_map.furnish(tmp_path)
    dana = make_user("dana", "Sales")
    signed_in, _answer = sign_in("dana")
    codes = second_factor.complete(dana, code_of(second_factor.begin(dana)))
    sign_in("dana", f"{MARK}-mistyped")
    return {
        "settings": MARK,
        "seed": TOTPDevice.objects.get(user=dana).key,
        "recovery code": codes[0],
        "session": signed_in.session.session_key,
        "password as stored": User.objects.get(username="dana").password,
    }


def leaks(secrets: dict[str, str], text: str) -> set[str]:
    return {name for name, secret in secrets.items() if secret.lower() in text.lower()}


def as_sent(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{dict(answer.headers)} {body.decode('utf-8', 'replace')}"


@pytest.mark.parametrize("name", ["root", ""])
def test_no_answer_and_no_line_of_the_log_holds_a_secret(secrets, log, name):
    client, samples, found = Client(raise_request_exception=False), site_map.samples(), {}
    if name:
        client.force_login(User.objects.create_superuser(name))
    samples["auth.user"] = str(User.objects.get(username="dana").pk)

    for address in site_map.addresses():
        if address.name == "admin:logout":
            continue
        for method in ("get", "post"):
            with asking(client, address, samples, method) as answer:
                if leaked := leaks(secrets, as_sent(answer)):
                    found[f"{method} {address.name} {answer.status_code}"] = leaked

    assert found == {}
    assert leaks(secrets, "\n".join(log.lines)) == set()


def test_an_error_beside_secrets_tells_none(secrets, log, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    monkeypatch.setattr("backoffice.dashboard.Today", raising(ValueError("broken")))

    answer = client.post("/admin/login/", {"username": "dana", "password": f"{MARK}-typed"}), client.get("/admin/")

    assert answer[1].status_code == 500
    assert any("ValueError: broken" in line for line in log.lines)
    assert leaks(secrets, "\n".join([*map(as_sent, answer), *log.lines])) == set()


@pytest.mark.parametrize("typed", [f"{MARK}-text", f"{MARK}%2Ftext", "%73entinel-text"])
@pytest.mark.django_db
def test_a_gateway_that_refuses_tells_no_token(log, settings, typed):
    with gateway(status=500) as (url, _calls):
        settings.TEXT_URL = f"json://shop:{typed}@{url.rpartition('@')[2]}/{typed}/{{phone}}"
        refused = sent(text_message())

    assert refused.error
    assert MARK not in "\n".join([refused.error, *log.lines])


def test_rows_hold_secrets_where_they_are_needed_and_nowhere_else(secrets):
    """Of a recovery code and of what was typed nothing is kept that could be read."""
    kept = {
        (model._meta.label, name)
        for model in apps.get_models(include_auto_created=True)
        for name in leaks(secrets, str(list(model._base_manager.values())))
    }

    assert kept == {
        ("auth.User", "password as stored"),
        (TOTPDevice._meta.label, "seed"),
        (SessionStore.get_model_class()._meta.label, "session"),
    }


def test_the_file_of_settings_is_no_page(secrets, client):
    assert [client.get(f"/{path}").status_code for path in (".env", "static/.env", "static/../.env")] == [404, 404, 404]
