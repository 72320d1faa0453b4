"""The look holds: the templates it leans on are the ones that were read, and every page is clean in a browser."""

import hashlib
from pathlib import Path

import jazzmin
import pytest
from axe_playwright_python.sync_playwright import Axe

from backoffice.tests import chromium, pages

REVIEWED = Path(__file__).with_name("jazzmin_templates.sha256")
TEMPLATES = Path(jazzmin.__file__).parent / "templates"
OURS = Path(__file__).resolve().parent.parent / "templates"
SCREENS = {
    "desk": {"viewport": {"width": 1366, "height": 850}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
AT_ONCE = """  // a colour that is on its way to another is none that anybody complains about
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { transition: none !important; animation: none !important; }");
    document.adoptedStyleSheets = [sheet];
"""
SHORT_ROWS = """() => {  // rows of a table whose cells do not stand below their headings
    const shown = (row) => [...row.cells].filter((cell) => cell.getClientRects().length);
    const width = (row) => shown(row).reduce((sum, cell) => sum + cell.colSpan, 0);
    const isRow = (row) => shown(row).length > 1 && getComputedStyle(row).display === "table-row";
    const heads = [...document.querySelectorAll("table > thead > tr:last-child")].filter(isRow);
    return heads.flatMap((head) => [...head.closest("table").querySelectorAll(":scope > tbody > tr")]
        .filter((row) => isRow(row) && width(row) !== width(head) && ![...row.cells].some((cell) => cell.rowSpan > 1))
        .map((row) => `${width(row)} cells below ${width(head)} headings: ${row.innerText}`).slice(0, 1));
}"""
axe = Axe()


def test_the_templates_of_jazzmin_are_the_ones_that_were_reviewed():
    reviewed = dict(reversed(line.split()) for line in REVIEWED.read_text().splitlines())

    found = {name: hashlib.sha256((TEMPLATES / name).read_bytes()).hexdigest() for name in reviewed}

    changed = sorted(name for name in reviewed if found[name] != reviewed[name])
    assert not changed, (
        f"Jazzmin changed {', '.join(changed)}: compare each with our template of the same name under "
        f"backoffice/templates, then write its new sha256 into {REVIEWED.name}."
    )


def test_every_template_that_stands_in_for_one_of_jazzmin_was_reviewed():
    ours = {str(path.relative_to(OURS)) for path in OURS.rglob("*.html")}

    reviewed = {line.split()[1] for line in REVIEWED.read_text().splitlines()}

    assert {name for name in ours if (TEMPLATES / name).is_file()} <= reviewed


@pytest.fixture(params=SCREENS)
def screen(request, browser, live_server):
    """A page that remembers what a careful person would have complained about."""
    context = browser.new_context(base_url=live_server.url, color_scheme="light", **SCREENS[request.param])
    context.add_init_script(AT_ONCE)
    page = context.new_page()
    page.site, page.complaints = live_server.url, []
    page.on("console", lambda said: said.type in {"error", "warning"} and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda sent: sent.url.startswith(live_server.url) or page.complaints.append(sent.url))
    yield page
    context.close()


def defects(page) -> list[str]:
    """Console errors (a breach of the content security policy is one), foreign hosts, overflow, crooked tables and
    axe's findings.

    In the dark only colours can be worse than they were in the light. A page is looked at when it has loaded: its
    scripts are what labels some of it.
    """
    page.wait_for_load_state()
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    violations = axe.run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    violations += axe.run(page, options=COLOURS).response["violations"]
    page.emulate_media(color_scheme="light")
    complaints, page.complaints = page.complaints, []
    return [
        *complaints,
        *([f"{wider} pixels wider than the screen"] if wider > 0 else []),
        *page.evaluate(SHORT_ROWS),
        *(f"{rule['id']}: {rule['nodes'][0]['target']}" for rule in violations),
    ]


def defects_of_pages(screen, client) -> list[str]:
    """Of every page that this client may open, each with its address."""
    screen.context.add_cookies([chromium.session_cookie(client, screen.site)])
    found = {}
    for url in pages.of(client):
        screen.goto(url)
        found[url] = defects(screen)
    assert len(found) > 40
    return [f"{url} {wrong}" for url, wrong in found.items() if wrong]


@pytest.mark.browser
def test_signing_in_is_clean(screen):
    screen.goto("/admin/login/")

    assert defects(screen) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_every_page_of_a_manager_is_clean(screen, tmp_path):
    pages.open_shop(tmp_path)

    assert defects_of_pages(screen, pages.sign_in("Manager")) == []


@pytest.mark.browser
@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["Sales", "Warehouse", "Auditor", "Administrator"])
def test_every_page_of_every_role_is_clean(screen, tmp_path, role):
    pages.open_shop(tmp_path)

    assert defects_of_pages(screen, pages.sign_in(role)) == []
