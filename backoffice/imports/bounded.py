"""Reading a larger file in a process of its own, which may use so much memory and time and no more.

A file of a few kilobytes is read where it is asked for: work and memory are bounded by its size. What is larger could
make a parser take gigabytes or minutes; here that ends the child, the file is refused with a sentence, and whoever
asked goes on. The child sends rows in batches, and reads the next batch while this process works off the last.
"""

import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.imports.reading import Row, Sheet, Source
from backoffice.imports.refusals import FileRefused

PASSED_ON = (
    "IMPORT_MAX_BYTES",
    "IMPORT_MAX_ROWS",
    "IMPORT_MAX_COLUMNS",
    "IMPORT_MAX_CELL_CHARACTERS",
    "IMPORT_MAX_UNPACKED_BYTES",
    "IMPORT_MAX_MEMORY",
    "IMPORT_MAX_SECONDS",
)
HEADER = 8  # bytes that say how long an answer is


def open_sheet(file: Source, sheet: str) -> Sheet:
    """As ``reading.parse``, in a child that lives as long as the sheet. Raises FileRefused."""
    child = Child(file, sheet)
    name, header, notices = child.answer()
    found = Sheet(name=name, header=header, read=child.rows, notices=notices)
    weakref.finalize(found, child.end)
    return found


def too_big() -> FileRefused:
    message = _("The file is too big or too slow to be read: split it, or save it as CSV.")
    return FileRefused(message, code="too_big")


class Child:
    """The process that reads, and the questions it was asked and has not answered yet."""

    def __init__(self, file: Source, sheet: str):
        self._copy = None if _has_descriptor(file) else _copied(file)
        descriptor = (self._copy or file).fileno()
        self._process: Any = subprocess.Popen(  # its pipes are there: they are asked for
            [sys.executable, "-m", "backoffice.imports.child"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[descriptor],
        )
        self._open = 0
        bounds = {name: getattr(settings, name) for name in PASSED_ON}
        self._ask({"file": descriptor, "sheet": sheet, "language": get_language(), "bounds": bounds})

    def _ask(self, question: Any) -> None:
        self._open += 1
        with suppress(BrokenPipeError):  # it is dead, which the answer will tell
            pickle.dump(question, self._process.stdin)
            self._process.stdin.flush()

    def answer(self) -> Any:
        """Raises FileRefused: what the child raised, or that it is no more."""
        self._open -= 1
        length = int.from_bytes(self._read(HEADER), "little")
        kind, told = pickle.loads(self._read(length))
        if kind == "refused":
            self.end()
            raise FileRefused(told["message"], code=told["code"], params=told["params"])
        return told

    def _read(self, count: int) -> bytes:
        """Exactly so many bytes, none of which may be waited for longer than ``IMPORT_MAX_SECONDS``."""
        found = bytearray()
        with DefaultSelector() as selector:
            selector.register(self._process.stdout, EVENT_READ)
            while len(found) < count:
                is_there = selector.select(settings.IMPORT_MAX_SECONDS)
                piece = os.read(self._process.stdout.fileno(), count - len(found)) if is_there else b""
                if not piece:
                    self.end()
                    raise too_big()
                found += piece
        return bytes(found)

    def rows(self) -> Iterator[Row]:
        while self._open:  # of a pass that somebody left in the middle
            self.answer()
        self._ask("from the beginning")
        batch = self.answer()
        while batch:
            self._ask("more")
            for number, cells, problems in batch:
                yield Row(number, cells, problems)
            batch = self.answer()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._copy):
            with suppress(BrokenPipeError):
                if pipe:
                    pipe.close()


def _has_descriptor(file: Source) -> bool:
    try:
        return file.fileno() >= 0
    except (AttributeError, OSError):  # in memory, or in a storage without files
        return False


def _copied(file: Source) -> Any:
    copy = TemporaryFile()  # noqa: SIM115  (closed with the child)
    file.seek(0)
    copyfileobj(file, copy)
    copy.flush()
    return copy
