from backoffice import languages
from backoffice.imports import expiry, steps
from backoffice.imports.models import ImportRun
from backoffice.jobs import job


@job(queue="imports")
def check_run(run_id: int) -> None:
    run = ImportRun.objects.select_related("user").get(pk=run_id)
    with languages.spoken_by(run.user):
        steps.check(run, again=True)


@job(queue="imports")
def apply_chunk(run_id: int) -> None:
    """One chunk; the next one is enqueued in the transaction of this one."""
    run = ImportRun.objects.select_related("user").get(pk=run_id)
    with languages.spoken_by(run.user):
        steps.apply_next(run, then=lambda: apply_chunk.enqueue(run_id))


@job()
def expire_uploads() -> None:
    """Runs once a day."""
    expiry.expire()
