"""A staged row as the check page shows it: the same for every kind."""

from typing import Any

from backoffice.imports.models import StagedRow


def row(staged: StagedRow, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Number, action, problems, and the cells with what is wrong in them."""
    wrong = {problem["field"]: problem["value"] for problem in staged.problems}
    for each in cells:
        each |= {"is_wrong": bool(wrong.get(each["field"])), "wrong": wrong.get(each["field"], "")}
    return {
        "number": staged.row,
        "action": staged.action,
        "label": staged.get_action_display(),
        "cells": cells,
        "problems": staged.problems,
    }


def cell(name: str, old: Any, new: Any, *, is_number: bool = False, is_changed: bool = False) -> dict[str, Any]:
    """One field: what it is, and what the file says. A blank cell (None) leaves what is there."""
    return {
        "field": name,
        "old": old,
        "new": old if new is None else new,
        "is_number": is_number,
        "is_changed": is_changed,
        "difference": new - (old or 0) if is_changed and is_number else None,
    }
