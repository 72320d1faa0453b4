"""Nobody raises anybody above themselves."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from backoffice.access import rights, second_factor
from backoffice.access.models import SecurityEvent
from backoffice.access.tests.people import code_of, make_user, signed_in

pytestmark = pytest.mark.django_db
USERS = reverse("admin:auth_user_changelist")


def change_url(user) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def typed(user, **changes):
    """What the user's page posts, with changes."""
    data = {
        "username": user.username,
        "first_name": "",
        "last_name": "",
        "email": "",
        "is_active": "on",
        "is_staff": "on",
        "groups": [group.pk for group in user.groups.all()],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    return data | changes


def role(name: str) -> Group:
    return Group.objects.get(name=name)


def test_an_administrator_gives_every_role_of_the_shop():
    make_user("alex", "Administrator")
    dana = make_user("dana")

    signed_in("alex").post(change_url(dana), typed(dana, groups=[role("Sales").pk, role("Warehouse").pk]))

    assert set(dana.groups.values_list("name", flat=True)) == {"Sales", "Warehouse"}


def test_who_may_edit_users_gives_only_what_they_have_themselves():
    clerk = make_user("clerk", "Sales")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    dana = make_user("dana")

    answer = signed_in("clerk").post(change_url(dana), typed(dana, groups=[role("Manager").pk]))

    assert answer.context["adminform"].form.errors["groups"]
    assert not dana.groups.exists()


@pytest.mark.parametrize("forged", [{"is_superuser": "on"}, {"user_permissions": "1"}, {"is_superuser": "1"}])
def test_an_administrator_makes_nobody_a_superuser(forged):
    make_user("alex", "Administrator")
    dana = make_user("dana", "Sales")

    signed_in("alex").post(change_url(dana), typed(dana, **forged))

    dana.refresh_from_db()
    assert (dana.is_superuser, dana.user_permissions.count()) == (False, 0)


def test_nobody_changes_what_they_may_do_themselves():
    alex = make_user("alex", "Administrator")

    signed_in("alex").post(change_url(alex), typed(alex, first_name="Alexa", groups=[role("Sales").pk]))

    alex.refresh_from_db()
    assert (alex.first_name, [group.name for group in alex.groups.all()]) == ("Alexa", ["Administrator"])


@pytest.mark.parametrize("name", ["admin:auth_user_change", "admin:auth_user_password_change"])
def test_who_may_do_more_cannot_be_edited_nor_get_a_new_password(name):
    make_user("alex", "Administrator")
    root = make_user("root", is_superuser=True)
    before = root.password

    answer = signed_in("alex").post(reverse(name, args=[root.pk]), typed(root, password1="x" * 20, password2="x" * 20))

    root.refresh_from_db()
    assert (answer.status_code, root.password, root.is_superuser) == (403, before, True)


def test_who_did_more_before_they_were_deactivated_cannot_be_edited_either():
    clerk = make_user("clerk", "Sales")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    gone = make_user("gone", "Manager", is_active=False)

    assert rights.exceeds(gone, clerk)


def test_a_new_user_is_staff_without_any_right():
    make_user("alex", "Administrator")

    data = {"username": "new", "password1": "a-good-long-one", "password2": "a-good-long-one", "is_superuser": "on"}
    signed_in("alex").post(reverse("admin:auth_user_add"), data)

    new = User.objects.get(username="new")
    assert (new.is_staff, new.is_superuser, new.get_all_permissions()) == (True, False, set())


def test_roles_are_changed_by_superusers_only():
    make_user("alex", "Administrator")
    sales = role("Sales")
    before = sales.permissions.count()

    url = reverse("admin:auth_group_change", args=[sales.pk])
    answer = signed_in("alex").post(url, {"name": "Sales", "permissions": [p.pk for p in Permission.objects.all()]})

    assert (answer.status_code, sales.permissions.count()) == (403, before)


def test_nobody_is_deleted():
    make_user("root", is_superuser=True)
    dana = make_user("dana")

    answer = signed_in("root").post(reverse("admin:auth_user_delete", args=[dana.pk]), {"post": "yes"})

    assert (answer.status_code, User.objects.filter(pk=dana.pk).exists()) == (403, True)


def test_a_second_factor_is_taken_off_by_who_may_edit_its_owner():
    make_user("alex", "Administrator")
    dana, root = make_user("dana", "Sales"), make_user("root", is_superuser=True)
    for user in (dana, root):
        second_factor.complete(user, code_of(second_factor.begin(user)))

    client = signed_in("alex")
    client.post(USERS, {"action": "reset_second_factor", "_selected_action": [dana.pk, root.pk]})
    assert second_factor.device_of(dana)  # all or nothing

    client.post(USERS, {"action": "reset_second_factor", "_selected_action": [dana.pk]})
    assert (second_factor.device_of(dana), bool(second_factor.device_of(root))) == (None, True)
    assert SecurityEvent.objects.filter(kind="2fa-off", user=dana, by="alex").count() == 1


def test_a_change_of_rights_is_recorded_with_who_did_it():
    make_user("alex", "Administrator")
    dana = make_user("dana")
    client = signed_in("alex")

    client.post(change_url(dana), typed(dana, groups=[role("Sales").pk]))

    event = SecurityEvent.objects.get(kind="rights", user=dana, by="alex")
    assert event.detail == "add Sales"
