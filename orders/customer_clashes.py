"""Customers that changed between the check of a file and its apply."""

from typing import Any

from django.utils.translation import gettext as _

from backoffice.imports import kinds
from backoffice.imports.clashes import Clash, changes_between, rows_of
from backoffice.imports.models import ImportRun
from backoffice.imports.set_based import rows
from orders.customer_check import ways
from orders.import_sql import ATTRIBUTES, sql
from orders.models import Customer, StagedCustomer

CONFLICTS = (
    (
        "edited",
        "JOIN {c} c ON c.id = s.customer_id",
        "s.checked_history_id <> (SELECT MAX(h.history_id) FROM {h} h WHERE h.id = c.id)",
    ),
    ("deleted", "", "s.customer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {c} c WHERE c.id = s.customer_id)"),
)


def find(run: ImportRun, scope: str, params: dict[str, Any]) -> list[tuple[int, str]]:
    """(id, sentence) of the staged rows in ``scope`` whose customers are not what they were at the check."""
    created = [("created", f"JOIN {{c}} c ON {way}", "s.customer_id IS NULL") for way in ways(run)]
    found: dict[int, str] = {}
    for code, join, condition in (*CONFLICTS, *created):
        statement = f"SELECT s.id, COALESCE(s.email, s.name) FROM {{s}} s {join} WHERE {scope} AND ({condition})"
        for pk, who in rows(sql(statement), params):
            found.setdefault(pk, sentence(code, who))
    return list(found.items())


def sentence(code: str, who: str) -> str:
    return {
        "edited": _("%(who)s was edited since the check."),
        "deleted": _("%(who)s was deleted since the check."),
        "created": _("%(who)s was entered since the check."),
    }[code] % {"who": who}


def clashes(run: ImportRun) -> list[Clash]:
    """All that somebody has to decide about before the run can go in."""
    found = find(run, "s.run_id = %(run)s AND s.action IN ('new', 'changed')", {"run": run.pk})
    pairs = rows_of(found, StagedCustomer) if found else []
    before = Customer.history.in_bulk({row.checked_history_id for row, _told in pairs if row.checked_history_id})
    now = Customer.objects.in_bulk({row.customer_id for row, _told in pairs if row.customer_id})
    kind = kinds.get(run.kind)
    return [
        Clash(row.row, told, *changes_between(kind, run, row, before.get(row.checked_history_id), record, ATTRIBUTES))
        for row, told in pairs
        for record in [now.get(row.customer_id)]
    ]
