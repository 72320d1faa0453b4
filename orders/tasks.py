from backoffice.history.change_sets import Source, change_set
from backoffice.jobs import job
from orders import workflow


@job()
def settle_waiting(order_ids: list[int]) -> None:
    """Gives arrived stock to waiting orders, in the order of ``order_ids``: oldest first."""
    for order_id in order_ids:
        with change_set(Source.WORKER, summary="Stock arrived"):
            workflow.settle_waiting(order_id)
