"""`/readyz` says what is wrong: each reason by its sentence, and whether a load balancer should stay away."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_ox.models import OxTask

from backoffice import health, jobs, replica

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    """Heard from just now."""
    jobs.beat.enqueue()
    OxTask.objects.update(last_attempted_at=timezone.now(), started_at=timezone.now(), attempts=1)


def told(client) -> tuple[int, list[str], list[str]]:
    answer = client.get("/readyz")
    found = json.loads(answer.content)
    assert found["ready"] == (answer.status_code == 200)
    return answer.status_code, found["problems"], found["warnings"]


def test_all_is_well(client, worker):
    assert told(client) == (200, [], [])


def test_no_worker_was_ever_heard_from(client):
    assert told(client) == (503, ["No worker has been heard from. Start one with `manage.py ox_worker`."], [])


def test_a_worker_fell_silent(client, worker):
    OxTask.objects.update(last_attempted_at=timezone.now() - timedelta(minutes=3))

    assert told(client) == (503, ["No worker has been heard from. Start one with `manage.py ox_worker`."], [])


def test_a_migration_waits(client, worker):
    MigrationRecorder(connection).record_unapplied("exports", "0001_initial")

    assert told(client) == (503, ["Migrations are waiting. Run `manage.py migrate`."], [])


def test_the_database_is_gone(client, monkeypatch):
    def refuse():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)

    assert told(client) == (503, ["The database does not answer."], [])


def test_uploads_cannot_be_stored(client, worker, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(health, "default_storage", FileSystemStorage(tmp_path / "file"))

    sentence = "Uploads cannot be stored. Look at UPLOAD_DIR: whether it is there, writable and not full."
    assert told(client) == (503, [sentence], [])


def test_nothing_of_the_probe_is_left(client, worker, tmp_path, monkeypatch):
    monkeypatch.setattr(health, "default_storage", FileSystemStorage(tmp_path))

    told(client)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_replica_that_lags_is_a_warning(client, worker, monkeypatch):
    monkeypatch.setattr(replica, "seconds_behind", lambda: 61.0)

    assert told(client) == (200, [], ["The replica is 61 seconds behind."])
