"""Children that do not outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def start(command: Sequence[str], *, last_signal: int = signal.SIGTERM, **options: Any) -> subprocess.Popen:
    """Starts a child in a process group of its own, so that Ctrl-C reaches it once: from its parent.

    Linux sends it ``last_signal`` should the parent be killed; elsewhere it has to be stopped by hand then.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    parent = os.getpid()

    def follow_parent() -> None:
        if libc:
            libc.prctl(PR_SET_PDEATHSIG, last_signal)
            if os.getppid() != parent:  # it died before it could be followed
                os._exit(1)

    return subprocess.Popen(command, process_group=0, preexec_fn=follow_parent, **options)


def stop(children: Mapping[str, subprocess.Popen], seconds: float, number: int = signal.SIGTERM) -> None:
    """Asks all at once, waits for each, and kills whatever is left of their groups after ``seconds``."""
    for child in children.values():
        if child.poll() is None:
            child.send_signal(number)
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
