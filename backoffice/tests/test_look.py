"""The look holds: the templates it leans on are the ones that were read, and the first pages are clean in a browser."""

import hashlib
from pathlib import Path

import jazzmin
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model

REVIEWED = Path(__file__).with_name("jazzmin_templates.sha256")
TEMPLATES = Path(jazzmin.__file__).parent / "templates"
SCREENS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1366, "height": 850}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1366, "height": 850}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
}


def test_the_templates_of_jazzmin_are_the_ones_that_were_reviewed():
    reviewed = dict(reversed(line.split()) for line in REVIEWED.read_text().splitlines())

    found = {name: hashlib.sha256((TEMPLATES / name).read_bytes()).hexdigest() for name in reviewed}

    changed = sorted(name for name in reviewed if found[name] != reviewed[name])
    assert not changed, (
        f"Jazzmin changed {', '.join(changed)}: compare each with our template of the same name under "
        f"backoffice/templates, then write its new sha256 into {REVIEWED.name}."
    )


@pytest.fixture(params=SCREENS)
def screen(request, browser, live_server):
    """A page that remembers what a careful person would have complained about."""
    context = browser.new_context(base_url=live_server.url, **SCREENS[request.param])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: said.type in {"error", "warning"} and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda sent: sent.url.startswith(live_server.url) or page.complaints.append(sent.url))
    yield page
    context.close()


def defects(page) -> list[str]:
    """Console errors (a breach of the content security policy is one), foreign hosts, overflow and axe's findings."""
    page.wait_for_load_state("networkidle")
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    axe = Axe().run(page).response["violations"]
    return [
        *page.complaints,
        *([f"{wider} pixels wider than the screen"] if wider > 0 else []),
        *(f"{rule['id']}: {rule['nodes'][0]['target']}" for rule in axe),
    ]


@pytest.mark.browser
def test_signing_in_and_the_start_page_are_clean(screen):
    get_user_model().objects.create_superuser("dana", password="a-long-one-for-dana")

    screen.goto("/admin/login/")
    at_the_door = defects(screen)
    screen.get_by_label("Username").fill("dana")
    screen.get_by_label("Password").fill("a-long-one-for-dana")
    screen.get_by_role("button", name="Sign in").click()
    screen.wait_for_url("**/admin/")

    assert (at_the_door, defects(screen)) == ([], [])
