"""What an item's page shows beside its fields: figures, stock cards, who holds it, the ledger and its proof."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory import panels, stock_card
from inventory.models import Item, StockLevel, StockMovement
from inventory.stock_card import Card, Change

FIGURES = ("on_hand", "allocated", "available")
MOST_DRAWN = 500
MOST_LISTED = 50


@dataclass(frozen=True)
class Proof:
    """Whether the balances are the sums of the movements, as a sentence."""

    is_right: bool
    sentence: str


def context(item: Item, user: Any) -> dict[str, Any]:
    levels = list(item.levels.with_low().select_related("location").order_by("-location__is_default", "location__code"))
    ledger = list(_movements(levels)[: MOST_LISTED + 1])
    holders = panels.holders_of(item, user)
    return {
        "levels": levels,
        "totals": {name: sum(getattr(level, name) for level in levels) for name in FIGURES},
        "cards": list(zip(levels, cards(levels), strict=True)),
        "holders": holders,
        "is_any_waiting": any(holder.waiting for holder in holders),
        "ledger": ledger[:MOST_LISTED],
        "is_ledger_longer": len(ledger) > MOST_LISTED,
        "proof": prove(levels),
    }


def _movements(levels: Iterable[StockLevel]):
    found = StockMovement.objects.filter(level__in=[level.pk for level in levels])
    return found.select_related("level__location", "change_set").order_by("-pk")


# The proof ------------------------------------------------------------------------------------------------------------


def prove(levels: Iterable[StockLevel]) -> Proof:
    """Compares each balance with the sum of its movements, read by one query."""
    levels = list(levels)
    moved = StockMovement.objects.filter(level__in=[level.pk for level in levels]).order_by().values("level")
    rows = moved.annotate(count=Count("pk"), on_hand=Sum("on_hand_delta"), allocated=Sum("allocated_delta"))
    sums: dict[int, Any] = {row["level"]: row for row in rows}
    nothing = {"on_hand": 0, "allocated": 0}
    breaches = [_breach(level, sums.get(level.pk, nothing)) for level in levels]
    if broken := " ".join(filter(None, breaches)):
        return Proof(False, broken)
    count = sum(row["count"] for row in sums.values())
    sentence = ngettext("Ledger adds up (%(count)s movement)", "Ledger adds up (%(count)s movements)", count)
    return Proof(True, sentence % {"count": number_format(count)})


def _breach(level: StockLevel, sums: dict[str, int]) -> str:
    if (level.on_hand, level.allocated) == (sums["on_hand"], sums["allocated"]):
        return ""
    message = _(
        "%(location)s: %(on_hand)d on hand and %(allocated)d allocated, but the ledger adds up to %(moved)d and"
        " %(promised)d. Run check_stock."
    )
    facts = {"location": level.location.name, "on_hand": level.on_hand, "allocated": level.allocated}
    return message % {**facts, "moved": sums["on_hand"], "promised": sums["allocated"]}


# The stock card -------------------------------------------------------------------------------------------------------


def cards(levels: list[StockLevel]) -> list[Card]:
    """One for each level, from the item's newest movements of on hand."""
    changes: dict[int, list[Change]] = defaultdict(list)
    for movement in reversed(_movements(levels).exclude(on_hand_delta=0)[:MOST_DRAWN]):
        changes[movement.level_id].append(_change(movement))
    now = timezone.now()
    return [stock_card.draw(changes[level.pk], level.on_hand, level.reorder_level, now) for level in levels]


def _change(movement: StockMovement) -> Change:
    told = [
        date_format(localtime(movement.created_at), "DATETIME_FORMAT"),
        movement.change_set.user_name,
        movement.get_kind_display(),
        movement.reference or movement.reason,
        f"{movement.on_hand_delta:+}",
        _("%(on_hand)s on hand") % {"on_hand": number_format(movement.on_hand_after)},
    ]
    return Change(
        at=movement.created_at,
        delta=movement.on_hand_delta,
        after=movement.on_hand_after,
        title=" · ".join(part for part in told if part),
        url=reverse("admin:history_changeset_change", args=[movement.change_set_id]),
    )
