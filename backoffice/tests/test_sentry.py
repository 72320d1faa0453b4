"""What leaves the house when something fails: kinds and places of errors, no person and no secret."""

from backoffice.tests import fake_sentry
from backoffice.tests.serving import manage

SECRETS = ["dana@example.com", "Dana Miller", "hunter2", "203.0.113.9", "whisper", "a-cookie"]

FAIL = """
import logging
import sentry_sdk
from django.test import Client
from backoffice import health

def broken():
    password, customer = "hunter2", "Dana Miller"
    logging.getLogger("orders").warning("%s typed %s", customer, password)
    raise ValueError(f"Key (email)=(dana@example.com) of {customer} exists, {password}")

health.find_problems = broken
client = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer whisper")
client.cookies["tracker"] = "a-cookie"
answer = client.post("/readyz?q=Dana%20Miller", {"name": "Dana Miller", "password": "hunter2"})
logging.getLogger("orders").error("Dana Miller cannot be told at dana@example.com")
print(answer.status_code, sentry_sdk.is_initialized())
sentry_sdk.flush(10)
"""


UNGUARDED = "import sentry_sdk\nsentry_sdk.init({dsn!r}, send_default_pii=True)\n"


def heard(folder, script: str) -> fake_sentry.FakeSentry:
    """What Sentry is told while a page fails that is full of personal data."""
    with fake_sentry.on() as sentry:
        database = f"sqlite:///{folder}/db.sqlite3"
        values = {"SENTRY_DSN": sentry.dsn, "SENTRY_ENVIRONMENT": "shop", "ALLOWED_HOSTS": "testserver"}
        done = manage("shell", "--command", script.format(dsn=sentry.dsn), DATABASE_URL=database, **values)
    assert done.stdout.splitlines()[-1:] == ["500 True"], done.stderr
    return sentry


def test_an_error_is_reported_with_its_kind_and_place_and_without_persons_or_secrets(tmp_path):
    said = heard(tmp_path, escaped(FAIL))

    failed = next(event for event in said.events if event["exception"]["values"])
    [error] = failed["exception"]["values"]
    assert (error["type"], failed["transaction"], failed["environment"]) == ("ValueError", "/readyz", "shop")
    assert error["stacktrace"]["frames"][-1]["function"] == "broken"
    assert [secret for secret in SECRETS if secret in said.text] == []
    assert not {"request", "user", "breadcrumbs", "extra", "logentry", "server_name"} & set(failed)


def test_what_the_guard_takes_out_would_have_been_sent(tmp_path):
    """The negative control: the same page, with the library as who likes to know everything sets it."""
    said = heard(tmp_path, UNGUARDED + escaped(FAIL))

    assert [secret for secret in SECRETS if secret in said.text] == SECRETS


def escaped(script: str) -> str:
    return script.replace("{", "{{").replace("}", "}}")


def test_neither_library_is_imported_until_the_environment_asks():
    asked = 'import sys; print(sorted({"sentry_sdk", "prometheus_client"} & set(sys.modules)))'

    assert manage("shell", "--command", asked).stdout.splitlines()[-1] == "[]"
