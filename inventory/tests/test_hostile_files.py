"""All 82 hostile files through both doors: the form in the admin, and the command. The numbers are the list's own."""

import html
import io
import re
import socketserver
import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django_ox.testing import run_tasks

from backoffice.exports.models import Export
from backoffice.imports.models import ImportRun
from inventory.models import Item, StagedItem, StockLevel, StockMovement
from inventory.tests.hostile_files import Case, cases, good
from inventory.tests.shop import make_item

pytestmark = pytest.mark.django_db
ADD = "/admin/imports/importrun/add/"


class Canary(socketserver.BaseRequestHandler):
    """A server that nothing may ask for anything."""

    hits: list[bytes] = []

    def handle(self):
        self.hits.append(self.request.recv(100))


canary = socketserver.TCPServer(("127.0.0.1", 0), Canary)
threading.Thread(target=canary.serve_forever, daemon=True).start()
CASES = cases(f"http://127.0.0.1:{canary.server_address[1]}/x")
TABLE = [(number, case) for number, found in CASES.items() for case in found]
IN_TESTS_OF_THEIR_OWN = {53, 54, 79, 80, 81, 82}


def test_every_number_of_the_list_is_here():
    assert sorted(CASES.keys() | IN_TESTS_OF_THEIR_OWN) == list(range(1, 83))


@pytest.mark.parametrize(("number", "case"), TABLE, ids=[f"{number:02}-{case.what}" for number, case in TABLE])
@pytest.mark.parametrize("door", ["form", "command"])
def test_a_hostile_file(door, number, case, admin_client, tmp_path):
    if case.there:
        make_item(case.there, on_hand=5)
    before = figures()

    said = by_form(admin_client, case) if door == "form" else by_command(tmp_path, case)

    assert case.refused in said
    assert case.told in said
    assert figures() == (case.stored or before)
    assert "Traceback" not in said
    assert Canary.hits == []


def figures() -> dict[str, tuple[str, int]]:
    """SKU → (name, on hand) of every item."""
    on_hand = dict(StockLevel.objects.values_list("item", "on_hand"))
    return {item.sku: (item.name, on_hand.get(item.pk, 0)) for item in Item.objects.all()}


def by_form(client, case: Case) -> str:
    """Uploads, applies what may be applied, and returns all that was said."""
    file = SimpleUploadedFile(case.name, case.file)
    response = client.post(ADD, {"kind": "items", "mode": "set", "file": file}, follow=True)
    assert response.status_code == 200
    run = ImportRun.objects.last()
    if run is None:
        return html.unescape(response.content.decode())
    if run.state == "uploaded":  # the page that matches columns says what is missing
        response = client.post(f"/admin/imports/importrun/{run.pk}/match/", {"sku": "", "mode": "set"})
        return html.unescape(response.content.decode())
    run_tasks(raise_failures=True)
    client.post(f"/admin/imports/importrun/{run.pk}/apply/", follow=True)
    run_tasks(raise_failures=True)
    run.refresh_from_db()
    page = client.get(f"/admin/imports/importrun/{run.pk}/", follow=True)
    assert page.status_code == 200
    return " ".join([html.unescape(page.content.decode()), run.error, *run.notices, *sentences(run)])


def by_command(folder, case: Case) -> str:
    path, out, error = folder / case.name, io.StringIO(), io.StringIO()
    path.write_bytes(case.file)
    try:
        call_command("import_items", str(path), stdout=out, stderr=error)
    except CommandError as refusal:
        return str(refusal)
    except SystemExit:
        pass  # rows are refused, as told
    return out.getvalue() + error.getvalue()


def sentences(run: ImportRun) -> list[str]:
    return [problem["message"] for row in StagedItem.objects.filter(run=run) for problem in row.problems]


def test_control_a_good_file_goes_through_both_doors(admin_client, tmp_path):
    case = Case("good", good().getvalue(), "stock.xlsx")

    by_command(tmp_path, case)
    by_form(admin_client, case)

    assert (figures(), ImportRun.objects.count(), StockMovement.objects.count()) == ({"A-1": ("Mug", 3)}, 2, 1)


# 53, 54: names of files ----------------------------------------------------------------------------------------------

BODY = "--b\r\nContent-Disposition: form-data; name={field}\r\n{more}\r\n{value}\r\n"


def multipart(client, filename: str, content: str = "sku,name\nA-1,Mug\n", more: str = "", end: str = "--b--\r\n"):
    fields = "".join(
        BODY.format(field=name, more="", value=value) for name, value in [("kind", "items"), ("mode", "set")]
    )
    file = BODY.format(field=f'file; filename="{filename}"', more=f"Content-Type: text/csv\r\n{more}", value=content)
    body = (fields + file + end).encode()
    return client.generic("POST", ADD, body, content_type="multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    ("number", "filename", "kept"),
    [
        (53, "../../etc/passwd", "passwd"),
        (53, "C:\\\\secret\\\\stock.csv", "stock.csv"),
        (54, "<svg onload=alert(1)>.csv", "_svg onload_alert(1)_.csv"),
        (54, "x" * 500 + ".csv", "x" * 100 + "…" + "x" * 15 + ".csv"),
        (54, "a\x00b\x1b.csv", None),
    ],
)
def test_a_file_is_kept_under_a_random_name_and_shown_under_a_plain_one(admin_client, number, filename, kept):
    multipart(admin_client, filename)

    run = ImportRun.objects.get()
    assert re.fullmatch(r"imports/[0-9a-f]{32}", run.file.name)
    assert re.fullmatch(r"[\w .,()+&@…-]{1,120}", run.original_name)
    assert kept in (None, run.original_name)


def test_54_a_name_of_five_thousand_characters_is_no_file(admin_client):
    response = multipart(admin_client, "x" * 5000 + ".csv")

    assert (response.status_code, ImportRun.objects.count()) == (400, 0)


@pytest.mark.parametrize("name", ["a\nb.csv", "<svg onload=alert(1)>.csv", "C:\\x.csv"])
def test_54_the_command_shows_names_plainly_too(tmp_path, name):
    by_command(tmp_path, Case("name", b"sku,name\nA-1,Mug\n", name))

    assert re.fullmatch(r"[\w .,()+&@…-]{1,120}", ImportRun.objects.get().original_name)


# 79, 80: fields of forms ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["99", "-1", "abc"])
def test_79_a_format_that_is_not_offered_is_an_error_of_the_form(admin_client, format_):
    exported = admin_client.post("/admin/inventory/item/export/", {"format": format_})
    imported = admin_client.post(ADD, {"kind": format_, "format": format_, "text": "sku,name\nA-1,Mug"})

    assert (exported.status_code, imported.status_code) == (200, 200)
    assert (Export.objects.count(), Item.objects.count()) == (0, 0)


def test_80_a_run_is_found_by_its_number_alone_and_only_by_its_owner(admin_client, client):
    admin_client.post(ADD, {"kind": "items", "mode": "set", "text": "sku,name\nA-1,Mug"})
    run = ImportRun.objects.get()
    ben = get_user_model().objects.create_user("ben", is_staff=True)
    ben.user_permissions.add(*permissions("import_item"))
    client.force_login(ben)

    answers = [
        client.post(f"/admin/imports/importrun/{run.pk}/{step}/", {"import_file_name": "/etc/passwd"}).status_code
        for step in ("apply", "cancel", "check", "match")
    ]
    read = [client.get(f"/admin/imports/importrun/{run.pk}/{page}/").status_code for page in ("file", "refused")]

    assert (answers, read) == ([404] * 4, [404] * 2)
    assert (Item.objects.count(), ImportRun.objects.get().state) == (0, "checked")


def permissions(*codenames):
    return Permission.objects.filter(codename__in=codenames)


# 81, 82: sizes and halves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["form", "command"])
def test_81_a_file_beyond_the_bound_is_refused_before_it_is_read(door, admin_client, tmp_path, settings):
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    case = Case("large", b"sku\n" + b"A" * 2_000_000)

    said = by_form(admin_client, case) if door == "form" else by_command(tmp_path, case)

    assert "larger than 1 MB" in said
    assert not ImportRun.objects.exists()


def test_81_two_hundred_megabytes_cost_nothing(tmp_path):
    path = tmp_path / "stock.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    with pytest.raises(CommandError, match="larger than 50 MB"):
        call_command("import_items", str(path))


@pytest.mark.parametrize("door", ["form", "command"])
def test_81_more_rows_than_the_bound_are_refused(door, admin_client, tmp_path, settings):
    settings.IMPORT_MAX_ROWS = 1000
    case = Case("rows", b"sku\n" + b"A\n" * 10_000)

    said = by_form(admin_client, case) if door == "form" else by_command(tmp_path, case)

    assert "more than 1000 rows" in said
    assert (Item.objects.count(), StagedItem.objects.count()) == (0, 0)


def test_82_an_upload_that_stopped_midway_makes_no_run(admin_client):
    response = multipart(admin_client, "stock.csv", content='sku,name\nA-1,"Mu', end="")

    assert response.status_code in {200, 400}
    assert not ImportRun.objects.exclude(state="failed").exists()
    assert Item.objects.count() == 0


@pytest.mark.parametrize(("content", "status"), [("c2t1LG5hbWUKQS0xLE11Zwo=", 302), ("!!!not base64!!!", 400)])
def test_82_a_part_in_base64_is_read_or_refused(admin_client, content, status):
    response = multipart(admin_client, "a.csv", content, more="Content-Transfer-Encoding: base64\r\n")

    assert (response.status_code, ImportRun.objects.count()) == (status, int(status == 302))
