"""A backup taken while people work is whole, and comes back elsewhere with its books right."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from backoffice.tests import postgresql
from backoffice.tests.serving import MANAGE, ROOT, empty_database, manage, surroundings

DEMO = {"DEMO": "1", "EMAIL_PROVIDER": "capture"}
CLERK = """
import itertools
from django.contrib.auth.models import User
from inventory.models import Item
from orders.models import Customer
from orders.tests.shop import place_order
mug = Item.objects.get(sku="MUG-1")
for number in itertools.count():
    place_order((mug, 1), customer=Customer.objects.get(name="Kath"))
    print(number, flush=True)
"""
SHOP = """
from inventory.tests.shop import make_item
from orders.tests.shop import make_customer
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
make_item("MUG-1", on_hand=5000)
make_customer("Kath")
default_storage.save("imports/upload", ContentFile(b"sku,quantity"))
"""


@pytest.fixture
def tools(monkeypatch):
    """PostgreSQL's own programs on the PATH, where the tests run on it."""
    if found := postgresql.programs():
        monkeypatch.setenv("PATH", f"{found}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def shop(tmp_path, tools):
    values = {"UPLOAD_DIR": str(tmp_path / "uploads")}
    with empty_database(tmp_path) as database:
        values["DATABASE_URL"] = database
        assert manage("migrate", "--verbosity", "0", **values).returncode == 0
        assert manage("shell", "--no-imports", "-c", SHOP, **values).returncode == 0
        yield values


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    with empty_database(tmp_path / "elsewhere") as database:
        yield {"DATABASE_URL": database, "UPLOAD_DIR": str(tmp_path / "elsewhere" / "uploads")}


def orders_in(values) -> int:
    code = "from orders.models import Order; print(Order.objects.count())"
    return int(manage("shell", "--no-imports", "-c", code, **values).stdout)


def test_a_backup_under_load_is_restored_elsewhere_and_its_books_are_right(shop, elsewhere, tmp_path):
    clerk = subprocess.Popen(
        [*MANAGE, "shell", "--no-imports", "-c", CLERK], cwd=ROOT, env=surroundings(**shop), stdout=subprocess.PIPE
    )
    try:
        before = int(clerk.stdout.readline()) + 1
        taken = manage("backup", str(tmp_path / "shop.backup"), **shop)
    finally:
        clerk.kill()
        clerk.communicate()

    restored = manage("restore", str(tmp_path / "shop.backup"), **elsewhere)

    assert (taken.returncode, taken.stderr) == (0, "")
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "The ledger adds up." in restored.stdout
    assert before <= orders_in(elsewhere) <= orders_in(shop)
    assert (Path(elsewhere["UPLOAD_DIR"]) / "imports" / "upload").read_bytes() == b"sku,quantity"


def test_a_backup_is_for_its_owner_only_and_overwrites_nothing(shop, tmp_path):
    target = tmp_path / "shop.backup"
    manage("backup", str(target), **shop)
    kept = target.read_bytes()

    again = manage("backup", str(target), **shop)

    assert target.stat().st_mode & 0o077 == 0
    assert (again.returncode, target.read_bytes()) == (1, kept)
    assert "exists already" in again.stderr


def test_nothing_that_is_there_is_lost_unasked(shop, tmp_path):
    manage("backup", str(tmp_path / "shop.backup"), **shop)

    refused = manage("restore", str(tmp_path / "shop.backup"), **shop)
    replaced = manage("restore", str(tmp_path / "shop.backup"), "--replace", **shop)

    assert refused.returncode == 1
    assert "The database is not empty." in refused.stderr
    assert (replaced.returncode, replaced.stderr) == (0, "")


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"not an archive", lambda data: b""]
)
def test_a_damaged_backup_restores_nothing(shop, elsewhere, tmp_path, damage):
    target = tmp_path / "shop.backup"
    manage("backup", str(target), **shop)
    target.write_bytes(damage(target.read_bytes()))

    refused = manage("restore", str(target), **elsewhere)

    assert refused.returncode == 1
    assert "is not a whole backup" in refused.stderr


def test_an_archive_that_would_write_elsewhere_is_refused(elsewhere, tmp_path):
    target = tmp_path / "forged.backup"
    with tarfile.open(target, "w:gz") as tar:
        entry = tarfile.TarInfo("../outside")
        tar.addfile(entry)

    refused = manage("restore", str(target), **elsewhere)

    assert refused.returncode == 1
    assert not (tmp_path / "outside").exists()
