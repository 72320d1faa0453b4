"""Thirty good files and what can happen to them: everything from a seed, so that any case can be made again."""

import io
import random
import re
import zipfile
from collections.abc import Callable

import xlsxwriter

HEADS = [
    ["sku", "name", "quantity"],
    ["SKU", "Name", "Category", "Quantity"],
    ["Item code", "Title", "Qty", "Price"],
    ["name", "barcode", "sku", "on hand", "cost"],
    ["sku", "quantity"],
]
WORDS = ["Mug", "Käse", 'a "quoted" one', "one, two; three", "two\nlines", "=1+1", "漢字", "", "  spaced  ", "0012"]


def table(number: int) -> list[list]:
    """A heading and a few rows, whose kinds of cells are those of their columns."""
    chance = random.Random(number)
    head = HEADS[number % len(HEADS)]
    return [head, *([_cell(heading, row, chance) for heading in head] for row in range(chance.randint(2, 7)))]


def _cell(heading: str, row: int, chance: random.Random):
    if heading.casefold() in {"sku", "item code"}:
        return f"A-{row}"
    if heading.casefold() in {"quantity", "qty", "on hand"}:
        return chance.choice([0, 3, 17, 250])
    if heading.casefold() in {"price", "cost"}:
        return chance.choice([1.5, 12.25, 99])
    return f"90{row}" if heading == "barcode" else chance.choice(WORDS) + f" {row}"


def good_csv(number: int) -> bytes:
    mark, end, before = ",;\t|"[number % 4], ["\n", "\r\n", "\r"][number % 3], ["", "\ufeff", "\n\n"][number // 2 % 3]
    lines = [mark.join(_quoted(str(cell), mark, number) for cell in row) for row in table(number)]
    return (before + end.join(lines) + (end if number % 2 else "")).encode()


def _quoted(text: str, mark: str, number: int) -> str:
    if number % 5 == 0 or any(sign in text for sign in (mark, '"', "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def good_xlsx(number: int) -> bytes:
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "constant_memory": number % 3 == 0}
    with xlsxwriter.Workbook(target, options) as book:
        page = book.add_worksheet(f"Sheet {number}")
        for place, row in enumerate(table(number), start=number % 2):
            page.write_row(place, number % 3, row)
        if number % 4 == 0:
            book.add_worksheet("Empty")
        if number % 5 == 0:
            page.write_formula(3, 5, "=1+1", None, 2)
    return target.getvalue()


GOOD: list[bytes] = [*map(good_csv, range(15)), *map(good_xlsx, range(15))]
Mutation = Callable[[bytes, random.Random], bytes]


def mutated(seed: int) -> bytes:
    """One good file with one to three things done to it."""
    chance = random.Random(seed)
    data = chance.choice(GOOD)
    for _time in range(chance.choice([1, 1, 2, 3])):
        change = chance.choice(OF_ANY_FILE if not data.startswith(b"PK") or chance.random() < 0.3 else OF_AN_ARCHIVE)
        data = change(data, chance)
    return data


# What happens to any file ---------------------------------------------------------------------------------------------


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _time in range(chance.randint(1, 8)):
        if found:
            found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def cut_off(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def drop_some(data: bytes, chance: random.Random) -> bytes:
    first = chance.randint(0, len(data))
    return data[:first] + data[first + chance.randint(1, 40) :]


def repeat_some(data: bytes, chance: random.Random) -> bytes:
    first = chance.randint(0, len(data))
    return data[:first] + data[first : first + chance.randint(1, 60)] * 2 + data[first:]


def insert_odd(data: bytes, chance: random.Random) -> bytes:
    odd = [b'"', b",", b";", b"\t", b"\n", b"\r", b"\0", b"\xff", b"\xe2\x80\xae", b"'", b"1e5", b"-", b"="]
    first = chance.randint(0, len(data))
    return data[:first] + chance.choice(odd) * chance.choice([1, 1, 50]) + data[first:]


def shuffle_heading(data: bytes, chance: random.Random) -> bytes:
    if data.startswith(b"PK"):
        return edit_part(data, chance, "xl/sharedStrings.xml", _shuffle_strings)
    first, end, rest = data.partition(b"\n")
    mark = max(b",;\t|", key=lambda sign: first.count(bytes([sign])))
    names = first.split(bytes([mark]))
    chance.shuffle(names)
    return bytes([mark]).join(names) + end + rest


OF_ANY_FILE: list[Mutation] = [flip_bits, cut_off, drop_some, repeat_some, insert_odd, shuffle_heading]


# What happens inside an archive ---------------------------------------------------------------------------------------


def parts_of(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:
        return {}  # damaged by an earlier change


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def edit_part(data: bytes, chance: random.Random, wanted: str, edit: Mutation) -> bytes:
    parts = parts_of(data)
    names = [name for name in parts if name.startswith(wanted)]
    if not names:
        return data
    name = chance.choice(names)
    parts[name] = edit(parts[name], chance)
    return packed(parts)


def swap_parts(data: bytes, chance: random.Random) -> bytes:
    parts = parts_of(data)
    if len(parts) < 2:
        return data
    one, other = chance.sample(sorted(parts), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return packed(parts)


def drop_part(data: bytes, chance: random.Random) -> bytes:
    parts = parts_of(data)
    if parts:
        del parts[chance.choice(sorted(parts))]
    return packed(parts) if parts else data


def edit_sheet(data: bytes, chance: random.Random) -> bytes:
    return edit_part(data, chance, "xl/worksheets/sheet", chance.choice(XML_EDITS))


def edit_any(data: bytes, chance: random.Random) -> bytes:
    return edit_part(data, chance, "xl/", chance.choice([*XML_EDITS, *OF_ANY_FILE[:5]]))


def _shuffle_strings(data: bytes, chance: random.Random) -> bytes:
    strings = re.findall(rb"<si>.*?</si>", data, re.DOTALL)
    shuffled = chance.sample(strings, len(strings))
    for old in strings:
        data = data.replace(old, b"\0", 1)
    for new in shuffled:
        data = data.replace(b"\0", new, 1)
    return data


def _drop_tag(data: bytes, chance: random.Random) -> bytes:
    tags = list(re.finditer(rb"<[^>]*>", data))
    tag = chance.choice(tags) if tags else None
    return data[: tag.start()] + data[tag.end() :] if tag else data


def _repeat_tag(data: bytes, chance: random.Random) -> bytes:
    tags = list(re.finditer(rb"<[^>]*>[^<]*", data))
    tag = chance.choice(tags) if tags else None
    return data[: tag.end()] + tag[0] + data[tag.end() :] if tag else data


def _change_number(data: bytes, chance: random.Random) -> bytes:
    numbers = list(re.finditer(rb"[0-9]+", data))
    number = chance.choice(numbers) if numbers else None
    new = chance.choice([b"0", b"7", b"-1", b"99", b"1e9", b"1048576", b"99999999999", b"1.5", b"", b"NaN"])
    return data[: number.start()] + new + data[number.end() :] if number else data


def _change_type(data: bytes, chance: random.Random) -> bytes:
    new = chance.choice([b't="n"', b't="str"', b't="b"', b't="e"', b't="inlineStr"', b't="d"', b't="x"', b""])
    return data.replace(b't="s"', new, chance.choice([1, 2, -1]))


def _move_cell(data: bytes, chance: random.Random) -> bytes:
    cells = list(re.finditer(rb'r="([A-Z]+)([0-9]+)"', data))
    cell = chance.choice(cells) if cells else None
    letters, row = (
        chance.choice([b"A", b"C", b"ZZ", b"XFD", b"a", b""]),
        chance.choice([b"1", b"500", b"1048576", b"0"]),
    )
    new = b'r="' + letters + row
    return data[: cell.start()] + new + b'"' + data[cell.end() :] if cell else data


XML_EDITS: list[Mutation] = [_drop_tag, _repeat_tag, _change_number, _change_type, _move_cell]
OF_AN_ARCHIVE: list[Mutation] = [swap_parts, drop_part, edit_sheet, edit_sheet, edit_sheet, edit_any, shuffle_heading]
