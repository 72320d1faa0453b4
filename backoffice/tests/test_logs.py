"""What a log line says, and that nobody outside writes one."""

import json
import logging
import sys

import pytest
from django.contrib.auth.models import User

from backoffice import logs
from backoffice.history.models import ChangeSet


def record(message: str, *args, **extra) -> logging.LogRecord:
    made = logging.LogRecord("shop", logging.INFO, __file__, 1, message, args, extra.pop("exc_info", None))
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("nasty", ["dana\n2026-01-01 INFO root: all is well", "\x1b[31m", "a\rb", "\u2028", "\0"])
def test_one_event_stays_one_line(nasty):
    line = logs.LineFormatter("%(levelname)s %(message)s").format(record("name %s", nasty))

    assert line.isprintable()


def test_json_says_what_where_and_when():
    said = json.loads(logs.JsonFormatter().format(record("it is %s", "done")))

    assert {"level": "INFO", "logger": "shop", "message": "it is done"}.items() <= said.items()
    assert said["time"].endswith("+00:00")


def test_an_exception_stands_in_its_own_field():
    try:
        raise ValueError("no such thing")
    except ValueError:
        said = json.loads(logs.JsonFormatter().format(record("failed", exc_info=sys.exc_info())))

    assert said["exception"].endswith("ValueError: no such thing")


@pytest.mark.django_db
def test_a_request_is_logged_with_who_and_what_came_of_it(client, caplog):
    client.force_login(User.objects.create_superuser("root"))
    caplog.set_level(logging.INFO, "backoffice.requests")

    answer = client.get("/admin/inventory/item/?q=secret", headers={"X-Request-ID": "0123456789abcdef"})

    assert answer["X-Request-ID"] == "0123456789abcdef"
    facts = caplog.records[-1].facts
    assert (facts["method"], facts["path"], facts["status"]) == ("GET", "/admin/inventory/item/", 200)
    assert "secret" not in caplog.text


@pytest.mark.django_db
def test_what_a_request_writes_is_logged_with_its_change_set(client, monkeypatch):
    client.force_login(User.objects.create_superuser("root"))
    known = []
    monkeypatch.setattr(logs, "log", lambda *args: known.append(dict(logs.known())))

    client.post("/admin/orders/customer/add/", {"name": "Ana", "told": "email"})

    act = ChangeSet.objects.get(user_name="root")
    assert (known[-1]["user"], known[-1]["change_set"], len(known[-1]["request"])) == ("root", act.pk, 32)


@pytest.mark.django_db
@pytest.mark.parametrize("forged", ["short", "x" * 65, "with space in it", 'a"b\x01cdefgh'])
def test_an_id_that_is_none_is_replaced(client, forged):
    assert len(client.get("/healthz", headers={"X-Request-ID": forged})["X-Request-ID"]) == 32
