"""Mutated files: refused with a sentence, or read as an independent reader reads them. Seeds are replayable.

``FUZZ_SEED`` names the first seed; a failure names its own: ``fuzz_files.mutated(seed)`` is the file.
"""

import io
import os
import resource
import time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django_ox.testing import run_tasks

from backoffice.imports.models import ImportRun
from backoffice.imports.reading import OddCell, parse
from backoffice.imports.refusals import FileRefused
from inventory.models import Item, StagedItem, StockLevel
from inventory.tests import reference_reader
from inventory.tests.fuzz_files import GOOD, mutated

FIRST = int(os.environ.get("FUZZ_SEED", "1"))
MOST_SECONDS, MOST_MB = 10, 512


def read(data: bytes) -> list[tuple[int, list]] | None:
    """The heading and the rows without a problem; None when the file is refused."""
    try:
        sheet = parse(io.BytesIO(data), "")
        rows = [(row.number, list(row.cells)) for row in sheet.rows() if not row.problems]
    except FileRefused:
        return None
    return [(0, list(sheet.header)), *rows]


def is_predicted(found: list[tuple[int, list]], data: bytes) -> bool:
    return any(agrees(found, reading) for reading in reference_reader.readings(data))


def agrees(found: list[tuple[int, list]], reading: reference_reader.Reading) -> bool:
    (_zero, header), *rows = found
    return any(heading(cells) == header for cells in reading.values()) and all(
        number in reading and same(cells, reading[number]) for number, cells in rows
    )


def heading(cells: list) -> list[str]:
    return [str(cell).replace("\u00a0", " ").strip() for cell in cells]


def same(cells: list, expected: list) -> bool:
    """Cells beyond the heading are blank; a cell that the importer marks as odd has no value of its own."""
    if any(str(cell).strip() for cell in expected[len(cells) :]):
        return False
    padded = expected + [""] * (len(cells) - len(expected))
    return all(alike(cell, other) for cell, other in zip(cells, padded, strict=False))


def alike(cell, other) -> bool:
    if isinstance(cell, OddCell):
        return other in (reference_reader.BAD, "")
    if isinstance(cell, str) and isinstance(other, str):
        return cell.strip() == other.strip()  # white space at the ends is kept by none
    return repr(cell) == repr(other)


def wrong(seeds: range) -> tuple[list[int], float]:
    """Seeds whose file was read otherwise than predicted, and the longest time that one took."""
    found, longest = [], 0.0
    for seed in seeds:
        data = mutated(seed)
        started = time.perf_counter()
        rows = read(data)
        longest = max(longest, time.perf_counter() - started)
        if rows is not None and not is_predicted(rows, data):
            found.append(seed)
    return found, longest


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_control_good_files_are_read_and_predicted(number):
    rows = read(GOOD[number])

    assert rows is not None
    assert is_predicted(rows, GOOD[number])
    assert not is_predicted([*rows, (99, ["A-9", "Not there"])], GOOD[number])


def test_a_thousand_mutated_files_are_refused_or_read_as_predicted():
    found, longest = wrong(range(FIRST, FIRST + 1_000))

    assert (found, longest < MOST_SECONDS) == ([], True)


@pytest.mark.deep
def test_ten_thousand_mutated_files_are_refused_or_read_as_predicted_in_bounded_memory():
    found, longest = wrong(range(FIRST, FIRST + 10_000))

    assert (found, longest < MOST_SECONDS) == ([], True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < MOST_MB


# Through the whole path -----------------------------------------------------------------------------------------------


def go_through(client, data: bytes) -> None:
    """Uploads, checks and applies the good rows; no answer may be a fault."""
    asked = {"kind": "items", "mode": "set", "policy": "good", "file": SimpleUploadedFile("f.csv", data)}
    before = ImportRun.objects.count()
    assert client.post("/admin/imports/importrun/add/", asked).status_code in {200, 302}
    if ImportRun.objects.count() == before:
        return
    run = ImportRun.objects.latest("pk")
    run_tasks(raise_failures=True)
    for answer in (
        client.get(f"/admin/imports/importrun/{run.pk}/change/"),
        client.post(f"/admin/imports/importrun/{run.pk}/apply/", {"good_rows": "1"}),
    ):
        assert answer.status_code in {200, 302}
    run_tasks(raise_failures=True)


def not_predicted(data: bytes) -> list:
    """Staged rows that are not refused, and items, whose values do not stand in one row of the file."""
    found = reference_reader.readings(data)
    rows = [{known(cell) for cell in cells} | {""} for reading in found for cells in reading.values()]
    good: Any = StagedItem.objects.exclude(action="refused")
    good = good.values_list("sku", "name", "quantity")
    staged = [(sku, name or "", quantity(number)) for sku, name, number in good]
    on_hand = dict(StockLevel.objects.values_list("item", "on_hand"))
    written = [(item.sku, item.name, quantity(on_hand.get(item.pk) or None)) for item in Item.objects.all()]
    return [values for values in staged + written if not any(set(values) <= row for row in rows)]


def quantity(number: int | None) -> str:
    return "" if number is None else str(number)


def known(cell) -> str:
    """A cell as it would be kept: whole numbers without point, texts on one line and trimmed, formulas unquoted."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = " ".join(filter(None, (part.strip() for part in str(cell).splitlines())))
    return text[1:] if text[:2] in {"'=", "'-", "'+", "'@"} else text


def fuzz_path(client, seeds: range) -> None:
    client.force_login(get_user_model().objects.create_superuser("ana"))
    for seed in seeds:
        with transaction.atomic():
            started = time.perf_counter()
            go_through(client, mutated(seed))
            assert (not_predicted(mutated(seed)), seed) == ([], seed)
            assert time.perf_counter() - started < MOST_SECONDS
            transaction.set_rollback(True)  # the next file meets an empty shop


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(2))
def test_mutated_files_go_through_the_whole_path_without_a_fault_or_a_row_that_was_not_there(client, part):
    fuzz_path(client, range(FIRST + part * 30, FIRST + part * 30 + 30))


@pytest.mark.deep
@pytest.mark.django_db
def test_a_thousand_mutated_files_go_through_the_whole_path(client):
    fuzz_path(client, range(FIRST + 1_000, FIRST + 2_000))


@pytest.mark.django_db
def test_control_what_was_not_in_the_file_is_noticed(client):
    client.force_login(get_user_model().objects.create_superuser("ana"))
    go_through(client, GOOD[1])
    assert (Item.objects.exists(), not_predicted(GOOD[1])) == (True, [])

    Item.objects.create(sku="A-9", name="Not there")

    assert not_predicted(GOOD[1]) == [("A-9", "Not there", "")]
