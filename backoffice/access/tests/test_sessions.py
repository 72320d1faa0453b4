"""A session is new at every sign-in, and ends with what it was trusted for."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.access import sessions
from backoffice.access.models import SecurityEvent, Session
from backoffice.access.tests.people import PASSWORD, TODAY, make_user, sign_in, signed_in

pytestmark = pytest.mark.django_db
OWN, END = reverse("own_sessions"), reverse("end_other_sessions")


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_inside(client: Client) -> bool:
    return client.get(TODAY).status_code == 200


def test_a_session_says_whose_it_is_and_where_it_was_begun():
    user = make_user("dana")

    client, _answer = sign_in("dana", REMOTE_ADDR="10.0.0.7", HTTP_USER_AGENT="Firefox")

    row = Session.objects.get(session_key=key_of(client))
    assert (row.user_id, row.address, row.agent, row.begun is not None) == (user.pk, "10.0.0.7", "Firefox", True)


def test_a_session_names_the_browser_in_words():
    windows = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
    )

    assert Session(agent=windows).browser == "Chrome, Windows"
    assert Session(agent=f"{windows} Edg/131.0").browser == "Edge, Windows"
    assert Session(agent="a script of ours").browser == "a script of ours"


def test_a_key_from_before_signing_in_is_worth_nothing():
    make_user("dana")
    planted = Client()
    planted.get(OWN)
    session = sessions.SessionStore()
    session["planted"] = True
    session.save()
    planted.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    sign_in("dana", client=planted)

    assert key_of(planted) != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_ones_own_sessions_are_listed_and_nobody_elses():
    make_user("dana")
    make_user("eve")
    dana, _elsewhere, _eve = signed_in("dana"), signed_in("dana"), signed_in("eve")

    assert len(dana.get(OWN).context["sessions"]) == 2


def test_the_others_can_be_ended():
    make_user("dana")
    make_user("eve")
    here, elsewhere, eve = signed_in("dana"), signed_in("dana"), signed_in("eve")

    here.post(END)

    assert (is_inside(here), is_inside(elsewhere), is_inside(eve)) == (True, False, True)


def test_a_new_password_ends_every_other_session():
    user = make_user("dana", is_superuser=True)
    here, elsewhere = signed_in("dana"), signed_in("dana")

    new = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    here.post(reverse("admin:auth_user_password_change", args=[user.pk]), new)

    assert (is_inside(here), is_inside(elsewhere)) == (True, False)
    assert SecurityEvent.objects.filter(kind="password", user=user, by="dana").count() == 1


def test_deactivation_ends_every_session():
    user = make_user("dana", "Sales")
    client = signed_in("dana")

    user.is_active = False
    user.save()

    assert not is_inside(client)
    assert not Session.objects.filter(user_id=user.pk).exists()


@pytest.mark.parametrize("change", ["add", "remove", "clear", "set_of_group"])
def test_another_role_ends_every_session(change):
    user, role = make_user("dana", "Sales"), Group.objects.get(name="Sales")
    client = signed_in("dana")

    {
        "add": lambda: user.groups.add(Group.objects.get(name="Auditor")),
        "remove": lambda: user.groups.remove(role),
        "clear": lambda: user.groups.clear(),
        "set_of_group": lambda: role.user_set.remove(user),
    }[change]()

    assert not is_inside(client)
    assert SecurityEvent.objects.filter(kind="rights", user=user).exists()


def test_a_role_that_was_there_already_changes_nothing():
    user = make_user("dana", "Sales")
    client = signed_in("dana")

    user.groups.add(Group.objects.get(name="Sales"))

    assert is_inside(client)


def test_signing_out_ends_the_session():
    make_user("dana")
    client = signed_in("dana")
    key = key_of(client)

    client.post(reverse("admin:logout"))
    client.cookies[settings.SESSION_COOKIE_NAME] = key

    assert not is_inside(client)
    assert not Session.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(("pauses", "is_still_in"), [([100, 100], True), ([130], False), ([110] * 7, False)])
def test_a_session_ends_when_it_is_left_alone_and_after_a_day_of_work(pauses, is_still_in):
    """Minutes between the pages that somebody opens: two hours alone are too long, and so is half a day in all."""
    make_user("dana")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in("dana")

        for minutes in pauses:
            clock.shift(timedelta(minutes=minutes))
            answers = is_inside(client)

    assert answers == is_still_in


def test_an_administrator_ends_the_sessions_of_somebody_else():
    make_user("alex", "Administrator")
    dana = make_user("dana", "Sales")
    client = signed_in("dana")

    chosen = {"action": "end_sessions", "_selected_action": [dana.pk]}
    signed_in("alex").post(reverse("admin:auth_user_changelist"), chosen)

    assert not is_inside(client)
    assert SecurityEvent.objects.filter(kind="ended", user=dana, by="alex").count() == 1


@pytest.mark.parametrize("password", ["backroom-2026", "Warehouse12345", "administrator1"])
def test_a_password_is_not_a_word_of_the_shop(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_a_password_must_be_twelve_characters_long():
    with pytest.raises(ValidationError, match="12 characters"):
        validate_password("short-horse")
    validate_password(PASSWORD)
