"""Forgetting what is too old: versions that a newer one, itself from before the date, has replaced.

The version that stood on the date stays, so that every record is known from then on; so do the ledger, which the
balances are proved by, and the acts themselves. What was removed is written down as an act.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backoffice.history import append_only, change_sets, entries
from backoffice.history.change_sets import Source

PERMISSION = "history.remove_history"
BATCH = 5_000  # rows a transaction


def replaced(model: Any, before: datetime) -> Any:
    """The history rows of one model that go."""
    pk = model.instance_type._meta.pk.attname
    newer = model.objects.filter(
        **{pk: OuterRef(pk), "history_id__gt": OuterRef("history_id")}, history_date__lt=before
    )
    return model.objects.filter(Exists(newer), history_date__lt=before)


def count(before: datetime) -> dict[str, int]:
    """How many rows would go, by the kind of record."""
    found = {model: replaced(model, before).count() for model in entries.history_models()}
    return {str(model.instance_type._meta.verbose_name): number for model, number in found.items() if number}


def remove(before: datetime, user: Any, reason: str) -> dict[str, int]:
    """Removes them, oldest first, in transactions of ``BATCH`` rows, each of which says what it removed."""
    removed: dict[str, int] = {}
    for model in entries.history_models():
        kind = str(model.instance_type._meta.verbose_name)
        while number := _remove_some(model, kind, before, user, reason):
            removed[kind] = removed.get(kind, 0) + number
    return removed


def _remove_some(model: Any, kind: str, before: datetime, user: Any, reason: str) -> int:
    with append_only.open_door():
        ids = list(replaced(model, before).order_by("history_id").values_list("history_id", flat=True)[:BATCH])
        if not ids:
            return 0
        facts = {"count": len(ids), "kind": kind, "date": f"{before:%Y-%m-%d}", "first": ids[0], "last": ids[-1]}
        told = _("Removed %(count)d versions of %(kind)s from before %(date)s (%(first)d to %(last)d)") % facts
        with change_sets.change_set(Source.COMMAND, user, reason=reason, summary=told) as act:
            act.row()
        return model.objects.filter(history_id__in=ids)._raw_delete("default")
