"""What can go wrong when stages are run, as types: what DVC and the stages print is read here and nowhere else."""

from __future__ import annotations

import re

from crosslog.faults import NETWORK_EXIT_CODE

RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Interrupt)\b.*\Z", re.MULTILINE | re.DOTALL)
BUSY = re.compile(r"Unable to acquire lock|is busy, it is being blocked by:")


class StageError(RuntimeError):
    """A stage failed; the message is what the stage itself said."""


class NetworkStageError(StageError):
    """A stage failed for the network's sake: a later try may succeed."""


class BusyError(StageError):
    """DVC did not begin, because another DVC process is at work in this repository; the message names it."""


def stage_error(item: str, printed: str) -> StageError:
    """The error of an item that failed, of the type that its exit code calls for."""
    if BUSY.search(printed) and f"Running stage '{item}':" not in printed:
        return BusyError(printed.strip())
    fault = NetworkStageError if exit_code(item, printed) == NETWORK_EXIT_CODE else StageError
    return fault(f"{item} failed\n{reason(printed)}")


def exit_code(item: str, printed: str) -> int | None:
    """The exit code of the item's command, from DVC's own last word; DVC itself ends with 255 whatever it was."""
    said = re.findall(
        rf"^ERROR: failed to reproduce '{re.escape(item)}': .*, exited with (\d+)$", printed, re.MULTILINE
    )
    return int(said[-1]) if said else None


def reason(printed: str) -> str:
    """What went wrong, from what a stage printed: the exception it raised, or else its last lines."""
    own = [line for line in printed.splitlines() if not line.startswith("ERROR: failed to reproduce")]
    text = "\n".join(own if any(line.strip() for line in own) else printed.splitlines()).strip()
    _, traceback, tail = text.rpartition("Traceback (most recent call last):")
    raised = RAISED.search(tail) if traceback else None
    return raised.group(0) if raised else "\n".join(text.splitlines()[-15:])
