"""Workers in processes of their own: ``python -m notifications.tests.workers`` forks one for each line that it reads.

``work``             the product's own worker on the mail queue, until it is killed
``work-unclaimed``   the same, but messages are sent without being claimed: a negative control
``work-marked``      the same, but messages are marked before they are sent: another
``say WORD``         prints it
"""

import os
from collections.abc import Callable

from backoffice.tests import buyers
from backoffice.tests.buyers import tell


def work() -> None:
    from django.core.management import call_command

    tell(str(os.getpid()))
    call_command("ox_worker", queues="mail", interval=0.05, lock_timeout=1, verbosity=0)


def work_unclaimed() -> None:
    work_naively("send_unclaimed")


def work_marked() -> None:
    work_naively("send_marked_first")


def work_naively(name: str) -> None:
    from notifications import delivery
    from notifications.tests import naive

    delivery.send = getattr(naive, name)  # in this process only
    work()


JOBS: dict[str, Callable[..., None]] = {
    "work": work,
    "work-unclaimed": work_unclaimed,
    "work-marked": work_marked,
    "say": tell,
}

if __name__ == "__main__":
    buyers.main(JOBS)
