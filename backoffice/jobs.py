"""Background work: a typed ``@job`` over Django Tasks. The only file beside the settings that knows the backend.

A job is enqueued in the transaction of the caller and runs at least once, so it must be safe to repeat.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.tasks import Task, task
from django.utils import timezone
from django_ox import metrics, stats

Backoff = Callable[[BaseException, Any], float | None]


def job(*, queue: str = "default", attempts: int = 3, backoff: Backoff | None = None) -> Callable[[Callable], Task]:
    """Declares a task. ``backoff(exception, result)`` gives the seconds to the next try, None ends the tries."""
    options: dict[str, Any] = {"queue_name": queue, "max_attempts": attempts}
    if backoff:
        options["backoff"] = backoff
    return task(**options)


@job()
def beat() -> None:
    """Runs twice a minute: a worker that claims it has been heard from."""


@job()
def prune_finished() -> None:
    call_command("ox_prune", older_than="7d", verbosity=0)


@job()
def forget_sessions() -> None:
    call_command("clearsessions", verbosity=0)


def worker_silence() -> timedelta | None:
    """Time since any worker took a job, None when none ever did."""
    return stats.last_claim_age()


def standing_still_since() -> datetime | None:
    """Since when a job that is due waits while no worker takes any. None while work goes on, or there is none."""
    age = stats.oldest_ready_age()
    if age is None or age < settings.WORKER_SILENT_AFTER or not is_worker_silent():
        return None
    silence = worker_silence()
    return timezone.now() - (age if silence is None else silence)


def is_worker_silent() -> bool:
    silence = worker_silence()
    return silence is None or silence > settings.WORKER_SILENT_AFTER


def collector() -> Any:
    """For prometheus_client: by queue what waits, for how long, what failed, and when a worker last took a job."""
    return metrics.collector()
