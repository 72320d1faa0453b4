"""What an XLSX archive must be before anything parses it: small when unpacked, without tricks, without macros.

Every byte is unpacked once, in pieces, and looked at; what the archive says about its own sizes is not believed.
"""

import re
import zipfile
from dataclasses import dataclass, field

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
# Every pattern stops at the next tag and repeats nothing without a bound: markup made to be slow is not slow.
CELL = re.compile(rb"<(?:\w{1,9}:)?c[\s/>]")
CELL_PLACE = re.compile(rb"""<(?:\w{1,9}:)?c\s[^<>]{0,400}?\br\s*=\s*["']([A-Za-z]{1,8})([0-9]{1,10})["']""")
ROW_PLACE = re.compile(rb"""<(?:\w{1,9}:)?row\s[^<>]{0,400}?\br\s*=\s*["']([0-9]{1,10})["']""")
ROW = re.compile(rb"<(?:\w{1,9}:)?row[\s/>]")
ODD_CELLS = (b"<f", b":f>", b":f ", b't="e"')
HIDDEN_ROW = re.compile(rb'<(?:\w{1,9}:)?row\b[^<>]{0,400}?\bhidden="(?:1|true)"')
HIDDEN_COLUMN = re.compile(rb'<(?:\w{1,9}:)?col\b[^<>]{0,400}?\bhidden="(?:1|true)"')


@dataclass
class Part:
    """What was seen while one sheet was unpacked: the rectangle around its cells, how many there are, what is odd."""

    name: str
    columns: set[bytes] = field(default_factory=set)
    cells: int = 0
    widest: int = 0
    last_row: int = 0
    has_odd_cells: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0

    def look(self, data: bytes) -> None:
        places = CELL_PLACE.findall(data)
        self.columns.update(letters for letters, _row in places)
        self.last_row = max(
            self.last_row,
            max((int(row) for _letters, row in places), default=0),
            max(map(int, ROW_PLACE.findall(data)), default=0),
        )
        self._count(data, len(places))
        self.has_odd_cells = self.has_odd_cells or any(mark in data for mark in ODD_CELLS)
        self.hidden_rows += len(HIDDEN_ROW.findall(data))
        self.hidden_columns += len(HIDDEN_COLUMN.findall(data))

    def _count(self, data: bytes, placed: int) -> None:
        """Cells that do not say where they are follow one another."""
        count = len(CELL.findall(data))
        self.cells += count
        if count > placed:
            self.widest = max(self.widest, *(len(CELL.findall(row)) for row in ROW.split(data)))

    @property
    def width(self) -> int:
        return max(self.widest, max(map(column_number, self.columns), default=0))


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
        part = Part(entry.filename)
        for size, data in _pieces(archive, entry):
            total += size
            check_total(total, packed)
            check_markup(data)
            if entry.filename == "[Content_Types].xml" and b"macroEnabled" in data:
                raise macros()
            if entry.filename.startswith("xl/worksheets/"):
                part.look(data)
                check_area(part)
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
