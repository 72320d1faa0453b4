"""The examples below ``docs/deploy``: they set what is a setting, start what exists, and copy what is there."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from backoffice.tests.test_settings_page import documented

FOLDER = settings.BASE_DIR / "docs" / "deploy"
PAGE = (settings.BASE_DIR / "docs" / "deploying.md").read_text()
EXAMPLES = sorted(path.name for path in FOLDER.iterdir())
OF_OTHERS = {
    "DATABASE_PASSWORD",
    "POSTGRES_USER",
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
    "MAINPID",
}  # an image's


def read(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_sets_and_names_nothing_but_settings(name):
    names = set(re.findall(r"(?<![\w$])\b([A-Z]+(?:_[A-Z]+)+)\b(?=[=:?])", read(name)))

    assert names - set(documented()) - OF_OTHERS == set()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_runs_commands_that_exist(name):
    called = re.findall(r'manage\.py"?,? "?(\w+)', read(name))

    assert set(called) <= set(get_commands())


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_workers_take_every_queue(name):
    queues = re.findall(r'(?:--queues",? "|backroom-worker@)([a-z,]+)(?=["\s])', read(name))
    taken = {queue for each in queues for queue in each.split(",")}

    assert taken in (set(), {queue for each in settings.WORKERS.values() for queue in each})


def test_the_image_copies_what_is_there_and_the_whole_product():
    copied = {line.split()[1] for line in read("Dockerfile").splitlines() if line.startswith("COPY")}

    assert {name for name in copied if not (settings.BASE_DIR / name).exists()} == set()
    assert {"manage.py", "fixtures", "backoffice", "inventory", "orders", "notifications"} <= copied


def test_the_proxy_takes_a_little_more_than_an_import_may_have():
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", read("nginx.conf"))

    assert settings.IMPORT_MAX_BYTES < int(megabytes) * 1024**2 < settings.IMPORT_MAX_BYTES * 1.1


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_page_shows_it(name):
    assert f"deploy/{name}" in PAGE
