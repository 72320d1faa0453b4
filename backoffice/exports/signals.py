"""What others may want to know of files that take records out of the house."""

from django.dispatch import Signal

handed_over = Signal()
"""``request``: of who is given a file with records. ``name``: what the file is called. Sent before the file is opened,
so that a receiver that fails keeps it in."""
