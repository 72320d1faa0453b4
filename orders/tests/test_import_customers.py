"""Customers from files: found, told apart, compared and written."""

import io
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import transaction
from django_ox.testing import run_tasks

from backoffice.history import timeline
from backoffice.imports import steps
from backoffice.imports.kinds import get
from backoffice.imports.models import ImportRun
from inventory.proof import find_breaches
from inventory.tests.import_shop import counts
from inventory.tests.test_import_wizard import make_user, page, upload
from orders import customer_apply
from orders.models import Customer, StagedCustomer
from orders.tests.import_files import run_text, sentences
from orders.tests.shop import make_customer

pytestmark = pytest.mark.django_db
TEMPLATE = "/admin/imports/importrun/template/customers/"


@pytest.fixture
def load(tmp_path):
    return lambda text, **how: run_text("customers", tmp_path, text, **how)


def test_customers_are_created_changed_and_left_alone(load):
    ada = make_customer("Ada Lovelace", email="ada@example.com", address="1 Mill Lane")
    make_customer("Grace Hopper", email="grace@example.com")

    run = load("Name,E-Mail,Phone\nAda King,ADA@example.com,\nGrace Hopper,grace@example.com,\nMary,m@example.com,\n")

    ada.refresh_from_db()
    assert (counts(run), run.applied) == ((1, 1, 1, 0), 2)
    assert (ada.name, ada.name_key, ada.address) == ("Ada King", "ada king", "1 Mill Lane")
    assert set(Customer.objects.values_list("name", flat=True)) == {"Ada King", "Grace Hopper", "Mary"}
    assert find_breaches("default") == []


def test_the_same_file_again_changes_nothing(load):
    text = 'name,email,phone,address,told\nAda,ada@example.com,+49 171 2345678,"1 Mill Lane\nLondon",no\nBen,,,,\n'
    load(text)

    again = load(text)

    assert (counts(again), Customer.history.count()) == ((0, 0, 2, 0), 2)
    assert Customer.objects.get(name="Ada").address == "1 Mill Lane\nLondon"


def test_phones_are_kept_in_one_form(load, settings):
    settings.PHONE_REGION = "DE"

    load("name,phone\nAda,0171 234 56 78\nBen,+44 (0)20 7946 0000\nCarla,+1-541-754-3010\n")

    assert list(Customer.objects.order_by("name").values_list("phone", flat=True)) == [
        "+491712345678",
        "+442079460000",
        "+15417543010",
    ]


@pytest.mark.parametrize("phone", ["0171 2345678", "call Ben", "12", "+999 1", "+49 171 2345678 x12", "1-800-FLOWERS"])
def test_a_phone_that_cannot_be_read_is_refused(load, phone):
    run = load(f"name,phone\nAda,{phone}\n")

    assert sentences(run) == [
        f"“{phone}” is not a phone number that can be read. Write it with its country code: +44 20 7946 0000."
    ]
    assert not Customer.objects.exists()


def test_the_form_keeps_phones_as_the_import_does():
    ada = Customer(name="Ada", phone="+44 (0)20 7946 0000")
    ada.full_clean(exclude=["name_key", "email_key"])

    assert ada.phone == "+442079460000"
    with pytest.raises(ValidationError, match="is not a phone number"):
        Customer(name="Ada", phone="soon").full_clean()


def test_without_emails_customers_are_found_by_name(load):
    ada = make_customer("Ada Lovelace")

    run = load("customer,address\nADA  lovelace,1 Mill Lane\nBen,\n")

    ada.refresh_from_db()
    assert (counts(run), ada.address, ada.email) == ((1, 1, 0, 0), "1 Mill Lane", "ada@example.com")


def test_in_a_file_of_emails_a_row_without_one_is_somebody_without_email(load):
    make_customer("Ada Lovelace")

    run = load("name,email\nAda Lovelace,\n")

    assert (counts(run), Customer.objects.count()) == ((1, 0, 0, 0), 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,email\nAda,nowhere\n", "“nowhere” is not an email address."),
        ("name,email\n,new@example.com\n", "There is no customer new@example.com, and a new customer needs a name."),
        ("name,email,phone\n,,+442079460000\n", "The row has neither an email nor a name."),
        ("name,told\nAda,perhaps\n", "“perhaps” is not known here. Use one of: both, email, not, text."),
        ("name\nTwin\n", "2 customers are found by Twin. Change this one by hand."),
        (f"name\n{'x' * 151}\n", "The text has 151 characters; 150 fit."),
        ("name\nA\u202eda\n", "“A�da” contains an invisible character. Type the text anew."),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused(load, text, sentence):
    make_customer("Twin", email="")
    make_customer("Twin", email="")

    run = load(text)

    assert (sentences(run), Customer.objects.count()) == ([sentence], 2)


def test_somebody_who_stands_in_a_file_twice_is_refused_both_times(load):
    run = load("name,email\nAda,ada@example.com\nBen,\nAda,ADA@example.com\n", only_good=True)

    assert counts(run) == (1, 0, 0, 2)
    assert sentences(run)[0] == "ada@example.com stands in the file more than once: also in row 4. Leave one of them."


def test_a_file_about_nobody_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("colour\nred\n")

    with pytest.raises(CommandError, match="No column holds a name or an email"):
        call_command("import_customers", str(tmp_path / "x.csv"))


def test_the_command_imports_customers(tmp_path):
    (tmp_path / "x.csv").write_text("name,email\nAda,ada@example.com\n")
    out = StringIO()

    call_command("import_customers", str(tmp_path / "x.csv"), stdout=out)

    assert (out.getvalue().splitlines()[-1], Customer.objects.get().name) == (
        "new=1 changed=0 unchanged=0 refused=0",
        "Ada",
    )


def test_shopify_customers_come_in_as_they_are(load):
    load(
        "First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
        "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
        "Default Address Zip,Phone\nAda,Lovelace,ada@example.com,yes,,1 Mill Lane,,London,,GB,'E1 4AB,+442079460000\n"
    )

    ada = Customer.objects.get()
    assert (ada.name, ada.address, ada.phone) == ("Ada Lovelace", "1 Mill Lane\nE1 4AB\nLondon\nGB", "+442079460000")


def test_an_address_in_several_columns_is_one_address(load):
    run = load("Vorname;Nachname;E-Mail;Straße;PLZ;Ort\nAda;Meyer;ada@example.com;Am Markt 1;01067;Dresden\n")

    assert Customer.objects.get().address == "Am Markt 1\n01067\nDresden"
    assert (Customer.objects.get().name, run.notices) == ("Ada Meyer", [])


# Between check and apply, and in chunks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Prénom,Nom,E-mail", "Ada,Lovelace,ada@example.com", "Ada Lovelace"),
        ("Name,Vorname,E-Mail", "Lovelace,Ada,ada@example.com", "Ada Lovelace"),
        ("Nazwisko,Imię,E-mail", "Lovelace,Ada,ada@example.com", "Ada Lovelace"),
        ("Name,First name,Email", "Ada Lovelace,Ada,ada@example.com", "Ada Lovelace"),
        ("*ContactName,EmailAddress,FirstName,LastName", "Engines Ltd,ada@example.com,Ada,Lovelace", "Engines Ltd"),
    ],
)
def test_a_family_name_is_told_from_a_whole_one(load, header, row, name):
    load(f"{header}\n{row}\n")

    assert Customer.objects.get().name == name


@pytest.mark.parametrize(
    "header",
    [
        "Name,Street Address 1,Street Address 2,City,Postal Code",
        "name,street,street2,city,zip",
        "Name,Address Line1,Address Line2,Address City,Address Postal Code",
    ],
)
def test_the_second_line_of_an_address_is_not_lost(load, header):
    load(f"{header}\nAda,1 High St,Flat 2,London,N1\n")

    assert Customer.objects.get().address == "1 High St\nFlat 2\nN1\nLondon"


def test_somebody_edited_since_the_check_is_not_overwritten(load):
    ada = make_customer("Ada", email="ada@example.com")
    run = load("name,email\nAda King,ada@example.com\nBen,ben@example.com\n", dry_run=True)
    ada.address = "1 Mill Lane"
    ada.save()

    assert steps.confirm(run)
    steps.apply(run)

    assert run.error == "ada@example.com was edited since the check. Nothing was applied. Check the file again."
    assert set(Customer.objects.values_list("name", flat=True)) == {"Ada"}


def test_somebody_entered_since_the_check_is_left_out_of_good_rows(load):
    run = load("name,email\nAda,ada@example.com\nBen,ben@example.com\n", dry_run=True, only_good=True)
    make_customer("Ada", email="Ada@Example.com")

    assert steps.confirm(run)
    steps.apply(run)

    assert (counts(run), run.applied, Customer.objects.count()) == ((1, 0, 0, 1), 1, 2)
    assert sentences(run) == ["ada@example.com was entered since the check."]
    assert find_breaches("default") == []


def state():
    fields = ("name", "email", "phone", "address", "told", "name_key", "email_key")
    return sorted(Customer.objects.values_list(*fields)), sorted(Customer.history.values_list("name", "history_type"))


def test_a_crash_between_chunks_is_taken_up_again(load, monkeypatch):
    monkeypatch.setattr(customer_apply, "CHUNK", 2)
    text = "name\n" + "".join(f"Customer {number}\n" for number in range(5))
    run = load(text, dry_run=True, only_good=True)

    assert steps.confirm(run)
    assert steps.apply_next(run)
    assert Customer.objects.count() == 2
    steps.apply(ImportRun.objects.get())
    steps.apply(ImportRun.objects.get())

    assert (ImportRun.objects.get().applied, Customer.history.values("change_set").distinct().count()) == (5, 1)
    assert Customer.objects.count() == Customer.history.count() == 5
    assert find_breaches("default") == []


def by_hand():
    ada = Customer.objects.get(email="ada@example.com")
    ada.name, ada.told = "Ada King", "not"
    ada.save()
    Customer.objects.create(name="Ben", email="ben@example.com", phone="+442079460000")


def test_an_import_ends_as_saving_each_customer_by_hand(load):
    ada = make_customer("Ada", email="ada@example.com")
    with transaction.atomic():
        by_hand()
        entered = state()
        transaction.set_rollback(True)

    load("name,email,phone,told\nAda King,ada@example.com,,no\nBen,ben@example.com,+442079460000,\n")

    assert state() == entered
    assert timeline.of(ada)[0].source == "Imported customers.csv, 2 customers"


# Pages ----------------------------------------------------------------------------------------------------------------


def test_customers_go_through_the_pages(client):
    client.force_login(make_user("dana", "import_customer", "view_customer"))
    ada = make_customer("Ada", email="ada@example.com")

    check = client.get(upload(client, "name,email\nAda King,ada@example.com\n", kind="customers").url).content.decode()
    client.post(page("apply", ImportRun.objects.get()))
    run_tasks(raise_failures=True)

    ada.refresh_from_db()
    assert '<del class="bo-old">Ada</del>' in check
    assert (ada.name, StagedCustomer.objects.get().applied) == ("Ada King", True)


def test_the_template_imports_unchanged(client):
    client.force_login(make_user("dana", "import_customer", "view_customer"))
    make_customer("=Ada", email="ada@example.com", phone="+442079460000", address="1 Mill Lane\nLondon", told="not")
    make_customer("Ben", email="")

    upload(client, io.BytesIO(client.get(TEMPLATE).getvalue()), kind="customers")

    assert counts(ImportRun.objects.get()) == (0, 0, 2, 0)


def test_customers_are_imported_by_who_may(client):
    client.force_login(make_user("sam", "import_item", "view_customer"))

    assert client.get(TEMPLATE).status_code == 403
    assert get("customers").permission == "orders.import_customer"
