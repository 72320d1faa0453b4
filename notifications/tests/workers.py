"""Workers in processes of their own: ``python -m notifications.tests.workers`` forks one for each line that it reads.

``work``             the product's own worker on the mail queue, until it is killed
``work-unclaimed``   the same, but messages are sent without being claimed: a negative control
``work-marked``      the same, but messages are marked before they are sent: another
``work-beside-import QUEUES CHUNKS``
                     the product's own worker on those queues, where an import takes some seconds, in so many pieces
``say WORD``         prints it
"""

import os
import time
from collections.abc import Callable

from backoffice.tests import buyers
from backoffice.tests.buyers import tell

IMPORT_SECONDS = 3


def work(queues: str = "mail") -> None:
    from django.core.management import call_command

    tell(str(os.getpid()))
    call_command("ox_worker", queues=queues, interval=0.05, lock_timeout=1, verbosity=0)


def work_unclaimed() -> None:
    work_naively("send_unclaimed")


def work_marked() -> None:
    work_naively("send_marked_first")


def work_naively(name: str) -> None:
    from notifications import delivery
    from notifications.tests import naive

    delivery.send = getattr(naive, name)  # in this process only
    work()


def work_beside_import(queues: str, chunks: str) -> None:
    from backoffice.imports import steps

    to_come = iter(range(int(chunks) - 1))

    def apply_next(run, then):
        time.sleep(IMPORT_SECONDS / int(chunks))
        if next(to_come, None) is not None:
            then()

    vars(steps)["apply_next"] = apply_next  # in this process only
    work(queues)


JOBS: dict[str, Callable[..., None]] = {
    "work": work,
    "work-unclaimed": work_unclaimed,
    "work-marked": work_marked,
    "work-beside-import": work_beside_import,
    "say": tell,
}

if __name__ == "__main__":
    buyers.main(JOBS)
