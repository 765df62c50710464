"""Items that one DVC process runs one after another, each with its own part of what that prints."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

from flows.dvc_command import DvcCommand
from flows.faults import BusyError, stage_error

BUSY_SECONDS = 5
QUIET_SECONDS = 60
QUIET = f"DVC has said nothing for {QUIET_SECONDS} seconds: another DVC process may hold its lock; this one waits"
FAILED = re.compile(r"^ERROR: failed to reproduce '(?P<item>[^']+)'", re.MULTILINE)

Say = Callable[[str], None]


class Convoy:
    """Items in running order, asked for one at a time; DVC is started once, and again only behind a failure."""

    def __init__(self, dvc: DvcCommand, items: Sequence[str], force: bool = False):
        self._dvc = dvc
        self._items = list(items)
        self._force = force
        self._process: subprocess.Popen[str] | None = None
        self._opening = ""  # the line by which DVC has said that it is at the next item

    def run(self, item: str, say: Say) -> str:
        """Run one item, or read on where DVC has begun it already; "ran", "restored" or "unchanged".

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

    def _run(self, item: str, say: Say) -> str:
        left = self._items[self._items.index(item) :]
        process = self._process = self._process or self._dvc.reproduce(left, self._force)
        printed = self._read(process, left[1:2], say)
        if not self._opening:
            self._process = None
            failed = FAILED.findall(printed)[-1:]
            if process.wait() and not set(failed) & set(left[1:]):
                raise stage_error(item, printed)
        return outcome(item, printed)

    def _read(self, process: subprocess.Popen[str], following: Sequence[str], say: Say) -> str:
        """What DVC prints of one item: up to the line that opens the following one, or to the end."""
        lines, self._opening = [self._opening], ""
        if lines[0]:
            say(lines[0].rstrip())
        alarm = threading.Timer(QUIET_SECONDS, say, [QUIET])
        alarm.start()
        try:
            for line in process.stdout or ():
                alarm.cancel()
                if any(is_opening(name, line) for name in following):
                    self._opening = line
                    break
                lines.append(line)
                if line.strip():
                    say(line.rstrip())
        finally:
            alarm.cancel()
        return "".join(lines)


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
