"""The guide for the three jobs names things as the screen does."""

import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

GUIDE = (settings.BASE_DIR / "docs" / "guide.md").read_text()
CATALOGUE = settings.BASE_DIR / "backoffice" / "locale" / "de" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def said() -> set[str]:
    """Every sentence and label that the product has for people."""
    with CATALOGUE.open("rb") as file:
        return {str(message.id) for message in read_po(file)}


def test_what_stands_in_bold_stands_so_on_the_screen(said):
    labels = set(re.findall(r"\*\*(.+?)\*\*", GUIDE)) - {"bold"}

    assert labels - said == set()
    assert len(labels) > 10


def test_its_pictures_are_there():
    pictures = re.findall(r"\]\((images/[\w-]+\.png)\)", GUIDE)

    assert {name for name in pictures if not (settings.BASE_DIR / "docs" / name).exists()} == set()
    assert len(pictures) == 4
