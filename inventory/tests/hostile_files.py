"""The 82 hostile and malformed files, made by code. What becomes of each stands beside it.

``refused``: a part of the sentence that says why; nothing is written. ``stored``: the items afterwards, SKU → (name, on
hand). ``told``: a part of what is said besides. ``there``: an item that is there before, with 5 on hand.
"""

import io
import struct
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date

import xlsxwriter

from backoffice.imports.tests.sheets import changed_zip, part, xlsx_file

HEAD = ["sku", "name", "quantity"]
SHEET = "xl/worksheets/sheet1.xml"
MUG = {"A-1": ("Mug", 3)}


@dataclass
class Case:
    what: str
    file: bytes
    name: str = "stock.csv"
    refused: str = ""
    stored: dict[str, tuple[str, int]] = field(default_factory=dict)
    told: str = ""
    there: str = ""


def quantity(cell: str, refused: str = "", **more) -> Case:
    return Case(f"quantity {cell[:12]}", f"sku,name,quantity\nA-1,Mug,{cell}\n".encode(), refused=refused, **more)


def name(text: str, refused: str = "") -> Case:
    stored = {} if refused else {"A-1": (text, 3)}
    quoted = text.replace('"', '""')
    return Case("name", f'sku,name,quantity\nA-1,"{quoted}",3\n'.encode(), refused=refused, stored=stored)


def csv(what: str, text: str | bytes, **more) -> Case:
    return Case(what, text if isinstance(text, bytes) else text.encode(), **more)


def book(what: str, file: io.BytesIO, **more) -> Case:
    return Case(what, file.getvalue(), name="stock.xlsx", **more)


def cell(what: str, value, **more) -> Case:
    return book(what, xlsx_file([HEAD, ["A-1", "Mug", value]]), **more)


def good() -> io.BytesIO:
    return xlsx_file([HEAD, ["A-1", "Mug", 3]])


def with_sheet(old: bytes, new: bytes) -> io.BytesIO:
    content = part(good())
    assert old in content
    return changed_zip(good(), {SHEET: content.replace(old, new)})


def with_declaration(where: str, declaration: bytes) -> io.BytesIO:
    return changed_zip(good(), {where: part(good(), where).replace(b"?>", b"?>" + declaration, 1)})


def with_error() -> io.BytesIO:
    return with_sheet(b'<c r="C2"><v>3</v></c>', b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')


def lying() -> bytes:
    data = changed_zip(good(), {}, [("xl/a.xml", b"0" * 5_000_000)]).getvalue()
    return data.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def overlapping() -> bytes:
    """Two entries of the directory share the bytes of one part."""
    data = bytearray(changed_zip(good(), {}, [("xl/a.xml", b"a" * 50), ("xl/b.xml", b"a" * 50)]).getvalue())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        first = archive.getinfo("xl/a.xml").header_offset
    entry = data.rfind(b"xl/b.xml") - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 42 : entry + 46] = struct.pack("<L", first)
    return bytes(data)


def doubled() -> io.BytesIO:
    with warnings.catch_warnings(action="ignore"):
        return changed_zip(good(), {}, [(SHEET, b"x")])


def linked() -> io.BytesIO:
    """An archive with a symbolic link in it."""
    target = io.BytesIO(good().getvalue())
    link = zipfile.ZipInfo("xl/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return target


def merged() -> io.BytesIO:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.merge_range(1, 0, 2, 0, "A-1")
    return target


def filtered() -> io.BytesIO:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["A-1", "Mug", 3])
        page.write_row(2, 0, ["A-2", "Cup", 4])
        page.autofilter(0, 0, 2, 2)
        page.set_row(2, options={"hidden": True})
        page.set_column(1, 1, options={"hidden": True})
    return target


def dated_1904() -> io.BytesIO:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": True}) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ["A-1", "Mug"])
        page.write_datetime(1, 2, date(2026, 5, 1), workbook.add_format({"num_format": "yyyy-mm-dd"}))
    return target


def macro_type() -> io.BytesIO:
    """An .xlsm that lost its macros: only its type tells."""
    types = part(good(), "[Content_Types].xml")
    types = types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    return changed_zip(good(), {"[Content_Types].xml": types})


def with_link(url: str) -> io.BytesIO:
    """External data, as a linked workbook and by DDE."""
    relation = f'<Relationships><Relationship Id="r1" Target="{url}" TargetMode="External"/></Relationships>'.encode()
    dde = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    more = [("xl/externalLinks/externalLink1.xml", dde), ("xl/externalLinks/_rels/externalLink1.xml.rels", relation)]
    return changed_zip(good(), {}, more)


def entities(url: str) -> io.BytesIO:
    return with_declaration("xl/workbook.xml", f'<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>'.encode())


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 50 + b'"><!ENTITY b "&a;&a;&a;&a;">]>'
NOT_WHOLE = "is not a whole number"
NO_KEY = "No column holds the SKU"
NEITHER = "neither CSV nor XLSX"
DAMAGED = "damaged"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", ODS)
    return target.getvalue()


def cases(url: str) -> dict[int, list[Case]]:
    """``url`` is a server that must never be asked for anything."""
    return {
        1: [quantity("-5", "-5 is negative.")],
        2: [quantity("1.5", NOT_WHOLE)],
        3: [cell("3.7", 3.7, refused="3.7 is not a whole number.")],
        4: [quantity("2.0", stored={"A-1": ("Mug", 2)}), cell("3.0", 3.0, stored=MUG)],
        5: [quantity("nan", NOT_WHOLE)],
        6: [quantity("inf", NOT_WHOLE)],
        7: [quantity("1e400", "scientific notation")],
        8: [quantity("1e3", "scientific notation. Write the number out.")],
        9: [quantity(str(2**31), "is too large")],
        10: [quantity(str(2**63), "is too large")],
        11: [quantity("9" * 5000, NOT_WHOLE)],
        12: [quantity("٣", NOT_WHOLE)],
        13: [quantity('"1,000"', "could be 1000 or 1.000. Write it without separators.")],
        14: [
            quantity("", stored={"A-1": ("Mug", 0)}),
            csv("blank", "sku,name,quantity\nA-1,Cup,\n", there="A-1", stored={"A-1": ("Cup", 5)}),
        ],
        15: [quantity("=1+1", NOT_WHOLE)],
        16: [cell("true", True, refused="is a yes or no, not a whole number")],
        17: [cell("a date", date(2026, 5, 1), refused="2026-05-01 is a date or a time, not a whole number.")],
        18: [book("#DIV/0!", with_error(), refused="The cell holds the error #DIV/0!"), quantity("#DIV/0!", NOT_WHOLE)],
        19: [name("Mu\0g", "contains a NUL character")],
        20: [name("Mu\x01g", "contains a control character"), name("Mu\x0bg", "contains a control character")],
        21: [name(f"Mu{bad}g", "contains an invisible character") for bad in "\u202e\u2066\u200b\ufeff"],
        22: [
            csv("surrogate", b"sku,name\nA-1,Mu\xed\xa0\x80g\n", refused="Line 2 is not UTF-8"),
            book(
                "surrogate", with_sheet(b'<c r="A2" t="s"><v>3</v>', b'<c r="A2" t="str"><v>&#xD800;</v>'), refused=" "
            ),
        ],
        23: [name("x" * 5000, "The text has 5000 characters; 200 fit.")],
        24: [name("x" * 140_000, "is longer than 32767 characters")],
        25: [csv("BOM", "\ufeffsku,name,quantity\nA-1,Mug,3\n", stored=MUG)],
        26: [csv("UTF-16", "sku,name\nA-1,Mug\n".encode("utf-16"), refused="UTF-16. Save it as “CSV UTF-8”")],
        27: [csv("Latin-1", "sku,name\nA-1,Käse\n".encode("latin-1"), refused="Save the file as “CSV UTF-8”")],
        28: [csv("mixed", "sku,name\nA-1,Käse\n".encode() + "A-2,Käse\n".encode("cp1252"), refused="Line 3 is not")],
        29: [csv("semicolon", "sku;name;quantity\nA-1;Mug;3\n", stored=MUG)],
        30: [csv("tab", "sku\tname\tquantity\nA-1\tMug\t3\n", stored=MUG)],
        31: [csv("no key", "name,quantity\nMug,3\n", refused=NO_KEY)],
        32: [csv("twice", "sku,name,sku\nA-1,Mug,A-2\n", refused="the same column more than once")],
        33: [
            csv(
                "unknown",
                "sku,name,quantity,is_superuser,is_active\nA-1,Mug,3,1,0\n",
                stored=MUG,
                told="Ignored columns: is_superuser, is_active.",
            )
        ],
        34: [csv("headings", " SKU , Na\u200bme,\u00a0QUANTITY \nA-1,Mug,3\n", stored=MUG)],
        35: [csv("no heading", "A-1,Mug,3\nA-2,Cup,4\n", refused=NO_KEY)],
        36: [csv("heading only", "sku,name\n", refused="a heading and no rows")],
        37: [csv("0 bytes", b"", refused="empty")],
        38: [csv("short", "sku,name,quantity\nA-1,Mug\n", refused="The row has 2 cells, the header has 3.")],
        39: [csv("long", "sku,name\nA-1,Mug,x\n", refused="The row has 3 cells, the header has 2.")],
        40: [csv("blank lines", "sku,name,quantity\n\nA-1,Mug,3\n,,\n", stored=MUG, told="2 blank rows were skipped.")],
        41: [csv("open quote", 'sku,name\nA-1,"Mug\nA-2,Cup\n', refused="quotation marks in line 2 do not match")],
        42: [csv("quote bomb", "sku,name\nA-1," + '"' * 1_000_001 + "\n", refused="quot")],
        43: [
            csv("CR", "sku,name,quantity\rA-1,Mug,3\r", stored=MUG),
            csv(
                "mixed ends",
                "sku,name,quantity\r\nA-1,Mug,3\rA-2,Cup,4\n",
                stored={"A-1": ("Mug", 3), "A-2": ("Cup", 4)},
            ),
        ],
        44: [csv("same key", "sku,name,quantity\nA-1,Mug,3\nA-1,Cup,4\n", refused="also in row 3")],
        45: [csv("id", "id,name,quantity\n99999,Mug,3\n", refused=NO_KEY)],
        46: [csv("text id", "id,name,quantity\nabc,Mug,3\n", refused=NO_KEY)],
        47: [
            csv(
                "same key otherwise",
                "sku,name,quantity\n  CAFE\u0301   mug ,Mug,3\n",
                there="Café Mug",
                stored={"Café Mug": ("Mug", 3)},
            )
        ],
        48: [
            book(
                "zeros",
                xlsx_file([HEAD, [123, "Mug", 3]]),
                there="00123",
                stored={"00123": ("Mug 00123", 5), "123": ("Mug", 3)},
                told="00123",
            )
        ],
        49: [name("<script>alert(1)</script><img src=x onerror=alert(1)>")],
        50: [name(text) for text in ("=cmd|' /C calc'!A1", "+1", "-1", "@x")],
        51: [name("'); DROP TABLE inventory_item;--")],
        52: [name("{{7*7}} {% load x %} %(x)s")],
        55: [
            csv(kind, start + b"\n1 0 obj", refused=NEITHER, name=name_)
            for kind, start, name_ in [
                ("PDF", b"%PDF-1.7", "a.csv"),
                ("EXE", b"MZ\x90\x00", "a.csv"),
                ("PNG", b"\x89PNG\r\n\x1a\n", "a.xlsx"),
            ]
        ],
        56: [Case("truncated", good().getvalue()[:3000], "a.xlsx", refused=DAMAGED)],
        57: [book("laughs", with_declaration(SHEET, LAUGHS), refused="declares entities")],
        58: [book("external entity", entities(url), refused="declares entities")],
        59: [
            book("empty sheet", changed_zip(good(), {SHEET: b""}), refused=" "),
            book("no sheet", changed_zip(good(), {SHEET: None}), refused=" "),
        ],
        60: [book("bomb", changed_zip(good(), {}, [("xl/a.xml", b"0" * 50_000_000)]), refused="suspiciously tight")],
        61: [Case("lying", lying(), "a.xlsx", refused=DAMAGED)],
        62: [Case("overlapping", overlapping(), "a.xlsx", refused=" ")],
        63: [book("doubled", doubled(), refused="two parts of the same name")],
        64: [
            *(
                book(path, changed_zip(good(), {}, [(path, b"x")]), refused="point outside")
                for path in ("../../x", "/etc/x", "C:/x")
            ),
            book("link", linked(), refused="point outside"),
        ],
        65: [
            book(
                "dimension",
                with_sheet(b'<dimension ref="A1:C2"/>', b'<dimension ref="A1:XFD1048576"/>'),
                stored=MUG,
            )
        ],
        66: [
            book("row 1048576", with_sheet(b'r="C2"', b'r="C1048576"'), refused="more than 1000000 rows"),
            book("16384 columns", xlsx_file([[f"c{n}" for n in range(16_384)]]), refused="16384 columns; 200 can"),
        ],
        67: [
            book(
                "formula without value",
                with_sheet(b'<c r="C2"><v>3</v></c>', b'<c r="C2"><f>1+2</f></c>'),
                refused="a formula without a value",
            )
        ],
        68: [
            book(
                "formula",
                with_sheet(b'<c r="C2"><v>3</v></c>', b'<c r="C2"><f>9+9</f><v>3</v></c>'),
                stored=MUG,
                told="1 cell is a formula",
            )
        ],
        69: [
            book("several sheets", xlsx_file([HEAD, ["A-1", "Mug", 3]], more={"Old": [HEAD]}), refused="Stock, Old"),
        ],
        70: [
            book("merged", merged(), refused="merged in row 2"),
            book(
                "hidden",
                filtered(),
                stored={"A-1": ("Mug", 3), "A-2": ("Cup", 4)},
                told="1 row is hidden in the sheet and is imported too.",
            ),
            book("hidden sheet", xlsx_file([HEAD, ["A-1", "Mug", 3]], more={"B": [HEAD]}, hidden=("B",)), stored=MUG),
        ],
        71: [book("1904", dated_1904(), refused="2026-05-01 is a date")],
        72: [
            Case("password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "a.xlsx", refused="password-protected"),
        ],
        73: [
            book("macros", changed_zip(good(), {}, [("xl/vbaProject.bin", b"x")]), refused="macros"),
            book("macro type", macro_type(), refused="macros"),
            book("links", with_link(url), stored=MUG),
        ],
        74: [book("shared string", with_sheet(b'<c r="A2" t="s"><v>3</v>', b'<c r="A2" t="s"><v>99</v>'), refused=" ")],
        75: [
            Case("ODS", ods(), "a.ods", refused=NEITHER),
            csv("HTML", "<html><table><tr><td>sku</td></tr></table>", name="a.xls", refused=NEITHER),
            csv("JSON", '[{"sku": "A-1", "name": "Mug"}]\n', name="a.json", refused=NO_KEY),
            csv("YAML", "- sku: A-1\n  name: Mug\n", name="a.yaml", refused=NO_KEY),
        ],
        76: [csv("YAML object", "sku: !!python/object/apply:os.system ['true']\n", name="a.yaml", refused=" ")],
        77: [
            csv("alias bomb", 'a: &a ["x"]\nb: &b [*a,*a]\n', name="a.yaml", refused=" "),
            csv("deep", "[" * 100_000, name="a.json", refused=" "),
        ],
        78: [csv("dict", '[{"sku": {"a": 1}}]\n', name="a.json", refused=NO_KEY)],
    }
