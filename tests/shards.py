"""Work for the tests of executors: importable by name, as a shard's function must be."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def squared(number: int) -> int:
    """Its square."""
    return number * number


def slow_first(number: int) -> int:
    """The number itself; 0 takes longest, so that results are ready in another order than asked for."""
    time.sleep(0.2 if number == 0 else 0.0)
    return number


def refused(number: int) -> int:
    """An error for 3, else the number."""
    if number == 3:
        raise ValueError("three is refused")
    return number


def killed_once(shard: tuple[int, str]) -> int:
    """The number; the process dies over number 2 the first time, and leaves the file named as a trace."""
    number, trace = shard
    if number == 2 and not Path(trace).exists():
        Path(trace).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def always_killed(number: int) -> int:
    """Never: the process dies."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def where(number: int) -> str:
    """The folder that the work is done in."""
    return str(Path.cwd()) if number >= 0 else ""
