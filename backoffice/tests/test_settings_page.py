"""``docs/settings.md`` against the code: every variable that is read, with the default it has, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from backoffice.mail_providers import PROVIDERS

ROOT = settings.BASE_DIR
PAGE = ROOT / "docs" / "settings.md"
READERS = {"text", "flag", "number", "percent", "choice", "words", "required"}
UNKNOWN = object()  # a default that is made up at the start


def documented() -> dict[str, str]:
    """By variable: its default, as the page says it."""
    rows = re.findall(r"^\| `([A-Z0-9_]+(?:<NAME>)?)` \| [^|]+ \| ([^|]+?) \| ", PAGE.read_text(), re.M)
    return dict(rows)


def documented_of_providers() -> dict[str, set[str]]:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(), re.M)
    return {name: set(re.findall(r"`([A-Z0-9_]+)`", needed + possible)) for name, needed, possible in rows}


def sources() -> Iterator[Path]:
    for room in ("backoffice", "inventory", "orders", "notifications"):
        yield from (path for path in (ROOT / room).rglob("*.py") if "tests" not in path.parts)


def read(source: str) -> dict[str, object]:
    """By variable that this Python reads from the environment: its default."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and is_reader(node)]
    found: dict[str, object] = {}
    for call in sorted(calls, key=lambda call: len(call.args)):
        if name := name_in(call.args[0]):
            found[name] = default_in(call)
    return found


def is_reader(call: ast.Call) -> bool:
    called = ast.unparse(call.func)
    of_env = called.startswith("env.") and called.removeprefix("env.") in READERS
    return bool(call.args) and (of_env or called in {"os.environ.get", "os.getenv"})


def name_in(node: ast.expr) -> str:
    """That of an f-string has ``<NAME>`` where a value goes."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "<NAME>" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def default_in(call: ast.Call) -> object:
    given = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "default")]
    if ast.unparse(call.func).endswith("required"):
        return "required"
    of_flag = 0 if ast.unparse(call.func).endswith("flag") else ""
    if not given:
        return of_flag
    if not isinstance(given[0], ast.Constant | ast.BinOp | ast.List) or "VAR_DIR" in ast.unparse(given[0]):
        return UNKNOWN
    value = eval(compile(ast.Expression(given[0]), "default", "eval"), {})
    return value[0] if isinstance(value, list) else value


def of_product() -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sources():
        found |= read(path.read_text())
    return found


def test_every_variable_that_is_read_stands_on_the_page_and_no_other():
    assert sorted(documented()) == sorted(of_product())


@pytest.mark.parametrize(("name", "default"), [pair for pair in of_product().items() if pair[1] is not UNKNOWN])
def test_the_page_says_the_default_of(name, default):
    assert documented()[name].replace("—", "") == str(default)


def test_every_provider_lists_its_own_variables():
    own = {name: set(provider.settings) for name, provider in PROVIDERS.items() if provider.settings}

    assert documented_of_providers() == own


def test_a_variable_that_is_read_anywhere_is_noticed():
    source = 'import os\nfrom backoffice import env\nA = env.number("SHELVES", 3 * 2)\nB = os.environ.get("DOORS")'

    assert read(source) == {"SHELVES": 6, "DOORS": ""}


def test_nothing_else_reads_the_environment():
    """Whoever starts a program hands its environment on whole; ``os.environ[…]`` reads what no page lists."""
    subscripts = [path.name for path in sources() if re.search(r"os\.environ\[", path.read_text())]

    assert subscripts == []
