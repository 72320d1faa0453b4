from backoffice.imports import expiry, steps
from backoffice.imports.models import ImportRun
from backoffice.jobs import job


@job(queue="imports")
def check_run(run_id: int) -> None:
    steps.check(ImportRun.objects.get(pk=run_id), again=True)


@job(queue="imports")
def apply_chunk(run_id: int) -> None:
    """One chunk; the next one is enqueued in the transaction of this one."""
    steps.apply_next(ImportRun.objects.get(pk=run_id), then=lambda: apply_chunk.enqueue(run_id))


@job()
def expire_uploads() -> None:
    """Runs once a day."""
    expiry.expire()
