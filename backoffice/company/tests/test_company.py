"""Who the shop is: the environment says it until somebody saves it, and then it is so everywhere, and history knows."""

import pytest
from django.urls import reverse

from backoffice.company import who
from backoffice.company.models import Company
from backoffice.money import money
from backoffice.sheets import pdf
from inventory.tests.shop import make_item
from notifications import rendering, samples, wording
from orders.paper import invoice
from orders.tests.shop import place_order

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:company_company_change", args=[1])
HOUSE = {
    "name": "Mill Lane Pottery",
    "address": "41 Mill Lane\r\nLondon",
    "tax_number": "GB 123 4567 73",
    "contact": "hello@pottery.example",
    "currency": "GBP",
}


@pytest.fixture
def manager(as_role):
    return as_role("Manager")


def test_the_page_begins_with_what_the_environment_says(manager, settings):
    settings.COMPANY_NAME, settings.CURRENCY = "Ada's", "CHF"

    page = manager.get(reverse("admin:company_company_changelist"), follow=True)

    assert page.context["adminform"].form.initial["name"] == "Ada's"
    assert page.context["adminform"].form.initial["currency"] == "CHF"
    assert Company.objects.count() == 0


def test_what_is_saved_is_on_pages_paper_and_in_messages(manager):
    order = place_order((make_item("MUG-1", on_hand=5), 2))

    manager.post(PAGE, HOUSE)

    sheet = invoice(order)
    assert (sheet.company, sheet.sender) == (
        "Mill Lane Pottery",
        ["41 Mill Lane", "London", "GB 123 4567 73", "hello@pottery.example"],
    )
    assert sheet.sums[-1] == ("Total", "25.00 GBP")
    assert sheet.notes == ["All amounts are in GBP."]
    assert pdf([sheet]).startswith(b"%PDF")
    assert '<span class="brand-text">Mill Lane Pottery</span>' in manager.get(reverse("admin:index")).text
    mail = rendering.mail_parts(wording.sources("order_confirmed", "en"), samples.of("order_confirmed"))
    assert "Mill Lane Pottery" in mail.html


def test_saving_again_changes_the_one_record_and_history_tells_it(manager):
    manager.post(PAGE, HOUSE)
    manager.post(PAGE, HOUSE | {"name": "Mill Lane Ltd"})

    rows = Company.history.order_by("pk")
    assert [(row.history_type, row.name) for row in rows] == [("+", "Mill Lane Pottery"), ("~", "Mill Lane Ltd")]
    assert rows[1].change_set.user_name == "a-manager"
    assert "Mill Lane Pottery" in manager.get(reverse("admin:company_company_history", args=[1])).text


def test_what_another_process_saved_is_read_when_the_moment_is_over():
    assert who.name() == "Backroom"
    Company(**HOUSE).save()
    who._kept = 0.0, who.of_environment()  # what another process would still have, its moment over

    assert who.name() == "Mill Lane Pottery"


@pytest.mark.parametrize("currency", ["eur", "EURO", "€", "EUR\n", ""])
def test_a_currency_is_three_capital_letters(manager, currency):
    page = manager.post(PAGE, HOUSE | {"currency": currency})

    saved = Company.objects.first()
    assert (page.status_code, saved) == (200, None) if currency != "EUR\n" else saved.currency == "EUR"
    assert money(1).endswith("EUR")


@pytest.mark.parametrize(("role", "status"), [("Sales", 403), ("Warehouse", 403), ("Auditor", 200)])
def test_who_may_not_change_it_does_not(as_role, role, status):
    client = as_role(role)

    answers = (client.get(PAGE).status_code, client.post(PAGE, HOUSE).status_code)

    assert (answers, Company.objects.count()) == ((status, 403), 0)


def test_naming_it_is_the_first_step_of_a_new_shop(manager):
    manager.post(PAGE, HOUSE)

    steps = manager.get(reverse("admin:index")).context["today"].steps

    assert [is_done for _step, is_done in steps] == [True, False, False]
