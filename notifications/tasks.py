from random import uniform

from backoffice.jobs import job
from notifications import delivery


def back_off(exception, result) -> float:
    """Seconds to the next try: doubling from 10 s to an hour, with jitter so that retries do not come in herds."""
    return uniform(0.5, 1) * min(3600, 10 * 2**result.attempts)


@job(queue="mail", attempts=12, backoff=back_off)
def deliver(notification_id: int) -> None:
    delivery.send(notification_id)
