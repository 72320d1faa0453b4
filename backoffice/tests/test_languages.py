"""Everybody reads their own language, with its dates and numbers; German is complete."""

import html
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from backoffice import languages
from backoffice.models import Preferences
from backoffice.tests import catalogue, pages, unmarked
from backoffice.tests.pages import sign_in

PAGE = reverse("admin:preferences")
ITEMS = reverse("admin:inventory_item_changelist")


# Words that were recorded in English, names that facts and places have, and one that is German as well.
RECORDED = {"Import", "Main", "Units", "Value of stock", "company", "count", "import", "name", "system"}


def shown(answer) -> set[str]:
    """Every text between two tags."""
    without_code = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return {html.unescape(text).strip() for text in re.split(r"<[^>]*>", without_code)}


@pytest.fixture
def mia(db):
    client = sign_in("Manager")
    client.post(PAGE, {"language": "de", "time_zone": ""})
    return client


def test_pages_are_in_the_language_that_was_chosen(mia):
    page = mia.get(ITEMS)

    assert '<html lang="de"' in page.text
    assert page.headers["Content-Language"] == "de"
    assert (page.context["title"], "Artikel durchsuchen" in page.text) == ("Artikel zur Änderung auswählen", True)


def test_the_choice_is_there_at_the_next_sign_in_and_of_nobody_else(mia):
    user = Preferences.objects.get().user
    mia.logout()

    mia.force_login(user)

    assert mia.session["language"] == "de"
    assert sign_in("Sales").session["language"] == ""


@pytest.mark.parametrize(("asked", "given"), [("de-AT,de;q=0.9", "de"), ("en-GB", "en"), ("fi", "en")])
def test_until_somebody_chooses_the_browser_decides(client, asked, given):
    page = client.get(reverse("admin:login"), headers={"Accept-Language": asked})

    assert f'<html lang="{given}"' in page.text
    assert "Accept-Language" in page.headers["Vary"]


def test_a_language_that_is_not_spoken_is_refused(mia):
    mia.post(PAGE, {"language": "tlh", "time_zone": ""})

    assert Preferences.objects.get().language == "de"


@pytest.mark.django_db
def test_a_german_page_leaves_the_next_person_s_alone(mia):
    mia.get(ITEMS)

    assert '<html lang="en"' in sign_in("Sales").get(ITEMS).text
    assert translation.get_language() == settings.LANGUAGE_CODE


def test_work_in_the_background_speaks_to_who_waits_for_it(mia):
    with languages.spoken_by(Preferences.objects.get().user):
        mine = translation.get_language()
    with languages.spoken_by(None):
        nobodys = translation.get_language()

    assert (mine, nobodys) == ("de", "en")


# The catalogue --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def said():
    return set(catalogue.held(catalogue.extracted()))


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_the_catalogue_holds_what_the_product_says_and_nothing_else(said, language):
    assert set(catalogue.held(catalogue.read(language))) == said, "make messages brings the catalogue in step"


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_message_is_translated_and_none_is_a_guess(language):
    wanting = [
        message.id
        for message in catalogue.read(language)
        if message.id and (message.fuzzy or not catalogue.is_translated(message))
    ]

    assert wanting == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_translations_keep_placeholders_and_outer_spaces(language):
    assert [
        message.id for message in catalogue.read(language) if message.id and not catalogue.is_faithful(message)
    ] == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    assert catalogue.held(catalogue.compiled(language)) == catalogue.held(catalogue.read(language))


def test_no_german_page_says_in_english_what_the_catalogue_knows(mia, tmp_path):
    """What is put together before it is known who reads it would stay English."""
    pages.open_shop(tmp_path)
    translations = catalogue.held(catalogue.read("de"))
    english = {text for (_context, text), told in translations.items() if isinstance(text, str) and told != (text,)}
    english = {text for text in english if "{{" not in text}  # wordings of mails stand there in each language

    found = {text for url, page in pages.answers(mia) if "/export/" not in url for text in shown(page)}

    assert found & english == RECORDED


# What nobody marked ---------------------------------------------------------------------------------------------------


def test_templates_leave_no_text_unmarked():
    assert unmarked.in_templates() == []


def test_python_leaves_no_text_unmarked():
    assert unmarked.in_python() == []


def test_models_leave_no_name_unmarked():
    assert unmarked.in_models() == []


def test_unmarked_text_is_found():
    template = '{% translate "Save" %} <p title="Not yet">{{ order }} is late</p>{# a remark #}<b>SKU</b>'

    assert list(unmarked.texts_of(template)) == ["Not yet", "is late"]


def test_a_lost_placeholder_is_found():
    german = catalogue.Catalog(locale="de")
    kept = german.add("%(count)d rows", "%(count)d Zeilen")
    lost = german.add("%(count)d lines", "Zeilen")

    assert (catalogue.is_faithful(kept), catalogue.is_faithful(lost)) == (True, False)
