"""What is configured dangerously does not start, and says how it would."""

import pytest

from backoffice import checks

GOOD_KEY = "k9Zq2mX7vB4nL1sD8fG3hJ6pR5tY0wEa"


def ids(found) -> list[str]:
    return [problem.id for problem in found]


@pytest.mark.parametrize(("hosts", "expected"), [(["shop.example.com"], ["backoffice.E001"]), (["localhost"], [])])
def test_debug_pages_are_for_this_machine_only(settings, hosts, expected):
    settings.DEBUG, settings.ALLOWED_HOSTS = True, hosts

    assert ids(checks.check_debug_host(None)) == expected


@pytest.mark.parametrize(("mode", "expected"), [("IMMEDIATE", []), ("DEFERRED", ["backoffice.E002"])])
def test_sqlite_takes_its_lock_at_once(settings, monkeypatch, mode, expected):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": mode}}
    monkeypatch.setitem(settings.DATABASES, "default", sqlite)

    assert ids(checks.check_sqlite_lock(None)) == expected


@pytest.mark.parametrize("key", ["changeme", "a" * 60, "django-insecure-" + GOOD_KEY, GOOD_KEY[:31]])
def test_a_key_that_can_be_guessed_is_none(settings, key):
    settings.SECRET_KEY = key

    assert ids(checks.check_secret_key(None)) == ["backoffice.E003"]


def test_a_long_random_key_is_one(settings):
    settings.SECRET_KEY = GOOD_KEY

    assert checks.check_secret_key(None) == []


def test_workbooks_are_not_read_without_their_guard(monkeypatch):
    assert checks.check_xml_guard(None) == []
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    assert ids(checks.check_xml_guard(None)) == ["backoffice.E004"]


@pytest.mark.parametrize(("roles", "expected"), [([], ["backoffice.W001"]), (["superusers"], [])])
def test_a_deployment_without_second_factor_is_warned(settings, roles, expected):
    settings.TWO_FACTOR_ROLES = roles

    assert ids(checks.check_second_factor(None)) == expected


def test_every_problem_says_what_to_do(settings):
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.SECRET_KEY, settings.TWO_FACTOR_ROLES = True, ["x.example"], "", []
    found = [*checks.check_debug_host(None), *checks.check_second_factor(None)]

    assert len(found) == 2
    assert all(problem.hint for problem in found)
