"""Processes that do the same thing at the same time, and how often they do it. Knows nothing but Python, so that
programs of other environments can join."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, SECONDS = 3, 3


def rates(command: list[str], processes: int) -> list[float]:
    """How often per second all of them together did what ``command``, with its number as last word, does: see ``join``.

    One round for each figure, all processes at once, after each has warmed up.
    """
    with ExitStack() as stack:
        crowd = [stack.enter_context(_start([*command, str(number)])) for number in range(processes)]
        for process in crowd:
            _hear(process)
        return [_round(crowd) for _round_number in range(ROUNDS)]


def _start(command: list[str]) -> subprocess.Popen:
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _round(crowd: list[subprocess.Popen]) -> float:
    for process in crowd:
        assert process.stdin
        process.stdin.write(f"{SECONDS}\n")
        process.stdin.flush()
    return sum(float(_hear(process)) for process in crowd)


def _hear(process: subprocess.Popen) -> str:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args} ended before it was done.")
    return line


def join(act: Callable[[], None]) -> None:
    """The side of such a process: warms up, then acts for as long as it is told and says how often per second."""
    for _time in range(10):
        act()
    print("ready", flush=True)
    for line in sys.stdin:
        print(_rate(act, float(line)), flush=True)


def _rate(act: Callable[[], None], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        act()
        done += 1
    return done / (time.perf_counter() - started)
