"""Background work, thin. The verbs enqueue these jobs, so each imports its verb when it runs."""

from backoffice.jobs import job


@job(queue="mail")
def deliver(notification_id: int) -> None:
    from notifications import delivery

    delivery.send(notification_id)


@job(queue="mail")
def deliver_waiting(channel: str) -> None:
    """After a stop: everything that waits for this channel."""
    from notifications import upkeep

    upkeep.enqueue_waiting(channel)


@job(queue="mail")
def apply_report(report_id: int) -> None:
    from notifications import reports

    reports.apply(report_id)


@job(queue="mail")
def look_after_messages() -> None:
    from notifications import upkeep

    upkeep.look_after()


@job(queue="mail")
def send_digests(frequency: str) -> None:
    from notifications import upkeep

    upkeep.gather(frequency)


@job()
def forget_reports() -> None:
    from notifications import reports

    reports.forget_old()
