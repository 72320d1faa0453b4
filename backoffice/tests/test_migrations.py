"""While a new release is rolled out, the old code runs on the new tables: what a migration may do to them.

django-migration-linter reads the SQL. Whatever it finds must be said to be safe, in the migration, with the reason:
``safe_because = "Release 2.1 stopped reading it."``. Migrations of the first release had no old code to think of.
PostgreSQL's SQL tells everything; on SQLite, which copies a table to change it, a part of it is seen.
"""

import sys

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django_migration_linter import MigrationLinter

from backoffice.indexes import AddIndexBesideWork

pytestmark = pytest.mark.django_db(transaction=True)

FIRST_RELEASE = {"0001_initial", "0002_order_number", "0002_room_for_updates"}
LOCKING = ["CREATE_INDEX", "CREATE_INDEX_EXCLUSIVE", "DROP_INDEX", "REINDEX", "RUNPYTHON_REVERSIBLE"]
# SQLite copies a table to change it, and so says everything of it anew.
SAID_ANEW: list[str] = [] if connection.vendor == "postgresql" else ["NOT_NULL", "ADD_UNIQUE"]

NEEDED = models.CharField(max_length=5)
GIVEN = models.CharField(max_length=5, db_default="")
INDEX = models.Index(fields=["name"], name="item_name_again")

SAFE: dict[str, Operation] = {
    "a column that may be NULL": migrations.AddField("item", "colour", models.CharField(max_length=5, null=True)),
    "a column with a default of the database": migrations.AddField("item", "colour", GIVEN),
    "an index that is built beside the work": AddIndexBesideWork("item", INDEX),
    "a new table": migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
}
UNSAFE: dict[str, Operation] = {
    "a column is renamed": migrations.RenameField("item", "category", "kind"),
    "a table is renamed": migrations.RenameModel("Location", "Place"),
    "a table is removed": migrations.DeleteModel("HistoricalLocation"),
}
UNSAFE_ON_POSTGRESQL: dict[str, Operation] = {
    "a column is removed": migrations.RemoveField("item", "category"),
    "a column that the old code does not fill": migrations.AddField("item", "colour", NEEDED, preserve_default=False),
    "the type of a column": migrations.AlterField("item", "category", models.IntegerField(null=True)),
    "an index that locks": migrations.AddIndex("item", INDEX),
}
if connection.vendor == "postgresql":
    UNSAFE |= UNSAFE_ON_POSTGRESQL


def ours() -> list[str]:
    rooms = (app for app in apps.get_app_configs() if app.path.startswith(str(settings.BASE_DIR)))
    return [app.label for app in rooms if ".venv" not in app.path]


def refused() -> list[tuple[str, str]]:
    """The migrations since the first release that the old code could not live with, and that do not say why it can."""
    loader = MigrationLoader(connection)
    later = [key for key in loader.disk_migrations if key[0] in ours() and key[1] not in FIRST_RELEASE]
    return [key for key in sorted(later) if not is_safe(loader.disk_migrations[key])]


def is_safe(migration: migrations.Migration) -> bool:
    if getattr(migration, "safe_because", ""):
        return True
    linter = MigrationLinter(
        str(settings.BASE_DIR),
        no_cache=True,
        no_output=True,
        warnings_as_errors_tests=LOCKING,
        exclude_migration_tests=SAID_ANEW,
    )
    linter.lint_migration(migration)
    return not linter.has_errors


def add_migration(tmp_path, monkeypatch, settings, operation, **attributes) -> None:
    """The inventory app with one migration more, which is in no file but in the folder of the test."""
    package = f"migrations_of_{tmp_path.name}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    for path in (settings.BASE_DIR / "inventory" / "migrations").glob("0*.py"):
        (folder / path.name).write_text(path.read_text())
    (folder / "0009_later.py").write_text(
        "from django.db import migrations\nfrom backoffice.tests import test_migrations as given\n"
        "class Migration(migrations.Migration):\n"
        "    dependencies = [('inventory', '0002_room_for_updates')]\n"
        "    operations = given.ADDED\n"
        f"    atomic = {attributes.pop('atomic', True)}\n"
        f"    safe_because = {attributes.pop('safe_because', '')!r}\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "ADDED", [operation], raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {"inventory": package}


def test_every_migration_can_be_rolled_out_beside_the_old_code():
    assert refused() == []


@pytest.mark.parametrize("what", UNSAFE)
def test_refused_is(what, tmp_path, monkeypatch, settings):
    add_migration(tmp_path, monkeypatch, settings, UNSAFE[what])

    assert refused() == [("inventory", "0009_later")]


@pytest.mark.parametrize("what", SAFE)
def test_passed_is(what, tmp_path, monkeypatch, settings):
    is_atomic = not isinstance(SAFE[what], AddIndexBesideWork)
    add_migration(tmp_path, monkeypatch, settings, SAFE[what], atomic=is_atomic)

    assert refused() == []


def test_what_says_why_it_is_safe_passes(tmp_path, monkeypatch, settings):
    add_migration(tmp_path, monkeypatch, settings, UNSAFE["a column is renamed"], safe_because="Nothing reads it.")

    assert refused() == []
