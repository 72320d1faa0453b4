"""Text that would be a script, in every place where people type, shown on every page: it stays text.

The control at the end shows that the watch would notice one that runs.
"""

from itertools import cycle

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models

from backoffice.tests import chromium, site_map
from inventory.tests.shop import make_item
from orders.tests.shop import make_customer, place_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIT = "window.__hit=1"
FEW = [
    f"<script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f'"><svg onload={HIT}>',
    f"'-({HIT})-'",
    f"</script><script>{HIT}</script>",
    f"</title><script>{HIT}</script>",
    f"javascript:{HIT}",
    "{{7*7}}{% load x %}%(x)s",
    f'" autofocus onfocus={HIT} x="',
    f'<a href="javascript:{HIT}">x</a>',
]
MORE = [
    f"<body onload={HIT}>",
    '<iframe srcdoc="<script>parent.__hit=1</script>">',
    f"<details open ontoggle={HIT}>",
    f"<input autofocus onfocus={HIT}>",
    f"<video><source onerror={HIT}>",
    f"<marquee onstart={HIT}>",
    f'<object data="javascript:{HIT}">',
    f'<embed src="javascript:{HIT}">',
    f'<form action="javascript:{HIT}"><input type=submit>',
    f'<math href="javascript:{HIT}">x</math>',
    f"<svg><script>{HIT}</script></svg>",
    f"<svg><animate onbegin={HIT} attributeName=x>",
    f"<style>@import 'javascript:{HIT}';</style>",
    f'<link rel=stylesheet href="javascript:{HIT}">',
    f'<base href="javascript:/{HIT}//">',
    f'<meta http-equiv=refresh content="0;url=javascript:{HIT}">',
    f"--><script>{HIT}</script>",
    f"]]><script>{HIT}</script>",
    f"*/</style><script>{HIT}</script>",
    f"</textarea><script>{HIT}</script>",
    f"</option></select><script>{HIT}</script>",
    f'\\"><script>{HIT}</script>',
    f"\\u003cscript\\u003e{HIT}\\u003c/script\\u003e",
    f"&lt;script&gt;{HIT}&lt;/script&gt;",
    f"%3Cscript%3E{HIT}%3C/script%3E",
    f"<ScRiPt>{HIT}</sCrIpT>",
    f"<scr<script>ipt>{HIT}</script>",
    f"<img/src='x'/onerror='{HIT}'>",
    f"`-({HIT})-`",
    f"${{{HIT}}}",
]


AS_THEY_ARE = {  # words that the product itself writes; a mail as it was sent is markup, and shown in a sandbox
    "kind",
    "source",
    "format",
    "sha256",
    "html",
}


def is_breach(said) -> bool:
    """The policy stopped something that should never have been there. A missing picture is no breach."""
    return said.type == "error" and "Content Security Policy" in said.text


@pytest.fixture
def page_of_root(page, live_server, client):
    client.force_login(User.objects.create_superuser("root", first_name=FEW[0], last_name=FEW[1]))
    page.context.add_cookies([chromium.session_cookie(client, live_server.url)])
    page.complaints = []
    page.on("dialog", lambda dialog: (page.complaints.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda said: is_breach(said) and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def furnish(tmp_path, payloads: list[str]) -> None:
    """A shop in which people are called, and things are named, like scripts."""
    site_map.furnish(tmp_path)
    for number, text in enumerate(payloads):
        item = make_item(f"{text[:40]}{number}", on_hand=3, name=text[:150], category=text[:60])
        customer = make_customer(text[:100], email=f"kath{number}@example.com", address=text)
        place_order((item, 1), customer=customer, note=text, address=text)
    spoil_the_rest(payloads)


def spoil_the_rest(payloads: list[str]) -> None:
    """Every text of every row that may be written is one of the payloads, whoever writes it in real life."""
    texts = cycle(payloads)
    for label in ("notifications.notification", "notifications.capturedmail", "imports.importrun", "exports.export"):
        model = apps.get_model(label)
        for row in model._base_manager.all():
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, (models.CharField, models.TextField)) and not isinstance(
                    field, models.FileField
                )
                if is_text and not (field.choices or field.unique or field.name in AS_THEY_ARE):
                    setattr(row, field.name, next(texts)[: field.max_length])
            row.save()


def visit(page, live_server) -> list[str]:
    """What happened on the pages that it opened: empty when all of them showed text."""
    samples, found = site_map.samples(), []
    for address in site_map.addresses():
        if address.name.endswith(("_file", "logout", "_progress", "jsi18n", "view_on_site")):
            continue
        answer = page.context.request.get(f"{live_server.url}{address.path(samples)}")
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        page.goto(f"{live_server.url}{address.path(samples)}")
        page.wait_for_load_state("networkidle")
        if page.evaluate("window.__hit") or page.complaints:
            found.append(f"{address.path(samples)}: {page.complaints}")
            page.complaints.clear()
    return found


def test_ten_scripts_stay_text_on_every_page(page_of_root, live_server, tmp_path):
    furnish(tmp_path, FEW)

    assert visit(page_of_root, live_server) == []


@pytest.mark.deep
def test_forty_scripts_stay_text_on_every_page(page_of_root, live_server, tmp_path):
    payloads = [*FEW, *MORE]
    furnish(tmp_path, payloads)

    found = []
    for turn in range(0, len(payloads), 10):
        spoil_the_rest(payloads[turn:] + payloads[:turn])
        found += visit(page_of_root, live_server)

    assert (len(payloads), found) == (40, [])


def test_a_script_that_does_run_is_noticed(page_of_root, live_server):
    page_of_root.goto(f"{live_server.url}/admin/")

    page_of_root.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.__hit=1\">')")
    page_of_root.wait_for_timeout(300)

    assert page_of_root.evaluate("window.__hit") or page_of_root.complaints
