"""Exports of every list: who may, what is in them, how they get out."""

import io
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_ox.testing import run_tasks
from import_export.admin import ImportMixin

from backoffice.exports import sources, writing
from backoffice.exports.models import Export
from backoffice.exports.resources import ExportResource
from backoffice.imports.models import ImportRun
from backoffice.imports.reading import open_sheet
from inventory.models import Item
from inventory.tests.shop import make_item
from orders.tests.shop import make_customer, place_order

pytestmark = pytest.mark.django_db
LISTS = {
    "inventory.item",
    "inventory.stocklevel",
    "inventory.stockmovement",
    "orders.customer",
    "orders.order",
    "history.changeset",
    "notifications.notification",
    "imports.importrun",
}


def sign_in(client, role: str) -> User:
    user, _created = User.objects.get_or_create(username=role, is_staff=True)
    user.groups.set([Group.objects.get(name=role)])
    client.force_login(user)
    return user


def list_of(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def export(client, label: str, query: str = "", **asked):
    return received(client.post(f"{list_of(label)}export/{query}", asked))


def received(response):
    """The response with what was sent as ``file``; blank where it was a page."""
    response.file = response.getvalue() if response.streaming else b""
    return response


def column(response, heading: str) -> list:
    """One column of an XLSX that was sent."""
    sheet = open_sheet(io.BytesIO(response.file))
    return [row.cells[sheet.header.index(heading)] for row in sheet.rows()]


def test_every_list_that_should_be_is_exported():
    assert {source.name for source in sources.every()} == LISTS | {"inventory.stock_as_of"}


def test_every_exported_column_is_quoted_and_every_row_of_import_export_is_out_of_reach():
    found = [resource for source in sources.every() for resource in source.resources]

    assert [resource for resource in found if not issubclass(resource, ExportResource)] == []
    assert [each for each in admin.site._registry.values() if isinstance(each, ImportMixin)] == []


@pytest.mark.parametrize("view", ["import", "process_import"])
def test_no_view_of_import_export_imports(admin_client, view):
    for label in LISTS:
        response = admin_client.post(f"{list_of(label)}{view}/", {"format": "99", "import_file_name": "x"})
        assert response.status_code in {302, 403, 404}, label  # 302: to "no such object"
    assert Item.objects.count() == 0


@pytest.mark.parametrize("label", sorted(LISTS))
@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_one_click_exports_a_list(admin_client, label, format_):
    place_order((make_item("MUG-1", on_hand=5), 2))

    response = export(admin_client, label, format=format_)

    assert (response.status_code, Export.objects.get().state) == (200, "ready")
    assert response["Content-Disposition"].endswith(f'-{timezone.localdate()}.{format_}"')
    assert response.file


@pytest.mark.parametrize("label", sorted(LISTS))
def test_an_export_asks_as_much_for_three_records_as_for_one(admin_client, label):
    asked = []
    for skus in (["MUG-1"], ["MUG-2", "MUG-3"]):
        for sku in skus:
            place_order((make_item(sku, on_hand=5), 1), customer=make_customer(f"Ana {sku}"))
        with CaptureQueriesContext(connection) as queries:
            export(admin_client, label)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_an_export_holds_what_the_list_shows_under_filter_and_search(admin_client):
    for sku, name in [("MUG-1", "Blue mug"), ("MUG-2", "Red mug"), ("TEA-1", "Blue tea")]:
        make_item(sku, name=name, is_active=sku != "MUG-2")

    searched = export(admin_client, "inventory.item", "?q=mug&is_active__exact=1")

    assert column(searched, "sku") == ["MUG-1"]


def test_a_filter_that_cannot_be_read_leads_back_to_the_list(admin_client):
    response = export(admin_client, "inventory.item", "?is_active__exact=x%00")

    assert (response.status_code, response["Location"]) == (302, f"{list_of('inventory.item')}?e=1")
    assert not Export.objects.exists()


def test_the_rows_that_were_ticked_are_exported_or_all_that_were_found(admin_client):
    mug, tea, _other = (make_item(sku, name="x") for sku in ("MUG-1", "TEA-1", "MUG-2"))
    url, action = list_of("inventory.item"), {"action": "export_selected"}

    ticked = received(admin_client.post(url, {**action, "_selected_action": [mug.pk, tea.pk]}))
    everything = received(
        admin_client.post(f"{url}?q=mug", {**action, "_selected_action": [mug.pk], "select_across": "1"})
    )

    assert column(ticked, "sku") == ["MUG-1", "TEA-1"]
    assert column(everything, "sku") == ["MUG-1", "MUG-2"]


def test_format_rows_and_columns_can_be_chosen(admin_client):
    place_order((make_item("MUG-1", on_hand=5), 1))
    asked = {"format": "csv", "resource": "1", "columns-0": ["sku"], "columns-1": ["number", "total"]}

    response = export(admin_client, "orders.order", **asked)

    assert response.file.decode("utf-8-sig").splitlines()[0] == "number,total"


@pytest.mark.parametrize("asked", [{"format": "99"}, {"format": "-1"}, {"resource": "7"}, {"columns-0": ["password"]}])
def test_what_cannot_be_chosen_is_an_error_of_the_form(admin_client, asked):
    response = export(admin_client, "orders.order", **asked)

    assert (response.status_code, bool(response.context["form"].errors)) == (200, True)
    assert not Export.objects.exists()


@pytest.mark.parametrize("label", sorted(LISTS))
@pytest.mark.parametrize("role", ["Sales", "Warehouse", "Manager", "Auditor", "Administrator"])
def test_only_who_may_export_a_list_exports_it(client, label, role):
    user = sign_in(client, role)
    app, model = label.split(".")
    may = user.has_perm(f"{app}.export_{model}") and user.has_perm(f"{app}.view_{model}")

    answers = [client.get(f"{list_of(label)}export/"), export(client, label)]

    assert [answer.status_code for answer in answers] == [200 if may else 403] * 2
    assert Export.objects.count() == may


def test_there_is_a_button_and_an_action_only_for_who_may_export(client):
    make_customer("Ana")
    sign_in(client, "Manager")
    assert b"customer/export/" in client.get(list_of("orders.customer")).content
    sign_in(client, "Sales")
    response = client.get(list_of("orders.customer"))

    assert b"customer/export/" not in response.content
    assert b"export_selected" not in response.content


def test_a_list_of_ones_own_exports_only_ones_own(client):
    user = User.objects.create_user("ben", is_staff=True)
    user.user_permissions.add(*permissions("import_item", "export_importrun", "export_item", "view_item"))
    for who, name in [(user, "mine.csv"), (User.objects.create_user("eva"), "hers.csv")]:
        ImportRun.objects.create(kind="items", original_name=name, user=who, size=1)
    client.force_login(user)

    assert column(export(client, "imports.importrun"), "file") == ["mine.csv"]


def permissions(*codenames):
    return Permission.objects.filter(codename__in=codenames)


# Large ones -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def large(settings, admin_client):
    """An export of three items that is too large for the request."""
    settings.EXPORT_ROWS_AT_ONCE = 2
    for number in range(3):
        make_item(f"MUG-{number}")
    response = export(admin_client, "inventory.item")
    asked = Export.objects.get()
    assert response["Location"] == reverse("admin:exports_export_change", args=[asked.pk])
    return asked


def test_a_large_export_is_written_by_the_worker_and_downloaded_from_its_page(admin_client, large):
    page = reverse("admin:exports_export_change", args=[large.pk])
    file = reverse("admin:exports_export_file", args=[large.pk])

    assert b"data-export-progress" in admin_client.get(page).content
    assert admin_client.get(file).status_code == 404
    run_tasks(raise_failures=True)

    assert file.encode() in admin_client.get(page).content
    assert column(received(admin_client.get(file)), "sku") == ["MUG-0", "MUG-1", "MUG-2"]


def test_nobody_else_gets_the_file(client, large):
    run_tasks(raise_failures=True)
    pages = [reverse(f"admin:exports_export_{name}", args=[large.pk]) for name in ("change", "progress", "file")]

    sign_in(client, "Manager")
    assert [client.get(page).status_code for page in pages] == [404, 404, 404]
    sign_in(client, "Auditor")
    assert [client.get(page).status_code for page in pages] == [200, 200, 404]  # sees that it was, not what


def test_who_lost_the_right_meanwhile_gets_nothing(large):
    User.objects.filter(username="admin").update(is_active=False)

    run_tasks(raise_failures=True)

    large.refresh_from_db()
    assert (large.state, large.error) == ("failed", "You may no longer export this.")
    assert not large.file.storage.exists(large.file.name)


def test_a_worker_that_died_halfway_leaves_nothing_in_the_way(large):
    large.move("waiting", to="writing")
    large.file.storage.save(large.file.name, io.BytesIO(b"half"))

    run_tasks(raise_failures=True)
    writing.write(large)

    large.refresh_from_db()
    assert (large.state, large.rows, large.size) == ("ready", 3, large.file.size)


def test_files_go_when_their_time_is_over_and_the_record_stays(admin_client, large):
    run_tasks(raise_failures=True)

    assert writing.expire(timezone.now() + timedelta(days=8)) == 1

    assert not large.file.storage.exists(large.file.name)
    assert admin_client.get(reverse("admin:exports_export_file", args=[large.pk])).status_code == 404
    assert b"time was over" in admin_client.get(reverse("admin:exports_export_change", args=[large.pk])).content


def test_the_list_of_exports_asks_as_much_for_three_as_for_one(admin_client):
    def queries_with_one_more() -> int:
        Export.objects.create(user=user, source="inventory.item", label="items")
        with CaptureQueriesContext(connection) as asked:
            admin_client.get(reverse("admin:exports_export_changelist"))
        return len(asked)

    user = User.objects.get(username="admin")

    one, _two, three = (queries_with_one_more() for _export in range(3))

    assert three == one
