"""Staff as the tests of the door need them: with a password, and signing in by the form."""

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "correct-horse-battery"
LOGIN = reverse("admin:login")
TODAY = reverse("admin:index")


def make_user(name: str, role: str = "", **flags) -> User:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, **flags)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def sign_in(name: str, password: str = PASSWORD, client: Client | None = None, **extra):
    """The client and its last answer."""
    client = client or Client()
    return client, client.post(LOGIN, {"username": name, "password": password, "next": TODAY}, **extra)


def signed_in(name: str) -> Client:
    client, answer = sign_in(name)
    assert answer.status_code == 302, "the form was refused"
    return client


def code_of(device: TOTPDevice, steps_on: int = 0) -> str:
    """What the app shows now, or some half minutes later. A code is accepted once, so a second one is a later one."""
    device.refresh_from_db()
    return f"{totp(device.bin_key, device.step, device.t0, device.digits, steps_on):06d}"
