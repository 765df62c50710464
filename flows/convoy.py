"""Items that one DVC process runs one after another, each with its own part of what that prints."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple

from flows.dvc_command import DvcCommand
from flows.faults import BusyError, stage_error

BUSY_SECONDS = 5
QUIET_SECONDS = 60
QUIET = f"DVC has said nothing for {QUIET_SECONDS} seconds: another DVC process may hold its lock; this one waits"
FAILED = re.compile(r"^ERROR: failed to reproduce '(?P<item>[^']+)'", re.MULTILINE)

Say = Callable[[str], None]


class Outcome(NamedTuple):
    """What became of an item that did not fail: "ran", "restored" from DVC's cache or "unchanged"."""

    outcome: str
    seconds: float


class Convoy:
    """Items in running order, asked for one at a time; DVC is started once, and again only behind a failure."""

    def __init__(self, dvc: DvcCommand, items: Sequence[str], force: bool = False):
        self._dvc = dvc
        self._items = list(items)
        self._force = force
        self._lines: Lines | None = None
        self._opening = ""  # the line by which DVC has said that it is at the next item

    def run(self, item: str, say: Say) -> Outcome:
        """Run one item, or read on where DVC has begun it already.

        Raises
        ------
        StageError
            With the stage's own error message; a NetworkStageError where it ended with NETWORK_EXIT_CODE.
        """
        while True:
            try:
                return self._run(item, say)
            except BusyError as busy:
                say(f"waiting: {busy}")
                time.sleep(BUSY_SECONDS)

    def _run(self, item: str, say: Say) -> Outcome:
        left = self._items[self._items.index(item) :]
        lines = self._lines = self._lines or Lines(self._dvc.reproduce(left, self._force))
        started = lines.last
        printed = self._read(lines, left[1:2], say)
        if not self._opening:
            self._lines = None
            failed = FAILED.findall(printed)[-1:]
            if lines.process.wait() and not set(failed) & set(left[1:]):
                raise stage_error(item, printed)
        return Outcome(outcome(item, printed), round(lines.last - started, 1))

    def _read(self, lines: Lines, following: Sequence[str], say: Say) -> str:
        """What DVC prints of one item: up to the line that opens the following one, or to the end."""
        found, self._opening = [self._opening], ""
        if found[0]:
            say(found[0].rstrip())
        for line in lines.read(say):
            if any(is_opening(name, line) for name in following):
                self._opening = line
                break
            found.append(line)
            if line.strip():
                say(line.rstrip())
        return "".join(found)


class Lines:
    """What a process prints, read as it comes: a stage never waits for who reads its log."""

    def __init__(self, process: subprocess.Popen[str]):
        self.process = process
        self.last = time.monotonic()
        """When the line that was read last was printed, in seconds."""
        self._queue: SimpleQueue[tuple[float, str]] = SimpleQueue()
        threading.Thread(target=self._pump, daemon=True).start()

    def read(self, say: Say) -> Iterator[str]:
        """Line by line to the end; `say` is told where DVC is silent for long from the start."""
        patience: float | None = QUIET_SECONDS
        while True:
            try:
                self.last, line = self._queue.get(timeout=patience)
            except Empty:
                say(QUIET)
                line = "\n"
            if not line:
                return
            patience = None
            yield line

    def _pump(self) -> None:
        for line in self.process.stdout or ():
            self._queue.put((time.monotonic(), line))
        self._queue.put((time.monotonic(), ""))


def is_opening(item: str, line: str) -> bool:
    """Whether DVC says by this line that it is at the item now."""
    return line.rstrip() in (f"Running stage '{item}':", *_unchanged(item), _restored(item))


def outcome(item: str, printed: str) -> str:
    """What became of an item that did not fail."""
    lines = printed.splitlines()
    if any(line in lines for line in _unchanged(item)):
        return "unchanged"
    return "restored" if _restored(item) in lines else "ran"


def _unchanged(item: str) -> tuple[str, str]:
    return f"Stage '{item}' didn't change, skipping", f"'{item}' didn't change, skipping"


def _restored(item: str) -> str:
    return f"Stage '{item}' is cached - skipping run, checking out outputs"
