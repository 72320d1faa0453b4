"""The shortest story: somebody signs in and finds the shop."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_signing_in_leads_to_the_first_page(page: Page, live_server, django_user_model):
    django_user_model.objects.create_superuser("mara", password="harbour-lights-42")
    page.goto(f"{live_server.url}/")

    page.locator("input[name=username]").fill("mara")
    page.locator("input[name=password]").fill("harbour-lights-42")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{live_server.url}/admin/")
    expect(page.locator("input[name=password]")).to_have_count(0)


def test_a_page_breaks_no_content_policy(page: Page, live_server, django_user_model):
    """Chromium reports each blocked script and style to the console."""
    reports: list[str] = []
    page.on("console", lambda message: reports.append(report(message)) if message.type == "error" else None)

    page.goto(f"{live_server.url}/admin/login/")

    assert reports == []


def report(message):
    return f"{message.text} ({message.location['url']})"
