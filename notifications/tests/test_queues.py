"""A long import never delays a message: with the workers as they are shipped, and with a single one for everything."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django_ox.models import OxTask

from backoffice.imports.models import ImportRun
from backoffice.imports.tasks import apply_chunk
from backoffice.tests.buyers import nursery
from backoffice.tests.race import database_url
from notifications.models import Notification
from notifications.tests import fake_provider
from notifications.tests.fake_provider import Provider
from notifications.tests.test_faults import queue_messages
from notifications.tests.test_worker_dies import LEASE, WORKERS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

AS_SHIPPED = [",".join(queues) for queues in settings.WORKERS.values()]
ONE_FOR_ALL = [",".join(AS_SHIPPED)]


@contextmanager
def started(workers: list[str], chunks: int, provider: Provider) -> Iterator[None]:
    with nursery(database_url(), WORKERS, **provider.environment(), **LEASE) as forks:
        for queues in workers:
            forks.tell("work-beside-import", queues, chunks)
        pids = [int(forks.hear()) for _worker in workers]
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)


def wait_for(tasks) -> None:
    deadline = time.monotonic() + 60
    while not tasks.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def seconds_ahead_of_the_import(workers: list[str], chunks: int) -> float:
    """A message is queued while an import of some seconds runs; how long before the import's end it went out."""
    run = ImportRun.objects.create(kind="items", original_name="may.csv", size=1)
    imports = OxTask.objects.filter(queue_name="imports")
    apply_chunk.enqueue(run.pk)
    with fake_provider.serving() as provider, started(workers, chunks, provider):
        wait_for(imports.filter(status="RUNNING"))
        queue_messages(["katherine@example.com"])
        wait_for(Notification.objects.filter(state="accepted"))
        while imports.filter(finished_at=None).exists():
            time.sleep(0.05)
    ended, sent = imports.latest("finished_at").finished_at, Notification.objects.get().accepted_at
    assert ended
    assert sent
    return (ended - sent).total_seconds()


@pytest.mark.parametrize(("workers", "chunks"), [(AS_SHIPPED, 1), (ONE_FOR_ALL, 10)], ids=["as shipped", "one for all"])
def test_a_message_goes_out_while_an_import_runs(workers, chunks):
    assert seconds_ahead_of_the_import(workers, chunks) > 1


def test_behind_an_import_in_one_piece_a_single_worker_would_let_it_wait():
    """The negative control."""
    assert seconds_ahead_of_the_import(ONE_FOR_ALL, 1) < 0
