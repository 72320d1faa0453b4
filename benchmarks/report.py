"""What a run found, as text: on the screen, and as a section of ``docs/benchmarks.md``."""

import argparse
import os
import platform
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from statistics import median, quantiles

DOCS = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
NOBODY_TOLD = "orders placed, nobody is told"
TOLD = "orders placed, the customer is told"
SENT = "messages sent, one worker, no faults"
PARTS = {
    "orders": "Orders",
    "shop": "The proof of the books, reading",
    "messages": "Messages",
    "imports": "Imports",
    "memory": "Memory of an import",
    "beside": "Orders beside an import",
    "pages": "Pages",
    "undo": "Undo of an import",
    "history": "Pages of the past",
}
UNITS = {
    "imports": "rows per second",
    "memory": "MB",
    "beside": "milliseconds",
    "undo": "rows per second",
    "history": "milliseconds, p95 (median)",
}
NOTES = {
    "history": "A year of edits, about a million rows of history, on all tables that have some.",
    "orders": """Three lines each, with receivers, ledger, history and outbox. Bare SQL: the same writes by pgbench with
prepared statements, which reads and decides nothing. django-oscar: a full basket is loaded, checked, placed and
submitted; it is installed from the package index into `var/peers`. Sixteen processes enter orders of one line.""",
}
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Found = dict[str, list[float]]
Target = tuple[str, Callable[[Found, str], float], str, float]

INTRODUCTION = """# Benchmarks

Written by `make bench`, which measures everything below on the machine it names. Figures of different machines, or of
one that was busy with something else, cannot be compared; the ratios within one run can, and the targets are ratios.

`make bench ARGS="imports --rows 20000"` runs one part, with smaller files; the parts are orders, shop, messages,
imports, memory, beside, pages, undo and history.
"""


def section(part: str, found: dict[str, Found], options: argparse.Namespace) -> list[str]:
    lines = [f"## {PARTS[part]}", "", machine(), ""]
    if part in {"imports", "memory", "beside", "undo"}:
        lines += [f"Rows of a file: {options.rows:,}.", ""]
    if part in NOTES:
        lines += [NOTES[part], ""]
    return [*lines, *table(part, found), "", *targets(part, found)]


def machine() -> str:
    """Measured where and when, and how busy it was: load is what others ran, on average over the last five minutes."""
    names = re.findall(r"model name\s*: (.*)", _cpuinfo())
    name = names[0] if names else platform.machine()
    load, cores = os.getloadavg()[1], os.cpu_count()
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    return f"{day}, {cores} cores of {name}, {platform.system()}, Python {platform.python_version()}, load {load:.1f}."


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text()
    except OSError:
        return ""


# Figures ----------------------------------------------------------------------------------------------------------


def table(part: str, found: dict[str, Found]) -> Iterator[str]:
    engines = list(found)
    names = [name for name in dict.fromkeys(chain(*found.values())) if ": " not in name or part == "memory"]
    yield f"| {UNITS.get(part, 'per second')} | {' | '.join(ENGINES[name] for name in engines)} |"
    yield f"|---|{'---:|' * len(engines)}"
    summary = SUMMARIES.get(part, rates)
    for name in names:
        yield f"| {name} | {' | '.join(summary(found[engine].get(name, [])) for engine in engines)} |"


def rates(values: list[float]) -> str:
    """The median; with the slowest and the fastest round where there are several. Blank where nothing was measured."""
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:,.0f}"
    return f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def latencies(values: list[float]) -> str:
    return f"{len(values):,} orders: p50 {median(values):,.0f}, p95 {p95(values):,.0f}, longest {max(values):,.0f}"


def slowest(values: list[float]) -> str:
    return f"{p95(values):,.0f} ({median(values):,.0f})"


SUMMARIES = {"beside": latencies, "history": slowest}


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


# Targets ----------------------------------------------------------------------------------------------------------


def targets(part: str, found: dict[str, Found]) -> Iterator[str]:
    wanted = TARGETS.get(part, [])
    if not wanted:
        return
    yield f"| target | {' | '.join(ENGINES[name] for name in found)} |"
    yield f"|---|{'---|' * len(found)}"
    for name, ratio, sign, limit in wanted:
        told = (_judged(ratio, values, engine, sign, limit) for engine, values in found.items())
        yield f"| {name} {sign} {limit:g} | {' | '.join(told)} |"


def _judged(ratio: Callable[[Found, str], float], found: Found, engine: str, sign: str, limit: float) -> str:
    try:
        value = ratio(found, engine)
    except KeyError:
        return ""  # there is no such figure on this engine
    is_met = value >= limit if sign == "≥" else value <= limit
    return f"{value:,.2f} {'met' if is_met else '**missed**'}"


def _over(name: str, peer: str) -> Callable[[Found, str], float]:
    return lambda found, engine: median(found[name]) / median(found[peer])


def _check_of_apply(name: str) -> Callable[[Found, str], float]:
    """Time of the check, without the reading, over the time of the apply."""

    def ratio(found: Found, engine: str) -> float:
        read, check, apply = (1 / median(found[f"{name}: {step}"]) for step in ("read", "checked", "applied"))
        return (check - read) / apply

    return ratio


def _imports() -> Iterator[Target]:
    for kind in ("CSV", "XLSX"):
        for act in ("new", "changed"):
            yield f"{kind} {act} / ideal", _over(f"{kind} {act}", "ideal"), "≥", 0.6
            yield f"{kind} {act} / plain", _over(f"{kind} {act}", f"plain import-export, {act}"), "≥", 60
            yield f"{kind} {act}, check / apply", _check_of_apply(f"{kind} {act}"), "≤", 0.5
        yield f"{kind} unchanged / changed", _over(f"{kind} unchanged", f"{kind} changed"), "≥", 3


def _megabytes(kind: str, job: str) -> Callable[[Found, str], float]:
    def most(found: Found, engine: str) -> float:
        return next(values[0] for name, values in found.items() if name.startswith(kind) and name.endswith(f": {job}"))

    return most


def _beyond_reader(found: Found, engine: str) -> float:
    return _megabytes("XLSX", "import")(found, engine) - _megabytes("XLSX", "reader")(found, engine)


def _p95_over_quiet(found: Found, engine: str) -> float:
    return p95(found["order, beside an import"]) / p95(found["order, quiet"])


def _share_of_telling(found: Found, engine: str) -> float:
    """What a message adds to the time of an order, over that time."""
    return median(found[NOBODY_TOLD]) / median(found[TOLD]) - 1


def _longest(found: Found, engine: str) -> float:
    return max(found["order, beside an import"]) / 1000


def _longest_chunk(found: Found, engine: str) -> float:
    return max(seconds for name, values in found.items() if name.endswith(": chunks") for seconds in values)


def _rate(name: str) -> Callable[[Found, str], float]:
    return lambda found, engine: median(found[name])


def _slowest_page(found: Found, engine: str) -> float:
    allowed = {"sqlite": 200, "postgresql": 100}
    return max(p95(values) for values in found.values()) / allowed[engine]


TARGETS: dict[str, list[Target]] = {
    "messages": [("telling the customer, share of saving the order", _share_of_telling, "≤", 0.15)],
    "orders": [
        ("orders placed / bare SQL", _over("orders placed, 4 processes", "bare SQL, 4 clients"), "≥", 0.15),
        ("orders placed / django-oscar", _over("orders placed, 4 processes", "django-oscar, 4 processes"), "≥", 3),
        ("one item / 16 items", _over("16 processes, one item", "16 processes, 16 items"), "≥", 0.6),
    ],
    "imports": list(_imports()),
    "memory": [
        ("CSV, MB", _megabytes("CSV", "import"), "≤", 250),
        ("XLSX, MB beyond the reader's own sheet", _beyond_reader, "≤", 150),
    ],
    "beside": [
        ("longest order beside an import, seconds (SQLite)", _longest, "≤", 2),
        ("p95 beside an import / quiet (PostgreSQL)", _p95_over_quiet, "≤", 2),
    ],
    "undo": [
        ("new items, rows per second", _rate("undo of new items"), "≥", 10_000),
        ("changed items, rows per second", _rate("undo of changed items"), "≥", 10_000),
        ("longest chunk, seconds", _longest_chunk, "≤", 2),
    ],
    "history": [("p95 of the slowest page / what is allowed (SQLite 200, PostgreSQL 100)", _slowest_page, "≤", 1)],
}


# The page ---------------------------------------------------------------------------------------------------------


def write(part: str, lines: list[str]) -> None:
    """Puts the part's section in the place of the one before it."""
    page = DOCS.read_text() if DOCS.exists() else INTRODUCTION
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    sections[PARTS[part]] = "\n".join(lines[1:]) + "\n"
    in_order = [f"## {title}\n{sections[title].rstrip()}\n" for title in PARTS.values() if title in sections]
    DOCS.write_text("\n".join([INTRODUCTION, *in_order]))
