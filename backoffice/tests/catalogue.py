"""What the product says, and in which languages: reads it out of the source and keeps the catalogues in step.

    python -m backoffice.tests.catalogue     (``make messages``)

adds what is new to each ``django.po`` and drops what is gone, keeps what is translated, and compiles the ``django.mo``.
It needs no gettext on the machine: Django turns templates into Python, and Babel reads that.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "backoffice" / "locale"
LANGUAGES = ["de"]
Text = str | tuple[str, str]  # with its plural
APPS = ["backoffice", "inventory", "notifications", "orders"]
NOT_SHOWN = {"tests", "migrations", "locale", "static"}  # folders without a word for people
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLURAL = {"ngettext", "ngettext_lazy", "npgettext"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|%[sd]|%%|\{\{.*?\}\}|\{%.*?%\}|\{\w*\}")
IN_WORDING = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)  # the sentences of the wordings that come with the product


def sources(suffix: str) -> list[Path]:
    found = (path for app in APPS for path in (ROOT / app).rglob(f"*{suffix}"))
    return sorted(path for path in found if not NOT_SHOWN & set(path.relative_to(ROOT).parts))


def extracted() -> Catalog:
    """Everything that is marked for translation, in the order of the files."""
    catalog = Catalog(charset="utf-8")
    for path in [*sources(".py"), *sources(".html"), *sources(".txt")]:
        for context, text in messages_of(path):
            catalog.add(text, context=context)
    return catalog


def messages_of(path: Path) -> Iterator[tuple[str | None, Text]]:
    if "wordings" in path.parts:
        yield from ((None, sentence) for sentence in IN_WORDING.findall(path.read_text(encoding="utf-8")))
        return
    for _line, function, found, _comments in extract_python(code_of(path), KEYWORDS, [], {}):
        words = [word for word in ([found] if isinstance(found, str) else found or []) if isinstance(word, str)]
        context = words.pop(0) if "pgettext" in str(function) else None
        if words:
            yield context, (words[0], words[1]) if function in PLURAL else words[0]


def code_of(path: Path) -> io.BytesIO:
    """A template as Python: Django blanks out all but the messages. In brackets, so that its indents mean nothing."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = f"({templatize(text)}\n)"
    return io.BytesIO(text.encode())


def key(message: Message) -> tuple[str | None, Text]:
    return message.context, message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def held(catalog: Catalog) -> dict:
    return {key(message): tuple(texts_of(message)) for message in catalog if message.id}


def texts_of(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else list(message.string)


def read(language: str) -> Catalog:
    with folder(language).joinpath("django.po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> Catalog:
    with folder(language).joinpath("django.mo").open("rb") as file:
        return read_mo(file)


def folder(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES"


def refresh(language: str) -> list[str]:
    """Writes both files; the messages that still want a translation."""
    before = read(language)
    known = {key(message): message.string for message in before if message.id}
    catalog = Catalog(
        locale=language,
        charset="utf-8",
        header_comment="",
        project="Backroom",
        version="1",
        creation_date=before.creation_date,  # the same source makes the same file
        fuzzy=False,
    )
    for message in extracted():
        if message.id:
            catalog.add(message.id, known.get(key(message), ""), context=message.context)
    write(catalog, language)
    return [str(message.id) for message in catalog if message.id and not is_translated(message)]


def write(catalog: Catalog, language: str) -> None:
    with folder(language).joinpath("django.po").open("wb") as file:
        write_po(file, catalog, width=0, omit_header=False, sort_output=True, ignore_obsolete=True)
    with folder(language).joinpath("django.mo").open("wb") as file:
        write_mo(file, catalog)


def is_translated(message: Message) -> bool:
    return all(texts_of(message))


def is_faithful(message: Message) -> bool:
    """Each form has the placeholders of its original, and its spaces at both ends."""
    originals = message.id if isinstance(message.id, tuple | list) else (message.id,)
    pairs = zip(originals, texts_of(message), strict=True)
    return all(_marks(original) == _marks(text) for original, text in pairs)


def _marks(text: str) -> tuple[bool, bool, list[str]]:
    return text.startswith(" "), text.endswith(" "), sorted(set(PLACEHOLDER.findall(text)))


if __name__ == "__main__":
    for language in LANGUAGES:
        for missing in refresh(language):
            print(f"{language}: not translated: {missing}")
    sys.exit(0)
