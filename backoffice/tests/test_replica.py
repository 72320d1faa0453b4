"""Exports with a real streaming replica: read from it, and right when it lags behind or is gone."""

import os

import psycopg
import pytest

from backoffice.tests import postgresql
from backoffice.tests.serving import empty_database, manage

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL"), reason="SQLite has no replica; `make test` runs this on PostgreSQL"
)

EXPORT = """
from django.contrib.auth.models import User
from backoffice import health, replica
from backoffice.exports import writing
from backoffice.exports.models import Export
from inventory.tests.shop import make_item
make_item("{sku}")
user, _ = User.objects.get_or_create(username="ada", is_superuser=True, is_staff=True)
export = Export(user=user, source="inventory.item", label="All", format="csv")
export.file.name = "{sku}.csv"
export.save()
chosen = replica.where_to_read()
writing.write(export)
export.refresh_from_db()
print(chosen, "{sku}" in export.file.read().decode(), *health.find_warnings())
"""


def test_an_export_is_right_with_a_replica_that_follows_lags_or_is_gone(tmp_path):
    with empty_database(tmp_path) as database:
        assert manage("migrate", "--verbosity", "0", DATABASE_URL=database).returncode == 0
        with postgresql.replica(database) as copy:
            follows = exported("MUG-1", database, copy, tmp_path)
            with psycopg.connect(copy, autocommit=True) as connection:
                connection.execute("SELECT pg_wal_replay_pause()")
            lags = exported("MUG-2", database, copy, tmp_path)
        gone = exported("MUG-3", database, copy, tmp_path)

    assert follows == "replica True"
    assert lags == "default True"
    assert gone == "default True The replica does not answer. Look at DATABASE_REPLICA_URL."


def exported(sku: str, database: str, copy: str, folder) -> str:
    """Where it was read, whether it holds the item that was entered just before, and what ``/readyz`` warns of."""
    values = {"DATABASE_URL": database, "DATABASE_REPLICA_URL": copy, "UPLOAD_DIR": str(folder / "uploads")}
    done = manage("shell", "--no-imports", "-c", EXPORT.format(sku=sku), **values)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
