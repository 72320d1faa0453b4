"""Why an order of a file is refused before it is tried: each rule yields (line, sentence) and writes nothing."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.imports.models import ImportRun
from backoffice.imports.refusals import Problem
from orders.models import Order, OrderLine, StagedLine
from orders.order_records import Records, said

HEADER = ("customer_name", "email", "date", "due_date", "address", "note", "order_discount", "tax_rate")
OF_A_LINE = ("unit_price", "discount_percent")

Found = Iterator[tuple[StagedLine, Problem]]


def find_problems(run: ImportRun, lines: list[StagedLine], records: Records) -> list[list[Problem]]:
    """The problems of each line, besides those that its cells have already."""
    found: dict[int, list[Problem]] = {line.pk: [] for line in lines}
    rules = (unknown_items, disagreements, unknown_customer, future_date, other_order)
    for line, problem in (each for rule in rules for each in rule(run, lines, records)):
        found[line.pk].append(problem)
    return [found[line.pk] for line in lines]


def falls_with(line: StagedLine, wrong: StagedLine) -> Problem:
    message = _("Row %(row)d of the same order is refused, and an order is taken as a whole.")
    return Problem(message % {"row": wrong.row}, "order_refused")


def unknown_items(run: ImportRun, lines: list[StagedLine], records: Records) -> Found:
    for line in lines:
        name = "sku" if line.sku else "barcode"
        value = line.sku or line.barcode
        wrong = {problem["field"] for problem in line.problems}
        if not value or wrong & {"sku", "barcode"}:
            continue
        if line.item_id is None:
            message = _("There is no item %(value)s.") if line.sku else _("No item has the barcode %(value)s.")
            yield line, _problem(run, message % {"value": value}, "unknown_item", name, value)
        elif not records.items[line.item_id].is_active and line.number not in records.orders:
            message = _("%(value)s is not active, so it is not in new orders.")
            yield line, _problem(run, message % {"value": value}, "inactive_item", name, value)


def disagreements(run: ImportRun, lines: list[StagedLine], records: Records) -> Found:
    for name in HEADER:
        if len({_compared(line, name) for line in lines if getattr(line, name) is not None}) > 1:
            message = _("The rows of %(number)s do not agree about this.") % {"number": lines[0].number}
            for line in lines:
                yield line, _problem(run, message, "disagree", name, getattr(line, name))


def _compared(line: StagedLine, name: str):
    value = getattr(line, name)
    return value.casefold() if name == "email" else value


def unknown_customer(run: ImportRun, lines: list[StagedLine], records: Records) -> Found:
    if lines[0].number in records.orders:
        return  # what is there already knows its customer
    who = said(lines, "email") or said(lines, "customer_name")
    name = "email" if said(lines, "email") else "customer_name"
    count = len(records.customer_ids(lines))
    if any(problem["field"] == name for line in lines for problem in line.problems):
        return
    if not who:
        message = _("%(number)s names no customer: it has neither a name nor an email.")
        yield lines[0], _problem(run, message % {"number": lines[0].number}, "no_customer", "customer_name", "")
    elif count > 1:
        message = _("%(count)d customers are found by %(who)s. Enter this order by hand.")
        yield lines[0], _problem(run, message % {"count": count, "who": who}, "ambiguous", name, who)
    elif not count and run.options["customers"] == "refuse":
        yield lines[0], _problem(run, _("There is no customer %(who)s.") % {"who": who}, "no_customer", name, who)


def future_date(run: ImportRun, lines: list[StagedLine], records: Records) -> Found:
    for line in lines:
        if line.date and line.date > timezone.localdate():
            yield (
                line,
                _problem(run, _("%(date)s is in the future.") % {"date": line.date}, "future", "date", line.date),
            )


# Orders that are there already ---------------------------------------------------------------------------------------


def other_order(run: ImportRun, lines: list[StagedLine], records: Records) -> Found:
    """An order that is there already must say the same; it is never changed by a file."""
    order = records.orders.get(lines[0].number)
    if order is None or any(line.problems for line in lines):
        return
    if differences := list(_differences(order, lines, records)):
        facts = {"number": order.number, "what": ", ".join(differences)}
        message = _("%(number)s is there already and differs in: %(what)s. Change it by hand.")
        yield lines[0], _problem(run, message % facts, "other_order", "number", order.number)


def _differences(order: Order, lines: list[StagedLine], records: Records) -> Iterator[str]:
    """What the file says otherwise. A blank cell says nothing."""
    found = records.customer_ids(lines)
    if order.customer_id not in found:
        yield _("customer")
    there: dict[str, Any] = {"due_date": order.due_date, "address": order.address, "note": order.note}
    there |= {"order_discount": order.discount_percent, "tax_rate": order.tax_rate}
    for name, value in there.items():
        if said(lines, name) not in (None, value):
            yield str(_LABELS[name])
    if not _same_lines(list(order.lines.all()), lines):
        yield _("lines")


_LABELS = {
    "due_date": Order._meta.get_field("due_date").verbose_name,
    "address": Order._meta.get_field("address").verbose_name,
    "note": Order._meta.get_field("note").verbose_name,
    "order_discount": Order._meta.get_field("discount_percent").verbose_name,
    "tax_rate": Order._meta.get_field("tax_rate").verbose_name,
}


def _same_lines(there: list[OrderLine], lines: list[StagedLine]) -> bool:
    wanted = Counter((line.item_id, line.quantity) for line in lines)
    if Counter((line.item_id, line.quantity) for line in there) != wanted:
        return False
    left = list(there)
    for line in sorted(lines, key=lambda line: line.unit_price is None):
        match = next((other for other in left if _is_same(other, line)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _is_same(there: OrderLine, line: StagedLine) -> bool:
    same_item = (there.item_id, there.quantity) == (line.item_id, line.quantity)
    return same_item and all(getattr(line, name) in (None, getattr(there, name)) for name in OF_A_LINE)


def _problem(run: ImportRun, message: str, code: str, name: str, value) -> Problem:
    return Problem(message, code, name, run.mapping.get(name, ""), str(value or ""))
