"""What every answer says to the browser about itself, whatever its status."""

import pytest
from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db

PAGES = {
    "/healthz": 200,
    "/admin/login/": 302,
    "/admin/": 200,
    "/admin/orders/order/": 200,
    "/admin/palette/?q=mug": 200,
    "/admin/no/such/page/": 404,
    "/admin/orders/order/999/change/": 404,
    "/account/sessions/": 200,
}


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_answer_is_guarded(root, path, status):
    answer = root.get(path)

    policy = answer["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src "))
    assert answer.status_code == status
    assert "'unsafe-inline'" not in scripts
    assert "'unsafe-eval'" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"]


def test_the_page_to_sign_in_is_guarded_too(client):
    answer = client.get("/admin/login/")

    assert (answer.status_code, answer["X-Frame-Options"]) == (200, "DENY")
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"].partition("script-src ")[2].partition(";")[0]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/healthz"])
def test_nothing_private_is_kept_by_a_browser_or_a_proxy(root, path):
    kept = root.get(path).headers["Cache-Control"]

    assert {"no-store", "private"} <= set(kept.split(", "))


def test_over_https_cookies_are_bound_to_this_host():
    from backoffice.tests.serving import manage

    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]
    code = f"from django.conf import settings as s; print(*[getattr(s, name) for name in {names}])"
    said = manage("shell", "--no-imports", "-c", code, DJANGO_HTTPS="1").stdout.split()

    assert said == ["__Host-session", "__Host-csrf", "True", "31536000"]


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example"])
def test_a_host_that_is_not_ours_is_refused(client, host):
    answer = client.get("/admin/login/", headers={"Host": host})

    assert answer.status_code == 400
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_leads_nowhere_else(client, target):
    User.objects.create_superuser("root", password="a-long-one-for-root")

    answer = client.post("/admin/login/", {"username": "root", "password": "a-long-one-for-root", "next": target})

    assert answer.url == "/admin/"
