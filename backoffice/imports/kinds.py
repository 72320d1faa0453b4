"""What can be imported. An app registers its kinds when it is ready; this package knows none of them by name."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from import_export.resources import Resource

from backoffice.imports import set_based
from backoffice.imports.matching import Synonyms
from backoffice.imports.models import ImportRun, StagedRow
from backoffice.imports.refusals import Problem
from backoffice.imports.shapes import Shape

if TYPE_CHECKING:
    from backoffice.imports.clashes import Clash

_kinds: dict[str, "Kind"] = {}


@dataclass(frozen=True)
class Chunk:
    """What one transaction of an apply did: rows written, rows found in conflict and refused, how far it got."""

    applied: int
    refused: int
    position: str
    rows_left: bool


@dataclass(frozen=True)
class Effect:
    """One figure about what an import means: “Value of stock +120.00 (from 4,000.00 to 4,120.00)”."""

    label: str
    value: str
    detail: str = ""
    is_bad: bool = False


@dataclass
class CleanRow:
    """A row with its cells as typed values; blank cells and those with a problem are absent."""

    number: int
    values: dict[str, Any]
    problems: list[Problem]


class Kind(ABC):
    """One kind of file: its columns, its staged rows, and what becomes of them."""

    name: ClassVar[str]
    label: ClassVar[Any]
    permission: ClassVar[str]
    staged: ClassVar[type[StagedRow]]
    options_form: ClassVar[type]
    synonyms: ClassVar[Synonyms]
    key_field: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]  # of the staged table, filled when a row is staged
    composed_key: ClassVar[Any] = ""  # the label of a key that is typed as “Handle+Size”; blank where none can be
    shapes: ClassVar[tuple[type[Shape], ...]] = ()
    is_repeatable: ClassVar[bool] = False  # rows that went in before are recognised, whatever the options

    @abstractmethod
    def resource(self) -> Resource:
        """A fresh django-import-export resource: one field with a widget for each column."""

    @abstractmethod
    def check_columns(self, run: ImportRun, fields: set[str]) -> None:
        """Raises FileRefused when the matched fields do not suffice, with what is missing."""

    @abstractmethod
    def complete(self, run: ImportRun, row: CleanRow) -> list[Problem]:
        """Adds to a cleaned row the columns that are computed; returns problems of the row as a whole."""

    def stage(self, run: ImportRun, columns: Sequence[str], values: Iterable[tuple]) -> None:
        """Writes the cleaned rows into the staged table, ``columns`` of it."""
        set_based.stage(self.staged, columns, values)

    @abstractmethod
    def check(self, run: ImportRun) -> list[str]:
        """Marks every staged row; returns sentences about the effects. Writes nothing live."""

    @abstractmethod
    def apply_chunk(self, run: ImportRun) -> Chunk:
        """Applies the next rows inside the caller's transaction and act.

        Raises Conflict when a row's live record changed since the check and the run is all or nothing.
        """

    @abstractmethod
    def preview(self, run: ImportRun, rows: Iterable[StagedRow]) -> list[dict[str, Any]]:
        """What the check page shows of some staged rows."""

    def heading(self, name: str) -> str:
        """What a field is called above its column."""
        return name.replace("_", " ").capitalize()

    def said(self, run: ImportRun) -> list[str]:
        """In words, what the options of a run mean for what it is going to do."""
        return []

    def effects(self, run: ImportRun) -> list[Effect]:
        """What the checked rows would mean beyond themselves."""
        return []

    def titles(self) -> dict[str, Any]:
        """What a kind of problem is called, by its code."""
        return {}

    def choices(self, name: str) -> list[tuple[str, Any]]:
        """The words that a field may hold, where these are few; what somebody then chooses from."""
        return []

    def fixes(self, code: str) -> list[tuple[str, Any]]:
        """(name, label) of what could be done to all rows with a problem of that code."""
        return []

    def fix(self, name: str, row: StagedRow) -> tuple[str, str | None]:
        """(field, value) that a fix puts into a row; None where it does not suit."""
        return "", None

    def clashes(self, run: ImportRun) -> list["Clash"]:
        """The rows whose records changed since the check, with what somebody can decide about them."""
        return []

    def written(self, run: ImportRun) -> str:
        """The address of a list of what the run wrote; blank when there is none."""
        return ""

    @abstractmethod
    def records(self) -> QuerySet:
        """What there is already, in the order of its template."""

    @abstractmethod
    def summary(self, run: ImportRun) -> str:
        """What the change set is called."""


class Conflict(Exception):
    """Live records changed since the check. ``sentences`` say which."""

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def register(kind: type[Kind]) -> None:
    _kinds[kind.name] = kind()


def get(name: str) -> Kind:
    return _kinds[name]


def every() -> list[Kind]:
    return list(_kinds.values())
