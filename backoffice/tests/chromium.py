"""Finds a Chromium for the browser tests, or gets one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.test import Client
from playwright._impl._api_structures import SetCookieParam  # no public name has this type

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
HINT = "No Chromium was found. Install one, for example with: apt-get install -y chromium, or name it in CHROMIUM=…"


class NoChromiumError(RuntimeError):
    pass


def find() -> str:
    """The path of an executable Chromium; ``NoChromiumError`` with the way out when there is none."""
    found = _named() or _on_path() or _playwrights_own()
    if not found:
        raise NoChromiumError(HINT)
    return found


def find_or_install() -> str:
    """The same, after trying Playwright's download and then the system's packages."""
    if not (_named() or _on_path() or _playwrights_own()):
        _install()
    return find()


def _install() -> None:
    _try([sys.executable, "-m", "playwright", "install", "chromium"])
    if not _playwrights_own() and os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "chromium"])


def flags() -> list[str]:
    """Root has no sandbox to give; ``/dev/shm`` is tiny in containers; nothing may call out during a test."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*sandbox, "--disable-dev-shm-usage", "--disable-background-networking"]


def _named() -> str | None:
    """What ``CHROMIUM`` says; a mistake in it is not repaired by taking another browser."""
    named = os.environ.get("CHROMIUM")
    if named and not shutil.which(named):
        raise NoChromiumError(f"CHROMIUM={named!r} is not an executable file.")
    return named


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _try(command: list[str]) -> None:
    subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    )


def session_cookie(client: Client, url: str) -> SetCookieParam:
    """What lets a browser go on where a signed-in test client is."""
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
