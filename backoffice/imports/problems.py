"""The refused rows of a run by kind of problem, and one correction for all rows of a kind."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any

from backoffice.imports import corrections, kinds
from backoffice.imports.kinds import Kind
from backoffice.imports.models import ImportRun, StagedRow

GROUPS, VALUES, ROWS = 30, 12, 5  # told of each; the rest is in the rows below
VALUED = {"cell", "unknown", "unknown_item", "unknown_barcode", "inactive_item", "no_customer", "not_stocked"}
UNRELATED = {"no_name"}  # the value is not the cell's own
CELL = "cell"  # a cell that cannot be read: the sentence says what kind of problem it is


def key_of(problem: dict[str, str]) -> str:
    """Problems that are put right in the same way have the same key."""
    sentence = problem["message"].replace(problem["value"], "…") if problem["code"] == CELL and problem["value"] else ""
    told = "\x1f".join([problem["code"], problem["field"], sentence])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def grouped(run: ImportRun, kind: Kind) -> list[dict[str, Any]]:
    """What the check page tells above the rows, most rows first."""
    first: dict[str, dict[str, str]] = {}
    rows: dict[str, dict[int, None]] = defaultdict(dict)
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for staged, problem in refused(run, kind):
        key = key_of(problem)
        first.setdefault(key, problem)
        rows[key][staged.row] = None
        values[key][problem["value"]] += 1
    most = sorted(first, key=lambda key: -len(rows[key]))[:GROUPS]
    return [_group(key, first[key], rows[key], values[key]) for key in most]


def _group(key: str, problem: dict[str, str], rows: Collection[int], values: Counter[str]) -> dict[str, Any]:
    told = values.most_common(VALUES)
    return {
        **{name: problem[name] for name in ("code", "field", "column", "message", "value")},
        "key": key,
        "count": len(rows),
        "rows": list(islice(rows, ROWS)),
        "values": told,
        "more": len(values) - len(told),
    }


def refused(run: ImportRun, kind: Kind) -> Iterator[tuple[StagedRow, dict[str, str]]]:
    """Each problem of each refused row."""
    rows = kind.staged.objects.filter(run=run, action=StagedRow.Action.REFUSED).order_by("row")
    for staged in rows.iterator():
        for problem in staged.problems:
            yield staged, problem


# One correction for all rows of a kind ----------------------------------------------------------------------------


def replace(run: ImportRun, key: str, instead: dict[str, str], user: Any) -> int:
    """Puts other values (found → instead) into the cells of every row with that problem."""
    return _correct(run, key, user, lambda staged, problem: (problem["field"], instead.get(problem["value"])))


def use(run: ImportRun, key: str, value: str, user: Any) -> int:
    """Puts one value into the cell of every row with that problem; blank leaves alone what is there."""
    return _correct(run, key, user, lambda staged, problem: (problem["field"], value))


def use_fix(run: ImportRun, key: str, name: str, user: Any) -> int:
    """What the kind itself offers for such rows."""
    kind = kinds.get(run.kind)
    return _correct(run, key, user, lambda staged, problem: kind.fix(name, staged))


def leave_out(run: ImportRun, key: str, user: Any) -> int:
    found = refused(run, kinds.get(run.kind))
    return corrections.note(run, {(staged.row, ""): "" for staged, problem in found if key_of(problem) == key}, user)


def _correct(run: ImportRun, key: str, user: Any, decide: Callable[[Any, dict], tuple[str, str | None]]) -> int:
    cells: corrections.Cells = {}
    for staged, problem in refused(run, kinds.get(run.kind)):
        if key_of(problem) != key:
            continue
        name, value = decide(staged, problem)
        columns = corrections.columns_of(run, name)
        if value is not None and len(columns) == 1:
            cells[staged.row, columns[0][0]] = value
    return corrections.note(run, cells, user)
