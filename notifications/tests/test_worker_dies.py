"""A worker is killed before, during and after it calls the provider. No message is lost, none stays half sent."""

import os
import signal
import time
from collections import Counter
from datetime import timedelta
from random import Random
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone
from django_ox.models import OxTask

from backoffice.tests.buyers import Nursery, nursery
from backoffice.tests.race import database_url
from backoffice.tests.test_kill import is_running, seeded
from notifications import upkeep
from notifications.choices import State
from notifications.models import Notification
from notifications.tasks import deliver
from notifications.tests import fake_provider
from notifications.tests.fake_provider import Provider, Received
from notifications.tests.test_faults import deliver_all, queue_messages, states, use_postmark

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

WORKERS = "notifications.tests.workers"
LEASE = {"NOTIFICATION_LEASE_SECONDS": "1", "SQLITE_BUSY_SECONDS": "60", "LOG_LEVEL": "CRITICAL"}
MESSAGES_A_ROUND = 4
MOMENTS = ("before", "unaccepted", "accepted", "answered")


class Killer:
    """Kills the worker at a moment of a call to the provider, and knows what the provider must see twice."""

    def __init__(self, dice: Random):
        self.dice, self.pid, self.moment, self.calls_left = dice, 0, "", 0
        self.killed: Counter[str] = Counter()  # by moment
        self.must_repeat: Counter[str] = Counter()  # by message: accepted, and the worker died before it could know
        self.may_repeat: Counter[str] = Counter()  # it was at the message: what the provider did, nobody knows
        self._counted: set[tuple[int, int]] = set()  # (message, attempt)
        self._repeated = ""  # the message of this round that the provider took and must see again

    def aim(self, pid: int, moment: str) -> None:
        self.calls_left, self.moment, self.pid = self.dice.randint(1, MESSAGES_A_ROUND), moment, pid
        self._repeated = ""
        if moment == "before":
            Thread(target=self._kill_soon).start()

    def _kill_soon(self) -> None:
        time.sleep(self.dice.uniform(0, 0.3))
        self._kill()

    def plan(self, message: Received) -> str:
        self.calls_left -= 1
        if self.calls_left == 0 and self.moment == "unaccepted":
            self._kill()
            return "reset"
        if self.calls_left == 0 and self.moment == "accepted":
            self._kill()
            self.must_repeat[message.key] += 1
            self._repeated = message.key
            return "accept_then_reset"
        return ""

    def on_answered(self, message: Received) -> None:
        if self.calls_left == 0 and self.moment == "answered":
            time.sleep(self.dice.uniform(0, 0.01))
            self._kill()

    def count_what_it_was_at(self) -> None:
        """After the worker died, whenever that was: each attempt that it left open may have reached the provider."""
        for attempt in Notification.objects.filter(state=State.SENDING).values_list("pk", "attempts"):
            key = str(attempt[0])
            if attempt not in self._counted and key != self._repeated:
                self.may_repeat[key] += 1
            self._counted.add(attempt)

    def _kill(self) -> None:
        pid, self.pid = self.pid, 0
        if pid and is_running(pid):
            os.kill(pid, signal.SIGKILL)
            self.killed[self.moment] += 1


def work_and_kill(workers: Nursery, killer: Killer, moment: str, number: int, job: str = "work") -> None:
    queue_messages([f"to{number}-{each}@example.com" for each in range(MESSAGES_A_ROUND)])
    workers.tell(job)
    pid = int(workers.hear())
    killer.aim(pid, moment)
    deadline = time.monotonic() + 20
    while is_running(pid) and time.monotonic() < deadline and killer.calls_left > -MESSAGES_A_ROUND:
        time.sleep(0.005)
    if is_running(pid):
        os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        time.sleep(0.001)
    killer.count_what_it_was_at()


def recover(settings, provider: Provider) -> None:
    """What a worker that is started again does, without waiting for the minute of its schedule."""
    use_postmark(settings, provider.url)
    time.sleep(1.1)  # the leases end
    upkeep.look_after()
    deliver_all()


@pytest.mark.parametrize(
    "rounds", [pytest.param(20, id="20 kills"), pytest.param(200, id="200 kills", marks=pytest.mark.deep)]
)
def test_kills_before_during_and_after_the_call_lose_nothing(settings, rounds):
    killer = Killer(seeded())
    with fake_provider.serving(plan=killer.plan, on_answered=killer.on_answered) as provider:
        with nursery(database_url(), WORKERS, **provider.environment(), **LEASE) as workers:
            for number in range(rounds):
                work_and_kill(workers, killer, MOMENTS[number % len(MOMENTS)], number)
        recover(settings, provider)

    ended = states()
    assert set(ended.values()) == {State.ACCEPTED}
    assert set(provider.copies) == set(ended)  # lost: none
    for key, copies in provider.copies.items():
        assert 1 + killer.must_repeat[key] <= copies <= 1 + killer.must_repeat[key] + killer.may_repeat[key]
    assert len(killer.killed) == len(MOMENTS)


def test_who_marks_first_loses_the_message_when_the_worker_dies(settings):
    """The negative control."""
    killer = Killer(seeded())
    with fake_provider.serving(plan=killer.plan) as provider:
        with nursery(database_url(), WORKERS, **provider.environment(), **LEASE) as workers:
            work_and_kill(workers, killer, "unaccepted", 0, job="work-marked")
        recover(settings, provider)

    assert set(states().values()) == {State.ACCEPTED}
    assert len(provider.copies) == MESSAGES_A_ROUND - 1


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_stop_finishes_its_message(signal_number):
    asked = []

    def ask_to_stop(message: Received) -> str:
        asked.append(message.key)
        os.kill(pid, signal_number)
        time.sleep(0.2)
        return ""

    with fake_provider.serving(plan=ask_to_stop) as provider:
        queue_messages([f"to{number}@example.com" for number in range(5)])
        with nursery(database_url(), WORKERS, **provider.environment(), **LEASE) as workers:
            workers.tell("work")
            pid = int(workers.hear())
            while is_running(pid):
                time.sleep(0.01)

    assert [states()[key] for key in asked] == ["accepted"]
    assert Counter(states().values()) == {"accepted": 1, "queued": 4}


# Many at once ---------------------------------------------------------------------------------------------------------


def run_workers(job: str, processes: int, provider: Provider, until: int) -> None:
    with nursery(database_url(), WORKERS, **provider.environment(), **LEASE) as workers:
        for _number in range(processes):
            workers.tell(job)
        pids = [int(workers.hear()) for _number in range(processes)]
        deadline = time.monotonic() + 300
        while Notification.objects.exclude(state=State.ACCEPTED).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.5)  # whoever still is at it shows itself
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


def enqueue_twice(messages: int) -> None:
    """Both tasks of a message stand side by side in the queue, so that workers compete for it at the same moment."""
    queue_messages([f"to{number}@example.com" for number in range(messages)])
    for key in Notification.objects.values_list("pk", flat=True):
        deliver.enqueue(key)
    tasks, start = list(OxTask.objects.all()), timezone.now() - timedelta(hours=1)
    for task in tasks:
        task.enqueued_at = start + timedelta(milliseconds=task.args[0])
    OxTask.objects.bulk_update(tasks, ["enqueued_at"], batch_size=200)


def crowd() -> int:
    return 2 if connection.vendor == "sqlite" else 8


@pytest.mark.parametrize(
    "messages", [pytest.param(300, id="300"), pytest.param(2_000, id="2,000", marks=pytest.mark.deep)]
)
def test_of_many_workers_exactly_one_delivers_each_message(messages):
    enqueue_twice(messages)

    with fake_provider.serving() as provider:
        run_workers("work", crowd(), provider, messages)

    assert set(states().values()) == {State.ACCEPTED}
    assert provider.copies == dict.fromkeys(states(), 1)


def test_workers_that_do_not_claim_deliver_twice():
    """The negative control."""
    enqueue_twice(60)

    with fake_provider.serving(plan=lambda message: time.sleep(0.05) or "") as provider:
        run_workers("work-unclaimed", crowd(), provider, 60)

    assert max(provider.copies.values()) > 1
