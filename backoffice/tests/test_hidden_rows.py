"""What somebody's list does not show is not there for them: every page of such a record answers like that of no record.

Generated over the addresses of the site: a page that finds its record past its admin's queryset fails here.
"""

import pytest
from django.contrib import admin

from backoffice.tests import site_map
from backoffice.tests.site_map import Address
from backoffice.tests.test_matrix import ask, guarded, visitor

pytestmark = pytest.mark.django_db

NAMED = {  # addresses that name no record: an app, a list, a kind of import, a channel
    "admin:app_list",
    "admin:imports_importrun_template",
    "admin:notification_resume",
    "admin:save_filter",
    "admin:view_on_site",
}
OF_NO_LIST = {
    "admin:company_company_change",
    "admin:company_company_history",
    "admin:remove_filter",
}  # a saved filter has no list; whose it is decides, as its own tests show
NO_RECORDS = ["999999", "9" * 40, "0", "-1", "1.0", "x", "²", "a%00b", "%F0%9F%92%A9", "_5F"]


def of_records() -> list[Address]:
    return [each for each in guarded() if each.needs_object and each.name not in NAMED | OF_NO_LIST]


@pytest.fixture
def samples(tmp_path) -> dict[str, str]:
    site_map.furnish(tmp_path)
    return site_map.samples()


def seen_past_the_list(samples: dict[str, str], addresses: list[Address]) -> dict[str, dict[str, int]]:
    client = visitor("superuser")
    found: dict[str, dict[str, int]] = {}
    for address in addresses:
        for method in ("get", "post"):
            _word, written, status = ask(client, address, samples, method)
            if written or not is_gone(status):
                found.setdefault(address.name, {})[method] = status
    return found


def is_gone(status: int) -> bool:
    """404. Before the record is looked for: a method that is not taken, or what nobody may do to any record."""
    return status in (403, 404, 405)


def test_a_record_that_is_not_in_ones_list_has_no_page(samples, monkeypatch):
    for each in admin.site._registry.values():
        monkeypatch.setattr(type(each), "get_queryset", lambda self, request: self.model._default_manager.none())

    assert seen_past_the_list(samples, of_records()) == {}


def test_each_of_them_has_one_otherwise(samples):
    """The control: the same addresses answer while the lists show everything."""
    client = visitor("superuser")

    answered = {each.name for each in of_records() if ask(client, each, samples, "get")[2] in (200, 302)}

    assert len(answered) > 40


@pytest.mark.parametrize("key", NO_RECORDS)
def test_a_record_that_never_was_has_no_page_whatever_it_is_called(samples, key):
    client, nobody = visitor("superuser"), dict.fromkeys(samples, key)

    found = {}
    for address in of_records():
        answer = client.get(address.path(nobody), follow=True)
        if answer.status_code not in (403, 404, 405):
            found[address.name] = answer.status_code

    assert found == {}
