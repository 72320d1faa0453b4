"""Finds text for people that gettext does not know about. A net, not a proof: it sees what the patterns below see.

Templates: text between tags and in the attributes that are read out. Python: literals where Django, the admin and our
own classes expect words for people.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.utils.functional import Promise

from backoffice.tests import catalogue

BLOCKS = re.compile(
    r"{#.*?#}|{%-?\s*comment.*?endcomment\s*%}|<!--.*?-->|<(script|style)\b.*?</\1>"
    r"|{% block bodyclass %}.*?{% endblock %}"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}",
    re.DOTALL,
)
READ_OUT = re.compile(r"""\b(?:aria-label|title|placeholder|alt|data-(?!bo|label)[\w-]+)=(["'])(.*?)\1""", re.DOTALL)
TEMPLATE_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
ENTITY = re.compile(r"&\w+;")
# names of things that are the same in every language
NAMES = {
    "English",
    "Deutsch",
    "Alt",
    "Message",
    "ID",
    "kB",
    "MB",
    "GB",
    "SKU",
    "CSV",
    "XLSX",
    "PDF",
    "Backroom",
    "Ctrl",
    "Esc",
    "Enter",
    "HTML",
}

WORDS_FOR_PEOPLE = {
    "description", "empty_value_display", "help_text", "label", "message", "short_description", "title", "verbose_name",
    "verbose_name_plural", "violation_error_message", "search_help_text",
}  # fmt: skip
CALLS = {"ValidationError", "ValueError", "message_user", "success", "info", "warning", "error", "capfirst"}
NOT_FOR_PEOPLE = {"logger", "log", "parser", "stdout", "stderr"}
LEVELS = {"INFO", "SUCCESS", "WARNING", "ERROR"}
TO_PROGRAMMERS = {
    "Only the demo may say when something happened.",
    "update_fields leaves out  : history would record what was not saved.",
    "%s %s %s %d ms",  # a line of the log
}


def in_templates() -> list[str]:
    paths = catalogue.sources(".html")
    return [f"{name(path)}: {text}" for path in paths for text in texts_of(path.read_text("utf-8"))]


def texts_of(template: str) -> Iterator[str]:
    template = catalogue.IN_WORDING.sub("\x01", BLOCKS.sub(" ", template))
    template = TEMPLATE_CODE.sub(lambda code: "\x00" if code[0].startswith("{{") else "\x01", template)
    for _quote, value in READ_OUT.findall(template):
        if is_text(value) and (" " in value.strip() or value[:1].isupper()):
            yield value.strip()
    for text in re.split(r"[\x00\x01]", TAG.sub("\x01", template)):
        if is_text(text):
            yield " ".join(text.split())


def is_text(text: str) -> bool:
    return any(word not in NAMES for word in WORD.findall(ENTITY.sub(" ", text)))


def in_python() -> list[str]:
    found = []
    for path in catalogue.sources(".py"):
        texts = literals_of(ast.parse(path.read_text("utf-8")))
        found += [f"{name(path)}: {text}" for text in texts if is_sentence(text) and text not in TO_PROGRAMMERS]
    return found


def literals_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for words in words_of(node):
            yield from literal(words)


def words_of(node: ast.AST) -> list[ast.expr]:
    """The expressions of a node that ought to be words for people. An app's ``label`` is its name in the code."""
    if isinstance(node, ast.keyword):
        return [node.value] if node.arg in WORDS_FOR_PEOPLE else []
    if isinstance(node, ast.Assign):
        names = {target(each) for each in node.targets if ast.unparse(each) != "label"}
        return [node.value] if names & WORDS_FOR_PEOPLE else []
    if isinstance(node, ast.Call) and target(node.func) in CALLS and owner(node.func) not in NOT_FOR_PEOPLE:
        return node.args
    return []


def literal(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp):
        yield from literal(node.left)
    elif isinstance(node, ast.List | ast.Tuple):
        for each in node.elts:
            yield from literal(each)


def target(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def owner(node: ast.AST) -> str:
    return target(node.value) if isinstance(node, ast.Attribute) else ""


def is_sentence(text: str) -> bool:
    return bool(WORD.search(text)) and text not in LEVELS and not re.fullmatch(r"[\w.:%-]*[_:.][\w.:%-]*", text)


def in_models() -> list[str]:
    """What the admin shows of our models under a name, help or choices that Django guessed from the code."""
    found = []
    for model, screen in admin.site._registry.items():
        if Path(inspect.getfile(model)).is_relative_to(catalogue.ROOT) and ".venv" not in inspect.getfile(model):
            texts = texts_of_model(model, shown_of(screen))
            found += [f"{model._meta.label} {what}: {text}" for what, text in texts if not isinstance(text, Promise)]
    return found


def shown_of(screen: admin.ModelAdmin) -> set[str]:
    columns = [*screen.list_display, *screen.readonly_fields, *(screen.fields or [])]
    filters = [each[0] if isinstance(each, tuple) else each for each in screen.list_filter]
    return {str(name) for name in [*columns, *filters, *flatten_fieldsets(screen.fieldsets or [])]}


def texts_of_model(model: type[models.Model], shown: set[str]) -> Iterator[tuple[str, object]]:
    yield "", model._meta.verbose_name
    yield "(plural)", model._meta.verbose_name_plural
    for field in model._meta.local_fields:
        if field.name in shown:
            yield field.name, field.verbose_name
            choices = set(field.choices or []) - set(settings.LANGUAGES)  # each of those stands in its own words
            yield from ((f"{field.name}={value}", label) for value, label in choices)
            yield from [("help", field.help_text)] if field.help_text else []


def name(path: Path) -> str:
    return str(path.relative_to(catalogue.ROOT))
