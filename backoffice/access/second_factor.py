"""The second factor: six digits of an authenticator app, or one of ten recovery codes, each good once.

Who must have one is decided by role (``TWO_FACTOR_ROLES``); anybody may. Guessing is slowed down by django-otp, which
doubles the wait after each wrong code.
"""

import secrets
from typing import Any

import django_otp
import segno
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
NOT_NEEDED = "second_factor_not_needed"  # in the session
SUPERUSERS = "superusers"


def is_required(user: Any) -> bool:
    roles = set(settings.TWO_FACTOR_ROLES)
    if SUPERUSERS in roles and user.is_superuser:
        return True
    return bool(roles) and user.groups.filter(name__in=roles).exists()


def device_of(user: Any) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def is_missing(request: Any) -> bool:
    """Whether this session still owes the second factor."""
    is_owed = request.user.is_authenticated and not request.session.get(NOT_NEEDED)
    return is_owed and not request.user.is_verified()


def decide(request: Any, user: Any) -> None:
    """At sign-in: whether the session owes a second factor. It stands in the session, so that no request asks again."""
    request.session[NOT_NEEDED] = not (device_of(user) or is_required(user))


def is_right(user: Any, code: str) -> Any:
    """The device that accepts the code, or None. A code is accepted once."""
    code = "".join(code.split()).replace("-", "").lower()
    if code.isascii() and code.isdigit() and len(code) == 6:
        device, token = device_of(user), code
    else:
        device, token = StaticDevice.objects.filter(user=user, confirmed=True).first(), _kept(user, code)
    return django_otp.verify_token(user, device.persistent_id, token) if device else None


def _kept(user: Any, code: str) -> str:
    """What is stored of a recovery code: who reads the table cannot use it, and without the key cannot guess it."""
    return salted_hmac("recovery code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()[:16]


def begin(user: Any) -> TOTPDevice:
    """A device that waits for its first code; the same one until then, so that a reloaded page shows the same key."""
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})[0]


@transaction.atomic
def complete(user: Any, code: str) -> list[str]:
    """Turns the waiting device on and returns the recovery codes; an empty list when the code is wrong."""
    waiting = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device_of(user) or not waiting or not waiting.verify_token("".join(code.split())):
        return []
    waiting.confirmed = True
    waiting.save()
    return renew_codes(user)


@transaction.atomic
def renew_codes(user: Any) -> list[str]:
    """Ten new recovery codes; the old ones are good for nothing any more. They are shown once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = ["".join(secrets.choice(ALPHABET) for _place in range(10)) for _code in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_kept(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user=user).count()


@transaction.atomic
def remove(user: Any) -> bool:
    """Whether there was one."""
    removed, _by_model = TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    return bool(removed)


def picture(device: TOTPDevice) -> str:
    """The key as a QR code, as a data URI."""
    return segno.make(device.config_url, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
