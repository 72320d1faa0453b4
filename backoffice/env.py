"""The only reader of the process environment.

A value is looked up in the environment, then in the file that ``ENV_FILE`` names (``.env`` beside ``manage.py`` by
default; empty for none). A value that cannot be used stops the start with one sentence.
"""

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def _read_env_file() -> dict[str, str]:
    name = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    if not name or not Path(name).is_file():
        return {}
    lines = (line.strip() for line in Path(name).read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


_file = _read_env_file()


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, _file.get(name, default))


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").strip().lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Use 1 or 0.")
    return value in YES


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None


def percent(name: str, default: str) -> Decimal:
    """From 0 to 100, with two decimals at most."""
    value = text(name, default)
    try:
        found = Decimal(value)
        if 0 <= found <= 100 and found == round(found, 2):
            return found
    except InvalidOperation:
        pass  # told below
    raise ImproperlyConfigured(f"{name}={value!r} is not a percentage. Use a number from 0 to 100, such as 19 or 5.5.")


def choice(name: str, allowed: list[str]) -> str:
    """One of a few words; the first is the default."""
    value = text(name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is not known. Use one of: {', '.join(allowed)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; blanks are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def required(name: str, hint: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value
