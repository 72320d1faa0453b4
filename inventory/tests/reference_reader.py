"""A slow, plain reader of spreadsheets that shares nothing with the importer: it says what a file holds.

``readings`` gives every way in which a file can be read (CSV under each separator, an XLSX only one): row number →
cells, from the heading on. A file that is no good has none. What the importer takes must be in one of them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

BAD = "a text that is missing in the file"  # a cell that says nothing that can be understood
Cell = str | float | bool
Reading = dict[int, list[Cell]]
NAMESPACE = re.compile(r"\{.*?\}")
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|nan|[+-]?inf(inity)?", re.IGNORECASE)


class BrokenFileError(Exception):
    pass


def readings(data: bytes) -> list[Reading]:
    if data.startswith(b"PK"):
        try:
            return [workbook(data)]
        except Exception:
            return []
    return [found for mark in ",;\t|" if (found := _tried(data, mark)) is not None]


def _tried(data: bytes, mark: str) -> Reading | None:
    try:
        return dict(records(data.decode("utf-8-sig"), mark))
    except (BrokenFileError, UnicodeDecodeError):
        return None


# CSV, a character at a time -------------------------------------------------------------------------------------------


def records(text: str, mark: str) -> Iterator[tuple[int, list[Cell]]]:
    """(line on which it begins, cells)"""
    at, line = 0, 1
    while at < len(text):
        began = line
        cells, at, line = record(text, at, line, mark)
        yield began, cells


def record(text: str, at: int, line: int, mark: str) -> tuple[list[Cell], int, int]:
    cells: list[Cell] = []
    if text[at] in "\r\n":
        return cells, *after_end(text, at, line)
    while True:
        cell, at, line = quoted(text, at + 1, line) if text[at : at + 1] == '"' else plain(text, at, line, mark)
        cells.append(cell)
        if at >= len(text):
            return cells, at, line
        if text[at] in "\r\n":
            return cells, *after_end(text, at, line)
        if text[at] != mark:
            raise BrokenFileError
        at += 1


def after_end(text: str, at: int, line: int) -> tuple[int, int]:
    return at + (2 if text[at : at + 2] == "\r\n" else 1), line + 1


def plain(text: str, at: int, line: int, mark: str) -> tuple[str, int, int]:
    end = at
    while end < len(text) and text[end] not in f"{mark}\r\n":
        end += 1
    return text[at:end], end, line


def quoted(text: str, at: int, line: int) -> tuple[str, int, int]:
    found = ""
    while at < len(text):
        if text[at : at + 2] == '""':
            found, at = found + '"', at + 2
        elif text[at] == '"':
            return found, at + 1, line
        elif text[at] in "\r\n":
            end, line = after_end(text, at, line)
            found, at = found + text[at:end], end
        else:
            found, at = found + text[at], at + 1
    raise BrokenFileError


# XLSX, as a tree ------------------------------------------------------------------------------------------------------


def workbook(data: bytes) -> Reading:
    """The only visible sheet that has cells."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = shared(parts)
    targets = {each.get("Id"): each.get("Target", "") for each in tree(parts["xl/_rels/workbook.xml.rels"])}
    found = []
    for sheet in tree(parts["xl/workbook.xml"]).iter():
        if name_of(sheet) == "sheet" and sheet.get("state", "visible") == "visible":
            identity = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
            target = targets[identity]
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            found.append(rows(tree(parts[part]), strings))
    filled = [reading for reading in found if reading]
    if len(filled) != 1:
        raise BrokenFileError
    return filled[0]


def tree(data: bytes) -> ElementTree.Element:
    if b"<!" in data:
        raise BrokenFileError
    return ElementTree.fromstring(data)


def name_of(element: ElementTree.Element) -> str:
    return NAMESPACE.sub("", element.tag)


def text_of(element: ElementTree.Element) -> str:
    return "".join(each.text or "" for each in element.iter() if name_of(each) == "t")


def shared(parts: dict[str, bytes]) -> list[str]:
    if "xl/sharedStrings.xml" not in parts:
        return []
    return [text_of(each) for each in tree(parts["xl/sharedStrings.xml"]) if name_of(each) == "si"]


def rows(sheet: ElementTree.Element, strings: list[str]) -> Reading:
    places: dict[tuple[int, int], Cell] = {}
    for element in sheet.iter():
        if name_of(element) == "c" and (value := value_of(element, strings)) is not None:
            places[place_of(element)] = value
    if not places:
        return {}
    left, right = min(column for _row, column in places), max(column for _row, column in places)
    numbers = sorted({row for row, _column in places})
    return {row: [places.get((row, column), "") for column in range(left, right + 1)] for row in numbers}


def place_of(element: ElementTree.Element) -> tuple[int, int]:
    match = REFERENCE.fullmatch(element.get("r", "").upper())
    if match is None:
        raise BrokenFileError
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def value_of(element: ElementTree.Element, strings: list[str]) -> Cell | None:
    kind = element.get("t", "n")
    if kind == "inlineStr":
        return text_of(element) or None
    value = next((each.text or "" for each in element if name_of(each) == "v"), None)
    if value is None or (value == "" and kind == "n"):
        return None
    return typed(kind, value, strings)


def typed(kind: str, value: str, strings: list[str]) -> Cell:
    if kind == "s" and value.isdecimal() and int(value) < len(strings):
        return strings[int(value)]
    if kind == "str":
        return value
    if kind == "b" and value in {"0", "1"}:
        return value == "1"
    if kind == "n" and NUMBER.fullmatch(value.strip()):
        return float(value)
    if kind in {"n", "d"}:
        return value
    return BAD
