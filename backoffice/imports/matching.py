"""Which column of the file is which field: by synonyms, by what was chosen before, or as somebody says.

A source is a heading, or several joined with ``+`` (``Handle+Option1 Value``): their non-blank parts make one value.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from django.utils.translation import gettext as _

from backoffice.imports.cells import is_blank
from backoffice.imports.reading import Cell
from backoffice.imports.refusals import FileRefused

# field -> headings that mean it, best first; a heading that ends in "*" stands for all that begin with it
Synonyms = Mapping[str, tuple[str, ...]]
IGNORABLE = re.compile(r"[\s_\-./:*#\u00a0\u200b\ufeff]+")
CURRENCY = re.compile(r"[\s_(\[]+(?:in\s+)?(?:eur|usd|gbp|chf|cad|aud|[€$£])[)\]]?\s*$", re.IGNORECASE)
JOINED = " / "
BLANK_PARTS = {"Default Title"}  # what Shopify writes where a product has no options


def normal(heading: str) -> str:
    """The form in which headings are compared: “Unit price (EUR)”, “unit_price” and “UNIT-PRICE” are one."""
    return IGNORABLE.sub("", CURRENCY.sub("", heading).casefold())


def fingerprint(header: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(normal(heading) for heading in header).encode()).hexdigest()


@dataclass(frozen=True)
class Column:
    """Where a field's value comes from."""

    field: str
    source: str
    places: tuple[int, ...]

    def reader(self) -> Callable[[Sequence[Cell]], Cell]:
        """``cell`` for many rows."""
        return itemgetter(*self.places) if len(self.places) == 1 else self.cell

    def cell(self, cells: Sequence[Cell]) -> Cell:
        if len(self.places) == 1:
            return cells[self.places[0]]
        parts = [cells[place] for place in self.places]
        return JOINED.join(_part(part) for part in parts if not is_blank(part) and part not in BLANK_PARTS)


def _part(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


@dataclass
class Match:
    """The outcome: one column a field, the headings that nothing is taken from, and what only somebody can decide."""

    columns: dict[str, Column] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    unclear: FileRefused | None = None

    @property
    def mapping(self) -> dict[str, str]:
        return {name: column.source for name, column in self.columns.items()}


def match(
    header: list[str],
    synonyms: Synonyms,
    chosen: Mapping[str, str] | None = None,
    own: Mapping[str, Sequence[str]] | None = None,
) -> Match:
    """``chosen`` (field → source, blank for none) goes before a program's ``own`` headings, and these before synonyms.

    Where several headings remain, one for each location, none is taken. Raises FileRefused.
    """
    found = Match()
    for name in synonyms:
        source = (chosen or {}).get(name)
        if source is None:
            candidates = own[name] if own and name in own else best(header, synonyms[name])
            if len(candidates) > 1:
                found.unclear = found.unclear or _several(candidates)
            source = candidates[0] if len(candidates) == 1 else ""
        if source:
            found.columns[name] = Column(name, source, find(header, source))
    used = {place for column in found.columns.values() for place in column.places}
    found.ignored = [text for place, text in enumerate(header) if place not in used and text]
    return found


def best(header: list[str], synonyms: tuple[str, ...]) -> list[str]:
    """What stands first among the synonyms: one heading, or one for each place that its ``*`` stands for.

    Raises FileRefused when the same heading stands in the file twice.
    """
    normals = [normal(heading) for heading in header]
    for synonym in synonyms:
        wanted = normal(synonym.removesuffix("*"))
        exact = [header[place] for place, heading in enumerate(normals) if heading == wanted]
        if len(exact) > 1:
            raise _twice(exact)
        if exact:
            return exact
        if synonym.endswith("*"):
            longer = [header[place] for place, heading in enumerate(normals) if heading.startswith(wanted)]
            if longer:
                return longer
    return []


def _several(headings: Sequence[str]) -> FileRefused:
    message = _(
        "Several columns could be meant: %(headings)s. Choose one of them."
        " Where each is of another location, import the file once for each."
    )
    return FileRefused(message % {"headings": ", ".join(headings)}, code="several_columns")


def find(header: list[str], source: str) -> tuple[int, ...]:
    """The places of a source's headings. Raises FileRefused when the file has no such heading, or has it twice."""
    if places := _places(header, source):
        return (places[0],)
    found = []
    for heading in source.split("+"):
        if not (places := _places(header, heading)):
            facts = {"heading": heading.strip(), "headings": ", ".join(filter(None, header))}
            message = _("The file has no column “%(heading)s”. It has: %(headings)s.")
            raise FileRefused(message % facts, code="no_column")
        found.append(places[0])
    return tuple(found)


def _places(header: list[str], heading: str) -> list[int]:
    exact = [place for place, text in enumerate(header) if text and text == heading.strip()]
    alike = [place for place, text in enumerate(header) if text and normal(text) == normal(heading)]
    places = exact or alike
    if len(places) > 1:
        raise _twice([header[place] for place in places])
    return places


def _twice(headings: list[str]) -> FileRefused:
    message = _("The file has the same column more than once: %(headings)s. Rename or remove all but one.")
    return FileRefused(message % {"headings": ", ".join(headings)}, code="duplicate_header")


def read_choice(text: str, fields: Iterable[str]) -> tuple[str, str]:
    """(field, source) of ``Their column=our_field``. Raises FileRefused."""
    source, _sign, name = text.rpartition("=")
    if not source.strip() or name.strip() not in set(fields):
        facts = {"text": text, "fields": ", ".join(fields)}
        message = _("“%(text)s” is not understood. Write it as “Their column=field”; fields are: %(fields)s.")
        raise FileRefused(message % facts, code="map")
    return name.strip(), source.strip()
