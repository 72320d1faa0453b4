from backoffice.history import undo_run
from backoffice.jobs import job


@job(queue="imports")
def undo_chunk(undo_id: int) -> None:
    """One chunk; the next one is enqueued in the transaction of this one."""
    undo_run.go_on(undo_id, then=lambda: undo_chunk.enqueue(undo_id))
