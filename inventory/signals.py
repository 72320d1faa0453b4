"""What stock tells others. Each is sent once per verb, inside its transaction; receivers only write rows and enqueue
jobs. Of an import, arrivals are told once per chunk and what ran low once, with the last."""

from django.dispatch import Signal

stock_moved = Signal()
"""``movements``: those that were entered into the ledger together, in their order. Receivers move what follows from
them: balances, and what a document's lines hold. Each was told by ``pre_save`` and ``post_save``, too."""

stock_ran_low = Signal()
"""``levels``: available fell to the reorder level or below, and was above it before. Levels without one never send."""

stock_arrived = Signal()
"""``levels``: more is available than before, so that waiting lines may get some. From an import it is a queryset, since
there may be thousands; a chunk that only makes items sends nothing, since nobody waits for them."""

stock_fell_short = Signal()
"""``level``, ``quantity``: allocations to give up before ``level`` can lose the units that are being counted off.

Sent before the loss, under the level's lock. Receivers call ``stock.give_up`` until ``quantity`` units are released."""
