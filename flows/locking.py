"""One lock for a repository, whichever deployment runs its stages, and without a server too.

It is held by the file that is open, not by the process: the DVC processes that a flow starts hold it with it, so that a
flow that was killed keeps others out until the stage that it left behind has ended.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

LOCK = Path(".dvc") / "tmp" / "crosslog-flow.lock"
POLL_SECONDS = 0.5

Waiting = Callable[[str], AbstractContextManager[None]]
"""Told who is in the way; entered for as long as it takes."""


@contextmanager
def hold_repository(folder: Path, name: str, waiting: Waiting) -> Iterator[int]:
    """Hold the lock of the repository in `folder` as `name`; a descriptor that a child process must inherit.

    It waits for as long as it takes: whoever waits can be cancelled.
    """
    path = folder / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        if not _take(file):
            with waiting(f"{_holder(file)} is at work in this repository, or a stage that it started is"):
                while not _take(file):
                    time.sleep(POLL_SECONDS)
        _sign(file, name)
        yield file.fileno()


def _take(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: TextIO) -> str:
    file.seek(0)
    return file.read().strip() or "another flow"


def _sign(file: TextIO, name: str) -> None:
    file.truncate(0)
    file.write(f"{name} (process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC)\n")
    file.flush()
