"""Who guesses is locked out, who is guessed is not."""

import re
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from backoffice.access.models import SecurityEvent
from backoffice.access.tests.people import PASSWORD, TODAY, make_user, sign_in

pytestmark = pytest.mark.django_db
HERE, THERE = {"REMOTE_ADDR": "10.0.0.1"}, {"REMOTE_ADDR": "10.0.0.2"}


def fail(name: str, times: int, **address):
    return [sign_in(name, f"guess-{number}", **address)[1].status_code for number in range(times)]


def test_the_fifth_failure_locks_the_account_for_that_address():
    make_user("dana")

    assert fail("dana", 5, **HERE) == [200, 200, 200, 200, 429]
    assert sign_in("dana", **HERE)[1].status_code == 429  # the right password, too


def test_its_owner_still_gets_in_from_elsewhere():
    make_user("dana")
    fail("dana", 20, **HERE)

    assert sign_in("dana", **THERE)[1].status_code == 302


def test_an_address_that_tries_many_names_is_locked_out():
    make_user("dana")
    for number in range(19):
        fail(f"name-{number}", 1, **HERE)
    assert sign_in("dana", **HERE)[1].status_code == 302  # as 19 mistakes of a whole office may happen

    for number in range(20):
        fail(f"other-{number}", 1, **HERE)

    assert sign_in("dana", **HERE)[1].status_code == 429


def test_a_lock_ends_by_itself_although_somebody_goes_on_trying():
    make_user("dana")
    fail("dana", 5, **HERE)

    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        fail("dana", 3, **HERE)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert sign_in("dana", **HERE)[1].status_code == 302


def test_a_name_that_nobody_has_is_answered_alike():
    make_user("dana")
    real = [sign_in("dana", "wrong", **HERE)[1].content for _try in range(6)]
    nobody = [sign_in("nobody", "wrong", **THERE)[1].content for _try in range(6)]

    assert [without_names(page) for page in real] == [without_names(page) for page in nobody]


def without_names(page: bytes) -> bytes:
    """Without what differs from page to page: the token, the nonce, and the name that was typed."""
    return (
        re.sub(rb'(csrfmiddlewaretoken" value|nonce)="[^"]+"', b"", page).replace(b"dana", b"").replace(b"nobody", b"")
    )


def test_a_name_that_nobody_has_costs_the_same_work(monkeypatch):
    """Its password is hashed as well, so that time tells nothing; counted, because clocks on shared machines lie."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    make_user("dana")
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(1) or encode(*args))

    sign_in("dana", "wrong", **HERE)
    for_dana = len(hashed)
    sign_in("nobody", "wrong", **THERE)

    assert (for_dana, len(hashed) - for_dana) == (1, 1)


def test_what_a_client_claims_of_its_address_does_not_count():
    make_user("dana")

    answers = [
        sign_in("dana", f"guess-{n}", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"1.2.3.{n}")[1].status_code
        for n in range(6)
    ]

    assert answers == [200, 200, 200, 200, 429, 429]


def test_behind_a_proxy_the_address_is_the_one_that_it_saw(settings):
    settings.PROXY_COUNT = 1
    make_user("dana")

    answers = [
        sign_in("dana", f"guess-{n}", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"1.2.3.{n}, 8.8.8.8")[1].status_code
        for n in range(6)
    ]
    elsewhere = sign_in("dana", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="8.8.4.4")[1]

    assert answers == [200, 200, 200, 200, 429, 429]
    assert elsewhere.status_code == 302


def test_failures_and_the_lock_out_are_recorded_once_each():
    make_user("dana")

    fail("dana", 9, **HERE)

    recorded = Counter(SecurityEvent.objects.values_list("kind", "user_name", "address"))
    assert recorded == {("failed", "dana", "10.0.0.1"): 5, ("locked", "dana", "10.0.0.1"): 1}


def test_no_password_is_kept_anywhere():
    from axes.models import AccessAttempt

    make_user("dana")
    sign_in("dana", "a-very-secret-guess", **HERE)

    kept = [str(row) for row in AccessAttempt.objects.values()] + [str(row) for row in SecurityEvent.objects.values()]
    assert kept
    assert not [row for row in kept if "secret-guess" in row]


@pytest.mark.parametrize("name", ["dana\n2026-01-01 INFO all is well", "\x1b[31mred", "\0", "x" * 5000])
def test_a_name_that_would_forge_a_line_is_recorded_as_what_it_is(name):
    answer = sign_in(name, PASSWORD, **HERE)[1]

    recorded = SecurityEvent.objects.values_list("user_name", flat=True)
    assert answer.status_code == 200
    assert all(one.isprintable() and len(one) <= 150 for one in recorded)


def test_after_signing_in_one_is_where_one_wanted_to_be():
    make_user("dana")

    assert sign_in("dana")[1].url == TODAY
