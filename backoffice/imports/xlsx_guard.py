"""What an XLSX archive must be before anything parses it: small when unpacked, without tricks, without macros.

Every byte is unpacked once, in pieces, and looked at; what the archive says about its own sizes is not believed.
"""

import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.imports.reading import Source
from backoffice.imports.refusals import FileRefused

CHUNK = 1 << 20
MAX_ENTRIES = 1000
MAX_RATIO = 100
RATIO_MATTERS_FROM = 10 * 2**20  # small parts of real files pack better than 1:100
MAX_CELLS = 20_000_000  # the reader holds the rectangle around all cells in memory
SPARSE_FROM, MAX_SPARSENESS = 2_000_000, 100  # beyond that many cells, those that are filled must be one in a hundred
OVERLAP = 64
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
# Every pattern stops at the next tag: markup made to be slow is not slow. A place that is none leaves its groups blank.
PREFIXED = re.compile(rb":(?:c|row)[\s/>]")  # few programs write them; without them all is found several times faster
CELL, PREFIXED_CELL = re.compile(rb"<c[\s/>]"), re.compile(rb"<(?:\w{1,9}:)?c[\s/>]")
CELL_PLACE = re.compile(rb"""<(?:\w{1,9}:)?c\s[^<>]*?\br\s*=\s*["'](?:([A-Za-z]{1,3})([0-9]{1,7})["'])?""")
# The same as nearly all programs write it, which is found several times faster.
PLAIN_LETTERS, PLAIN_ROW = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"'), re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
ROW_PLACE = re.compile(rb"""<row\s[^<>]*?\br\s*=\s*["'](?:([0-9]{1,7})["'])?""")
PREFIXED_ROW_PLACE = re.compile(rb"""<(?:\w{1,9}:)?row\s[^<>]*?\br\s*=\s*["'](?:([0-9]{1,7})["'])?""")
PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
ODD_CELLS = (b"<f", b":f>", b":f ", b't="e"')
# a cell that points to a shared text, but to none: the reader would give the first
LOST_TEXT = re.compile(rb"""\bt=["']s["'][^<>/]{0,400}>(?!<(?:\w{1,9}:)?v>[0-9]{1,10}</)""")
HIDDEN_ROW = re.compile(rb'<(?:\w{1,9}:)?row\b[^<>]{0,400}?\bhidden="(?:1|true)"')
HIDDEN_COLUMN = re.compile(rb'<(?:\w{1,9}:)?col\b[^<>]{0,400}?\bhidden="(?:1|true)"')


@dataclass
class Part:
    """What was seen while one part was unpacked: the rectangle around its cells, how many there are, what is odd."""

    name: str
    columns: set[bytes] = field(default_factory=set)
    cells: int = 0
    unplaced: int = 0
    width: int = 0
    last_row: int = 0
    has_odd_cells: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0

    def look(self, data: bytes) -> None:
        is_plain = not PREFIXED.search(data)
        count = len((CELL if is_plain else PREFIXED_CELL).findall(data))
        letters, rows = PLAIN_LETTERS.findall(data), PLAIN_ROW.findall(data)
        if len(letters) < count:
            places = CELL_PLACE.findall(data)
            letters, rows = [letters for letters, _row in places], [row for _letters, row in places]
        row_places = (ROW_PLACE if is_plain else PREFIXED_ROW_PLACE).findall(data)
        self._note_places(set(letters), {*rows, *row_places})
        self.cells, self.unplaced = self.cells + count, self.unplaced + count - len(letters)
        self.has_odd_cells = self.has_odd_cells or any(mark in data for mark in ODD_CELLS) or _has_lost_text(data)
        if b"hidden" in data:
            self.hidden_rows += len(HIDDEN_ROW.findall(data))
            self.hidden_columns += len(HIDDEN_COLUMN.findall(data))

    def _note_places(self, columns: set[bytes], rows: set[bytes]) -> None:
        if b"" in columns or b"" in rows:
            raise damaged()
        for letters in columns - self.columns:
            self.width = max(self.width, column_number(letters))
        self.columns |= columns
        self.last_row = max(self.last_row, max(map(int, rows), default=0))


class Places:
    """Where cells are that do not say it: behind one another. Few programs write such sheets, so it may take longer."""

    def __init__(self, part: Part):
        self.part, self.row, self.column = part, 0, 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag, place = name.rpartition(":")[2], attributes.get("r", "")
        if tag == "row":
            self.row, self.column = int(place) if place.isdecimal() else self.row + 1, 0
        elif tag == "c":
            self.column += 1
            if match := PLACE.fullmatch(place):
                self.row, self.column = int(match[2]), column_number(match[1].encode())
            elif place:
                raise damaged()
        self.part.last_row = max(self.part.last_row, self.row)
        self.part.width = max(self.part.width, self.column)


def place_exactly(archive: zipfile.ZipFile, part: Part) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = Places(part).start
    with archive.open(part.name) as stream:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
            check_area(part)


def _has_lost_text(data: bytes) -> bool:
    return (b't="s"' in data or b"t='s'" in data) and LOST_TEXT.search(data) is not None


def inspect(file: Source) -> dict[str, Part]:
    """The sheets' parts by name. Raises FileRefused."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            check_entries(archive)
            return _unpack(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise damaged() from error
    except RuntimeError as error:  # zipfile's word for an encrypted entry
        raise FileRefused(_("The file is password-protected. Save it without a password."), code="ole") from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise damaged() from error
        raise


def damaged() -> FileRefused:
    return FileRefused(
        _("The file is damaged or no XLSX. Open it in a spreadsheet program and save it again."), code="damaged"
    )


def macros() -> FileRefused:
    return FileRefused(_("The file contains macros (.xlsm). Save it as .xlsx."), code="macros")


def check_entries(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if len(names) > MAX_ENTRIES:
        raise FileRefused(_("The XLSX holds too many parts."), code="zip")
    if len({name.casefold() for name in names}) < len(names):
        raise FileRefused(_("The XLSX holds two parts of the same name."), code="zip")
    if any(_is_odd(entry) for entry in archive.infolist()):
        raise FileRefused(_("The XLSX holds parts that point outside of it."), code="zip")
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise macros()
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(names):
        raise FileRefused(_("This is neither CSV nor XLSX. Save it as .csv or .xlsx."), code="format")


def _is_odd(entry: zipfile.ZipInfo) -> bool:
    is_link = (entry.external_attr >> 28) == 0xA
    path = entry.filename.replace("\\", "/")
    return is_link or path.startswith("/") or ".." in path.split("/") or ":" in path


def _unpack(archive: zipfile.ZipFile) -> dict[str, Part]:
    total, packed, parts = 0, max(sum(entry.compress_size for entry in archive.infolist()), 1), {}
    for entry in archive.infolist():
        part, markup = Part(entry.filename), Markup(entry.filename)
        for size, data in _pieces(archive, entry):
            total += size
            check_total(total, packed)
            check_markup(data)
            markup.read(data)
            if entry.filename == "[Content_Types].xml" and b"macroEnabled" in data:
                raise macros()
            part.look(data)  # any part can be a sheet: the workbook's relations say which
            check_area(part)
        markup.end()
        if part.unplaced:
            place_exactly(archive, part)
        check_sparse(part)
        parts[entry.filename] = part
    return parts


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo):
    """(new bytes, text to look at): pieces that end with a whole tag, so that nothing is seen by halves or twice."""
    rest = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            data = rest + chunk
            cut = data.rfind(b">") + 1
            if not cut and len(data) > 2 * CHUNK:
                cut = len(data) - OVERLAP
            rest = data[cut:]
            yield len(chunk), data[:cut]
    yield 0, rest


def check_total(total: int, packed: int) -> None:
    if total > settings.IMPORT_MAX_UNPACKED_BYTES:
        facts = {"most": settings.IMPORT_MAX_UNPACKED_BYTES // 2**20}
        raise FileRefused(_("Unpacked, the XLSX is larger than %(most)d MB. Split it.") % facts, code="too_large")
    if total > RATIO_MATTERS_FROM and total > packed * MAX_RATIO:
        raise FileRefused(_("The XLSX is packed suspiciously tight. Save it again, or as CSV."), code="too_large")


def check_markup(data: bytes) -> None:
    if any(mark in data for mark in DECLARATIONS):
        raise FileRefused(_("The XLSX declares entities, which no spreadsheet program writes."), code="entities")


class Markup:
    """That a part is XML as XML must be: the reader is lenient, and would give what a broken part does not say."""

    def __init__(self, name: str):
        self._parser = expat.ParserCreate() if name.casefold().endswith((".xml", ".rels")) else None

    def read(self, data: bytes) -> None:
        self._parse(data, is_last=False)

    def end(self) -> None:
        self._parse(b"", is_last=True)

    def _parse(self, data: bytes, is_last: bool) -> None:
        try:
            if self._parser:
                self._parser.Parse(data, is_last)
        except (expat.ExpatError, LookupError, ValueError):  # the last two: an encoding that nobody knows
            raise damaged() from None


def check_area(part: Part) -> None:
    if part.last_row > settings.IMPORT_MAX_ROWS + 1000:
        facts = {"most": settings.IMPORT_MAX_ROWS}
        raise FileRefused(_("The sheet has more than %(most)d rows. Split it.") % facts, code="too_many_rows")
    width = part.width
    if width > settings.IMPORT_MAX_COLUMNS:
        facts = {"count": width, "most": settings.IMPORT_MAX_COLUMNS}
        raise FileRefused(_("A sheet has %(count)d columns; %(most)d can be read.") % facts, code="too_many_columns")
    if part.last_row * width > MAX_CELLS:
        raise FileRefused(_("The sheet is too large to be read as XLSX. Save it as CSV."), code="too_large")


def check_sparse(part: Part) -> None:
    if part.last_row * part.width > max(SPARSE_FROM, part.cells * MAX_SPARSENESS):
        message = _("The sheet is almost empty up to row %(row)d. Remove what stands far out.")
        raise FileRefused(message % {"row": part.last_row}, code="too_large")


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
