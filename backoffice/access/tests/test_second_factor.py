"""Nobody gets past the second factor, and everybody who should gets through it."""

import pytest
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken

from backoffice.access import second_factor
from backoffice.access.models import SecurityEvent
from backoffice.access.tests.people import PASSWORD, TODAY, code_of, make_user, sign_in, signed_in

pytestmark = pytest.mark.django_db
VERIFY, ENROL, RENEW, REMOVE = map(reverse, ["verify", "second_factor", "renew_codes", "remove_second_factor"])


def enrol(user) -> list[str]:
    """Turns a second factor on without a browser; returns the recovery codes."""
    codes = second_factor.complete(user, code_of(second_factor.begin(user)))
    assert len(codes) == 10
    return codes


def is_inside(client: Client) -> bool:
    return client.get(TODAY).status_code == 200


def test_who_has_one_is_asked_for_it():
    user = make_user("dana", "Sales")
    enrol(user)
    client = signed_in("dana")

    asked = client.get("/admin/orders/order/?status=draft")

    assert (asked.status_code, asked.url) == (302, f"{VERIFY}?next=%2Fadmin%2Forders%2Forder%2F%3Fstatus%3Ddraft")
    answer = client.post(VERIFY, {"code": code_of(second_factor.device_of(user), 1), "next": "/admin/orders/order/"})
    assert answer.url == "/admin/orders/order/"
    assert is_inside(client)


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/admin/orders/order/1/change/", "/admin/palette/?q=a", "/admin/autocomplete/", "/account/sessions/"],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_password_alone_opens_nothing(path, method):
    enrol(make_user("root", is_superuser=True))
    client = signed_in("root")

    answer = getattr(client, method)(path)

    assert (answer.status_code, answer.url.startswith(VERIFY)) == (302, True)


def test_a_wrong_code_is_refused_and_recorded():
    enrol(make_user("dana"))
    client = signed_in("dana")

    answer = client.post(VERIFY, {"code": "000000"})

    assert answer.context["form"].errors["code"]
    assert not is_inside(client)
    assert SecurityEvent.objects.filter(kind="code", user_name="dana").count() == 1


def test_guessing_codes_is_slowed_down_so_that_even_the_right_one_has_to_wait():
    user = make_user("dana")
    enrol(user)
    client = signed_in("dana")
    for _try in range(3):
        client.post(VERIFY, {"code": "000000"})

    client.post(VERIFY, {"code": code_of(second_factor.device_of(user), 1)})

    assert not is_inside(client)


def test_a_code_is_good_once():
    user = make_user("dana")
    enrol(user)
    code = code_of(second_factor.device_of(user), 1)
    first, second = signed_in("dana"), signed_in("dana")

    first.post(VERIFY, {"code": code})
    second.post(VERIFY, {"code": code})

    assert (is_inside(first), is_inside(second)) == (True, False)


def test_a_recovery_code_lets_in_once_however_it_is_typed():
    codes = enrol(make_user("dana"))
    first, second = signed_in("dana"), signed_in("dana")

    first.post(VERIFY, {"code": f" {codes[0].upper()} "})
    second.post(VERIFY, {"code": codes[0]})

    assert (is_inside(first), is_inside(second)) == (True, False)


def test_the_code_of_somebody_else_is_no_code():
    dana, eve = make_user("dana"), make_user("eve")
    enrol(dana)
    enrol(eve)
    client = signed_in("dana")

    client.post(VERIFY, {"code": code_of(second_factor.device_of(eve), 1)})

    assert not is_inside(client)


def test_it_leads_nowhere_else(settings):
    user = make_user("dana")
    enrol(user)
    client = signed_in("dana")

    answer = client.post(VERIFY, {"code": code_of(second_factor.device_of(user), 1), "next": "https://evil.example/"})

    assert answer.url == "/admin/"


def test_a_role_that_needs_one_sets_it_up_at_the_first_sign_in(settings):
    settings.TWO_FACTOR_ROLES = ["Manager"]
    user = make_user("mia", "Manager")
    client = signed_in("mia")

    assert client.get(TODAY, follow=True).redirect_chain[-1][0] == ENROL
    shown = client.post(ENROL, {"code": code_of(second_factor.begin(user))})

    assert len(shown.context["codes"]) == 10
    assert is_inside(client)


def test_a_role_that_needs_none_is_not_asked(settings):
    settings.TWO_FACTOR_ROLES = ["Manager"]
    make_user("dana", "Sales")

    assert is_inside(signed_in("dana"))


def test_superusers_can_be_asked_for_one(settings):
    settings.TWO_FACTOR_ROLES = ["superusers"]
    make_user("root", is_superuser=True)

    assert not is_inside(signed_in("root"))


def test_setting_one_up_ends_the_other_sessions():
    user = make_user("dana")
    here, elsewhere = signed_in("dana"), signed_in("dana")

    here.post(ENROL, {"code": code_of(second_factor.begin(user))})

    assert (is_inside(here), is_inside(elsewhere)) == (True, False)


def test_a_session_without_the_code_cannot_set_up_another_one():
    user = make_user("dana")
    enrol(user)
    client = signed_in("dana")

    answer = client.post(ENROL, {"code": "123456"})

    assert (answer.status_code, answer.url) == (302, VERIFY)
    assert second_factor.codes_left(user) == 10


def test_it_is_turned_off_with_a_code_only():
    user = make_user("dana")
    enrol(user)
    client = signed_in("dana")
    codes = second_factor.renew_codes(user)
    client.post(VERIFY, {"code": codes[0]})

    client.post(REMOVE, {"code": "zzzzz-zzzzz"})
    assert second_factor.device_of(user)

    client.post(REMOVE, {"code": code_of(second_factor.device_of(user), 1)})
    assert not second_factor.device_of(user)


def test_a_role_that_needs_one_cannot_turn_it_off(settings):
    settings.TWO_FACTOR_ROLES = ["Manager"]
    user = make_user("mia", "Manager")
    codes = enrol(user)
    client = signed_in("mia")
    client.post(VERIFY, {"code": codes[0]})

    client.post(REMOVE, {"code": codes[1]})

    assert second_factor.device_of(user)


def test_new_recovery_codes_replace_the_old_ones():
    user = make_user("dana")
    codes = enrol(user)
    client = signed_in("dana")
    client.post(VERIFY, {"code": codes[0]})

    shown = client.post(RENEW, {"code": codes[1]}).context["codes"]

    assert not set(shown) & set(codes)
    assert second_factor.codes_left(user) == 10


def test_who_reads_the_table_has_no_recovery_code():
    codes = enrol(make_user("dana"))

    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert len(kept) == 10
    assert not kept & {form for code in codes for form in (code, code.replace("-", ""))}


def test_the_key_stays_the_same_while_the_page_is_reloaded():
    make_user("dana")
    client = signed_in("dana")

    first, second = client.get(ENROL).context["key"], client.get(ENROL).context["key"]

    assert first == second


def test_a_password_alone_does_not_reach_the_form_a_second_time():
    """Signing in again while the code is owed does not make the session any better."""
    enrol(make_user("dana"))
    client = signed_in("dana")

    sign_in("dana", PASSWORD, client)

    assert not is_inside(client)
