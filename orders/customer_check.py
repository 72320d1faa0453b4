"""What an import of customers would do: set-based SQL over staged rows and live data. Only staged rows are written."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from backoffice.imports import staged
from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from backoffice.imports.set_based import execute, rows
from orders.import_sql import ATTRIBUTES, sql
from orders.models import StagedCustomer

BY_EMAIL = "s.email_key <> '' AND c.email_key = s.email_key"
BY_NAME = "s.email_key = '' AND s.name_key <> '' AND c.name_key = s.name_key"


def check(run: ImportRun) -> list[str]:
    refuse_repeated(run)
    refuse_ambiguous(run)
    find_customers(run)
    staged.leave_out(run, StagedCustomer, "customer_id")
    refuse_nameless(run)
    decide(run)
    return []


def ways(run: ImportRun) -> tuple[str, str]:
    """The joins that find customers. A row without email, where others have one, is somebody without email."""
    return BY_EMAIL, BY_NAME if run.options["key"] == "name" else f"{BY_NAME} AND c.email_key = ''"


def find_customers(run: ImportRun) -> None:
    """The newest history is noted first, so that an edit while comparing shows as a conflict."""
    for way in ways(run):
        execute(
            sql(
                "UPDATE {s} AS s SET customer_id = c.id, checked_history_id ="
                " (SELECT MAX(h.history_id) FROM {h} h WHERE h.id = c.id)"
                f" FROM {{c}} c WHERE s.run_id = %s AND s.action = '' AND {way}"
            ),
            [run.pk],
        )


def refuse_repeated(run: ImportRun) -> None:
    """Every row of somebody who stands in the file twice, also where one of them is refused already."""
    found = rows(
        sql(
            "SELECT s.id, s.problems, COALESCE(s.email, s.name), CASE WHEN s.row = d.first_row THEN d.last_row"
            " ELSE d.first_row END FROM {s} s JOIN (SELECT key, MIN(row) AS first_row, MAX(row) AS last_row FROM {s}"
            " WHERE run_id = %s AND key NOT IN ('e:', 'n:') GROUP BY key HAVING COUNT(*) > 1) d"
            " ON d.key = s.key WHERE s.run_id = %s"
        ),
        [run.pk, run.pk],
    )
    message = _("%(who)s stands in the file more than once: also in row %(other)d. Leave one of them.")
    refuse(
        (pk, Problem(message % {"who": who, "other": other}, "repeated", *_place(run), who), problems)
        for pk, problems, who, other in found
    )


def refuse_ambiguous(run: ImportRun) -> None:
    for way in ways(run):
        found = rows(
            sql(
                "SELECT s.id, MIN(COALESCE(s.email, s.name)), COUNT(*) FROM {s} s"
                f" JOIN {{c}} c ON {way} WHERE s.run_id = %s AND s.action = '' GROUP BY s.id HAVING COUNT(*) > 1"
            ),
            [run.pk],
        )
        message = _("%(count)d customers are found by %(who)s. Change this one by hand.")
        refuse(
            (pk, Problem(message % {"count": count, "who": who}, "ambiguous", *_place(run), who), "[]")
            for pk, who, count in found
        )


def refuse_nameless(run: ImportRun) -> None:
    found = rows(
        sql("SELECT id, email FROM {s} WHERE run_id = %s AND action = '' AND customer_id IS NULL AND name_key = ''"),
        [run.pk],
    )
    message = _("There is no customer %(email)s, and a new customer needs a name.")
    column = run.mapping.get("name") or run.mapping.get("email", "")
    refuse((pk, Problem(message % {"email": email}, "no_name", "name", column), "[]") for pk, email in found)


def decide(run: ImportRun) -> None:
    differs = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} <> c.{name})" for name in ATTRIBUTES)
    execute(
        sql(
            f"UPDATE {{s}} AS s SET action = CASE WHEN {differs} THEN 'changed' ELSE 'unchanged' END"
            " FROM {c} c WHERE s.run_id = %s AND s.action = '' AND c.id = s.customer_id"
        ),
        [run.pk],
    )
    execute(sql("UPDATE {s} SET action = 'new' WHERE run_id = %s AND action = ''"), [run.pk])


def refuse(refusals: Iterable[staged.Refusal]) -> int:
    return staged.refuse(StagedCustomer, refusals)


def _place(run: ImportRun) -> tuple[str, str]:
    """The field and the column that customers are found by."""
    return run.options["key"], run.mapping.get(run.options["key"], "")
