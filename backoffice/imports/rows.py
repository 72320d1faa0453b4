"""From the file's rows to cleaned values: two passes, the first to learn what only all rows together show."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from import_export.resources import Resource

from backoffice.imports import cells, corrections
from backoffice.imports.kinds import CleanRow, Kind
from backoffice.imports.matching import Column, Match, find, match
from backoffice.imports.models import ImportRun
from backoffice.imports.reading import Cell, Row, Sheet, Source, open_sheet
from backoffice.imports.refusals import FileRefused, Problem, shown
from backoffice.imports.shapes import Shape

SAMPLES = 5
REMEMBERED = 10_000  # texts of a column


@dataclass
class Opened:
    """A run's file, open and matched. ``survey`` comes before ``cleaned``."""

    sheet: Sheet
    match: Match
    shape: Shape
    resource: Resource
    header: list[str]  # as it stands in the file
    key: Column | None = None  # composes the key of rows that have none
    styles: dict[str, str] = field(default_factory=dict)
    total: int = 0
    notices: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)

    def sample(self) -> None:
        """Keeps, for each column of the file, the first few values that are not blank."""
        self.samples = [[] for _heading in self.sheet.header]
        for _index, row in zip(range(50), self.sheet.rows(), strict=False):
            for values, cell in zip(self.samples, row.cells, strict=False):
                if len(values) < SAMPLES and not cells.is_blank(cell):
                    values.append(shown(cell))

    def headless(self) -> list[int]:
        """Places without a heading."""
        return [place for place, heading in enumerate(self.sheet.header) if not heading]


def open_run(run: ImportRun, kind: Kind, file: Source, chosen: Mapping[str, str] | None = None) -> Opened:
    """Reads the header and matches it. Raises FileRefused."""
    sheet = open_sheet(file, run.sheet)
    header = sheet.header
    shape_class = next((shape for shape in kind.shapes if shape.fits(header)), Shape)
    shape = shape_class(header)
    sheet, chosen = corrections.over(run, sheet, chosen)
    found = match(sheet.header, kind.synonyms, chosen, shape.columns())
    opened = Opened(sheet, found, shape, kind.resource(), header)
    compose_fields(opened, chosen or {})
    if source := shape.composed_key():
        opened.key = Column(kind.key_field, source, find(sheet.header, source))
        if kind.key_field not in found.columns and (chosen or {}).get(kind.key_field) is None:
            found.columns[kind.key_field] = opened.key
    return opened


def compose_fields(opened: Opened, chosen: Mapping[str, str]) -> None:
    """Columns for what the shape makes of several headings, unless somebody chose otherwise."""
    columns = opened.match.columns
    for name, source in opened.shape.composed_fields().items():
        if chosen.get(name) is None:
            columns[name] = Column(name, source, find(opened.sheet.header, source))
    used = {place for column in columns.values() for place in column.places}
    opened.match.ignored = [text for place, text in enumerate(opened.sheet.header) if place not in used and text]


# First pass -------------------------------------------------------------------------------------------------------


class Proof:
    """In which styles the texts of one column are written."""

    def __init__(self, column: Column, proves: Callable[[str], str]):
        self.styles: set[str] = set()
        self._read, self._proves = column.reader(), proves
        self._seen: set[str] = set()

    def see(self, row: Row) -> None:
        cell = self._read(row.cells)
        if type(cell) is not str or cell in self._seen:
            return
        if style := self._proves(cell):
            self.styles.add(style)
        if len(self._seen) < REMEMBERED:
            self._seen.add(cell)


def survey(opened: Opened, kind: Kind) -> None:
    """Learns the decimal mark of each column, which rows have no key, and what rows take over from others."""
    styles = {
        name: Proof(column, _widget(opened, name).proves)
        for name, column in opened.match.columns.items()
        if _widget(opened, name).takes_style
    }
    key = opened.match.columns.get(kind.key_field)
    without_key = headless = 0
    places = opened.headless()
    for row in opened.sheet.rows():
        opened.total += 1
        opened.shape.survey(row)
        for proof in styles.values():
            proof.see(row)
        without_key += bool(key and cells.is_blank(key.cell(row.cells)))
        headless += bool(places) and any(not cells.is_blank(row.cells[place]) for place in places)
    if not opened.total and not corrections.left_out(opened.sheet):
        raise FileRefused(_("The file has a heading and no rows."), code="no_rows")
    opened.styles = {name: proof.styles.pop() for name, proof in styles.items() if len(proof.styles) == 1}
    _compose_missing_keys(opened, kind, without_key)
    opened.notices += _survey_notices(opened, headless)


def _compose_missing_keys(opened: Opened, kind: Kind, without_key: int) -> None:
    """A key column that is blank throughout gives way to the composed key; one blank here and there is completed."""
    if not (opened.key and without_key) or opened.match.columns[kind.key_field] == opened.key:
        return
    if without_key == opened.total:
        opened.match.columns[kind.key_field] = opened.key
        return
    sentence = ngettext(
        "%(count)d row has no SKU; it is identified by %(source)s.",
        "%(count)d rows have no SKU; they are identified by %(source)s.",
        without_key,
    )
    opened.notices.append(sentence % {"count": without_key, "source": opened.key.source})


def _survey_notices(opened: Opened, headless: int) -> list[str]:
    found = list(opened.sheet.notices)
    if blank := opened.sheet.blank_rows:
        sentence = ngettext("%(count)d blank row was skipped.", "%(count)d blank rows were skipped.", blank)
        found.append(sentence % {"count": blank})
    if headless:
        sentence = ngettext(
            "%(count)d row has values in columns without a heading; they are ignored.",
            "%(count)d rows have values in columns without a heading; they are ignored.",
            headless,
        )
        found.append(sentence % {"count": headless})
    if opened.match.ignored:
        found.append(_("Ignored columns: %(names)s.") % {"names": ", ".join(opened.match.ignored)})
    return found


# Second pass ------------------------------------------------------------------------------------------------------


class Cleaner(dict[Cell, Any]):
    """The cells of one field to values. Columns repeat themselves, so texts and numbers seen before are remembered."""

    def __init__(self, opened: Opened, name: str):
        super().__init__()
        column = opened.match.columns.get(name)
        self.source = column.source if column else name
        self.clean = partial(_widget(opened, name).clean, style=opened.styles.get(name, ""))

    def __missing__(self, cell: Cell) -> Any:
        """None for a blank cell. Raises ValueError with a sentence."""
        value = None if cells.is_blank(cell) else self.clean(cell)
        if len(self) < REMEMBERED:
            self[cell] = value
        return value


def cleaned(opened: Opened, kind: Kind) -> Iterator[CleanRow]:
    """Every row that is a record of its own, its cells as typed values; blank cells are absent."""
    columns = [(name, column.reader()) for name, column in opened.match.columns.items()]
    cleaners = {name: Cleaner(opened, name) for name in opened.resource.fields}
    key = opened.key
    for row in opened.sheet.rows():
        if opened.shape.skips(row):
            continue
        raw = {name: read(row.cells) for name, read in columns}
        if key and cells.is_blank(raw.get(kind.key_field, "")):
            raw[kind.key_field] = key.cell(row.cells)
        opened.shape.complete(row, opened.match, raw)
        yield _clean(cleaners, row, raw)


def _clean(cleaners: dict[str, Cleaner], row: Row, raw: dict[str, Cell]) -> CleanRow:
    values: dict[str, Any] = {}
    problems = list(row.problems)
    for name, cell in raw.items():
        cleaner = cleaners[name]
        try:  # True equals 1 and is none
            value = cleaner[cell] if type(cell) is str or type(cell) is float else cleaner.clean(cell)
        except ValueError as error:
            problems.append(Problem(str(error), "cell", name, cleaner.source, shown(cell)))
        else:
            if value is not None:
                values[name] = value
    return CleanRow(row.number, values, problems)


def _widget(opened: Opened, name: str):
    return opened.resource.fields[name].widget
