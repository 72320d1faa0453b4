"""Customers and orders go through the same pages as items: put right there, asked about, led on."""

import pytest
from django_ox.testing import run_tasks

from backoffice.history import change_sets
from inventory.tests.import_pages import make_user, page, uploaded
from inventory.tests.shop import figures, make_item
from orders.models import Customer, Order, StagedCustomer, StagedLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client):
    user = make_user("ana", "import_customer", "import_order", "view_customer", "view_order", "view_orderline")
    client.force_login(user)
    return user


def apply(client, run):
    client.post(page("apply", run))
    run_tasks(raise_failures=True)
    run.refresh_from_db()


def test_a_wrong_email_is_typed_anew(client, ana):
    run = uploaded(client, "name,email\nAda,nowhere\n", kind="customers")

    client.post(page("correct", run), {"c-2-1": "ada@example.com"})
    apply(client, run)

    assert (run.state, Customer.objects.get().email) == ("applied", "ada@example.com")


def test_a_customer_edited_since_the_check_is_asked_about_field_by_field(client, ana):
    ada = Customer.objects.create(name="Ada", email="ada@example.com", phone="+442079460000")
    file = "name,email,phone,address\nAda,ada@example.com,+442079460000,1 High Street\n"
    run = uploaded(client, file, kind="customers")
    with change_sets.change_set("admin"):
        ada.phone = "+442079460001"
        ada.save()

    [clash] = client.get(page("change", run)).context["clashes"]
    client.post(page("decide", run), {"choice-2": "difference"})
    apply(client, run)

    ada.refresh_from_db()
    assert clash.changes == [("Phone", "+442079460000", "+442079460001", "+442079460000")]
    assert (run.state, ada.phone, ada.address) == ("applied", "+442079460001", "1 High Street")


@pytest.mark.parametrize(("write", "became"), [("update", ["changed", "left_out"]), ("create", ["left_out", "new"])])
def test_customers_are_only_changed_or_only_entered(client, ana, write, became):
    Customer.objects.create(name="Ada", email="ada@example.com")

    run = uploaded(client, "name,email\nAda L.,ada@example.com\nBen,ben@example.com\n", kind="customers", write=write)

    assert list(StagedCustomer.objects.filter(run=run).values_list("action", flat=True)) == became


def test_the_list_of_customers_that_an_import_wrote(client, ana):
    Customer.objects.create(name="Cleo")
    run = uploaded(client, "name,email\nAda,ada@example.com\n", kind="customers")
    apply(client, run)

    written = client.get(client.get(page("change", run)).context["written"]).context["cl"]

    assert [customer.name for customer in written.result_list] == ["Ada"]


def test_an_item_that_is_not_there_is_replaced_in_every_order(client, ana):
    mug = make_item("MUG-1", on_hand=9)
    options = {"kind": "orders", "status": "placed", "customers": "create"}
    run = uploaded(client, "number,customer,sku,quantity\nA-1,Ada,MUG-X,2\nA-2,Ben,MUG-X,3\n", **options)
    [group] = [each for each in run.problems if each["code"] == "unknown_item"]

    client.post(page("fix", run), {"problem": group["key"], "how": "replace", "found": "MUG-X", "instead": "MUG-1"})
    run.refresh_from_db()
    effects = {effect["label"]: effect["value"] for effect in run.effects}
    apply(client, run)

    assert (effects["Orders"], effects["Units promised"]) == ("2", "5")
    assert (run.state, figures(mug)) == ("applied", (9, 5, 4))
    assert client.get(page("change", run)).context["written"] == f"/admin/orders/order/?import={run.pk}"


def test_a_row_left_out_of_an_order_leaves_the_rest(client, ana):
    make_item("MUG-1", on_hand=9)
    options = {"kind": "orders", "status": "draft", "customers": "create"}
    run = uploaded(client, "number,customer,sku,quantity\nA-1,Ada,MUG-1,2\nA-1,Ada,MUG-X,3\n", **options)

    client.post(page("correct", run), {"out-3": "1"})
    apply(client, run)

    assert list(StagedLine.objects.filter(run=run).values_list("action", flat=True)) == ["new"]
    assert [line.quantity for line in Order.objects.get().lines.all()] == [2]
