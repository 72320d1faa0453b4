"""What every answer says about itself and keeps to itself: of every address and status, static files, too."""

import re
from http import HTTPStatus

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from backoffice.tests import site_map
from backoffice.tests.test_matrix import asking, visitor

pytestmark = pytest.mark.django_db

INSIDE = re.compile(rb"Traceback|site-packages|File \"/|\.py\", line \d|" + re.escape(str(settings.BASE_DIR)).encode())
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def faults(answer, *, is_private: bool) -> list[str]:
    """What an answer lacks, or says too much."""
    found = [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    scripts = policy.partition("script-src ")[2].partition(";")[0]
    if "'unsafe" in scripts or not scripts or "frame-ancestors 'none'" not in policy:
        found.append("Content-Security-Policy")
    if is_private and not {"no-store", "private"} <= set(answer.headers.get("Cache-Control", "").split(", ")):
        found.append("Cache-Control")
    if told := INSIDE.search(b"".join(answer.streaming_content) if answer.streaming else answer.content):
        found.append(told[0].decode())
    return found


def raising(error: Exception):
    def view(*args, **kwargs):
        password = "hunter2-hunter2"  # noqa: F841  (what a report of the error would show)
        raise error

    return view


@pytest.fixture
def samples(tmp_path) -> dict[str, str]:
    site_map.furnish(tmp_path)
    return site_map.samples()


@pytest.mark.parametrize("who", ["anonymous", "outsider", "superuser"])
def test_every_address_guards_its_answer_and_tells_nothing_of_the_inside(samples, who):
    client, found = visitor(who), {}
    for address in site_map.addresses():
        if address.name == "admin:logout":
            continue
        for method in ("get", "post"):
            with asking(client, address, samples, method) as answer:
                wrong = faults(answer, is_private=who != "anonymous")
            if wrong:
                found[f"{method} {address.name} {answer.status_code}"] = wrong

    assert found == {}


def bad_request(client, monkeypatch):
    return client.get("/admin/orders/order/", {"customer__nothing": "1", "entered_by__password__startswith": "x"})


def another_host(client, monkeypatch):
    return client.get("/admin/", headers={"Host": "evil.example"})


def without_a_token(client, monkeypatch):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    return strict.post("/admin/orders/customer/add/", {"name": "New"})


def not_allowed(client, monkeypatch):
    return client.get("/admin/auth/user/1/delete/")


def not_found(client, monkeypatch):
    return client.get("/admin/no/such/page/")


def not_that_way(client, monkeypatch):
    return client.get("/account/sessions/end/")


def too_much(client, monkeypatch):
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 100)
    return client.post("/admin/orders/customer/add/", "x" * 1000, content_type="application/x-www-form-urlencoded")


def too_many(client, monkeypatch):
    return client.post("/admin/orders/customer/add/", {str(number): "" for number in range(10_001)})


def locked_out(client, monkeypatch):
    stranger = Client(REMOTE_ADDR="10.0.0.9")
    return [stranger.post("/admin/login/", {"username": "dana", "password": "guess"}) for _try in range(5)][-1]


def broken(client, monkeypatch):
    monkeypatch.setattr("backoffice.dashboard.Today", raising(ValueError(f"{settings.BASE_DIR}: hunter2-hunter2")))
    return client.get("/admin/")


def broken_where_scripts_ask(client, monkeypatch):
    monkeypatch.setattr("backoffice.palette.find", raising(ValueError("hunter2-hunter2")))
    return client.get("/admin/palette/?q=mug")


def busy(client, monkeypatch):
    monkeypatch.setattr("backoffice.busy.is_busy", lambda error: True)
    monkeypatch.setattr("backoffice.palette.find", raising(OperationalError("database is locked")))
    monkeypatch.setattr("django.db.transaction.get_connection", lambda: type("Free", (), {"in_atomic_block": False}))
    return client.get("/admin/palette/?q=mug")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (bad_request, 400),
        (another_host, 400),
        (too_much, 400),
        (too_many, 400),
        (without_a_token, 403),
        (not_allowed, 403),
        (not_found, 404),
        (not_that_way, 405),
        (locked_out, 429),
        (broken, 500),
        (broken_where_scripts_ask, 500),
        (busy, 503),
    ],
)
def test_every_error_guards_its_answer_and_tells_nothing_of_the_inside(client, monkeypatch, error, status):
    client.force_login(User.objects.create_superuser("root"))
    client.raise_request_exception = False

    answer = error(client, monkeypatch)

    assert (answer.status_code, HTTPStatus(status).phrase) == (status, answer.reason_phrase)
    assert faults(answer, is_private=error not in (another_host, locked_out)) == []
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("error", [bad_request, too_many, without_a_token, broken])
def test_an_error_is_a_page_of_ours_with_a_way_on(client, monkeypatch, error):
    client.force_login(User.objects.create_superuser("root"))
    client.raise_request_exception = False

    page = error(client, monkeypatch).text

    assert "/static/backoffice/plain.css" in page
    assert "<style" not in page  # which the policy would stop
    assert 'href="/admin/"' in page


@pytest.mark.parametrize(
    ("error", "said"), [(not_allowed, "Your role does not allow this."), (not_found, "There is nothing")]
)
def test_who_works_here_is_told_within_the_menu_and_can_search_on(client, monkeypatch, error, said):
    client.force_login(User.objects.create_superuser("root"))

    page = error(client, monkeypatch).text

    assert said in page
    assert 'id="jazzy-navigation"' in page
    assert "data-bo-palette>" in page


def test_a_stranger_is_told_on_a_plain_page(client):
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text
    assert "jazzy-navigation" not in answer.text


@pytest.mark.parametrize("path", ["backoffice/plain.css", "no/such/file.js", "../settings.py", "..%2f..%2fmanage.py"])
def test_static_files_are_guarded_and_nothing_else_is_sent(settings, path):
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True

    answer = Client().get(f"/static/{path}")

    assert answer.status_code == (200 if path == "backoffice/plain.css" else 404)
    assert faults(answer, is_private=False) == []


def test_a_redirect_to_https_is_guarded_too(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600

    answer, secure = Client().get("/admin/"), Client().get("/healthz", secure=True)

    assert (answer.status_code, answer.url) == (301, "https://testserver/admin/")
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert secure.headers["Strict-Transport-Security"] == "max-age=3600"


def test_a_page_that_tells_of_the_inside_is_noticed(settings, client):
    """The control: Django's own page of an error, as it is while debugging."""
    settings.DEBUG = True
    client.raise_request_exception = False

    answer = client.get("/no/such/page/", headers={"Host": "evil.example"})

    assert INSIDE.search(answer.content)
