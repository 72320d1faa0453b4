"""What imports tell others, inside the transaction that moves the run. Receivers only write rows and enqueue jobs."""

from django.dispatch import Signal

import_ended = Signal()
"""``run``: it is applied, or failed. Nothing is sent for a run that somebody cancels."""
