"""One DVC stage as one Prefect task: `dvc repro --single-item` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import task_run

from crosslog.faults import NETWORK_EXIT_CODE

REPOSITORY = Path(__file__).resolve().parent.parent
NETWORK_STAGES = ("download", "interpret")
LOCK_TRIES = 8
EDGE = re.compile(r'^"(?P<before>[^"]+)"(?: -> "(?P<after>[^"]+)")?;$', re.MULTILINE)
RAISED = re.compile(r"^[\w.]*(?:Error|Exception|Interrupt)\b.*\Z", re.MULTILINE | re.DOTALL)


class StageError(RuntimeError):
    """A stage failed; the message is what the stage itself said."""


class NetworkStageError(StageError):
    """A stage failed for the network's sake: a later try may succeed."""


def graph() -> dict[str, frozenset[str]]:
    """Every item of the pipeline, such as `parse@bgl_simulated`, and the items it waits for, in running order."""
    return parse_graph(_output([sys.executable, "-m", "dvc", "dag", "--dot"]))


def parse_graph(dot: str) -> dict[str, frozenset[str]]:
    """Items and what each waits for, from the DOT text of `dvc dag`, those that wait for nothing first."""
    waits: dict[str, set[str]] = {}
    for edge in EDGE.finditer(dot):
        waits.setdefault(edge["before"], set())
        if edge["after"]:
            waits.setdefault(edge["after"], set()).add(edge["before"])
    ordered: dict[str, frozenset[str]] = {}
    while len(ordered) < len(waits):
        ready = [item for item, before in waits.items() if item not in ordered and before <= ordered.keys()]
        if not ready:
            raise StageError(f"the pipeline waits for itself: {sorted(waits.keys() - ordered.keys())}")
        ordered.update({item: frozenset(waits[item]) for item in ready})
    return ordered


def upstream_of(items: list[str], pipeline: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The part of a pipeline that the items need, themselves included; a stage's name stands for all its items."""
    chosen = {item for item in pipeline if item in items or item.split("@", maxsplit=1)[0] in items}
    unknown = [name for name in items if not any(name in (item, item.split("@", maxsplit=1)[0]) for item in pipeline)]
    if unknown:
        raise StageError(f"no stage {unknown}; there are: {', '.join(pipeline)}")
    for item in reversed(list(pipeline)):
        if item in chosen:
            chosen |= pipeline[item]
    return {item: before for item, before in pipeline.items() if item in chosen}


def run_item(item: str, say: Callable[[str], None]) -> str:
    """Run one item through DVC, handing each line it prints to `say`; "ran" or "unchanged".

    Raises
    ------
    StageError
        With the stage's own error message; a NetworkStageError where it ended with NETWORK_EXIT_CODE.
    """
    for attempt in range(LOCK_TRIES):
        code, printed = _streamed([sys.executable, "-m", "dvc", "repro", "--single-item", item], say)
        if code == 0:
            return "unchanged" if "didn't change, skipping" in printed else "ran"
        # Many items start at once, and each holds DVC's lock for a moment.
        if "Unable to acquire lock" not in printed:
            break
        time.sleep(0.5 * (attempt + 1))
    fault = NetworkStageError if exit_code(item, printed) == NETWORK_EXIT_CODE else StageError
    raise fault(f"{item} failed\n{reason(printed)}")


def exit_code(item: str, printed: str) -> int | None:
    """The exit code of the item's command, from DVC's own last word; DVC itself ends with 255 whatever it was."""
    said = re.findall(
        rf"^ERROR: failed to reproduce '{re.escape(item)}': .*, exited with (\d+)$", printed, re.MULTILINE
    )
    return int(said[-1]) if said else None


def reason(printed: str) -> str:
    """What went wrong, from what a stage printed: the exception it raised, or else its last lines."""
    own = [line for line in printed.splitlines() if not line.startswith("ERROR: failed to reproduce")]
    text = "\n".join(own).strip()
    _, traceback, tail = text.rpartition("Traceback (most recent call last):")
    raised = RAISED.search(tail) if traceback else None
    return raised.group(0) if raised else "\n".join(text.splitlines()[-15:])


@task(cache_policy=NO_CACHE, task_run_name="{item}")
def dvc_item(item: str) -> dict[str, str | float]:
    """One item of the pipeline as a Prefect task; its outcome and seconds."""
    logger = get_run_logger()
    started = time.monotonic()
    outcome = run_item(item, logger.info)
    seconds = round(time.monotonic() - started, 1)
    logger.info("%s: %s in %.1f s (try %s)", item, outcome, seconds, task_run.get_run_count())
    return {"item": item, "outcome": outcome, "seconds": seconds}


def retries_of(item: str) -> int:
    """Retries belong where the network is; elsewhere a second try would fail in the same way."""
    return 3 if item.split("@", maxsplit=1)[0] in NETWORK_STAGES else 0


async def is_network_fault(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether a stage failed for the network's sake."""
    return isinstance(await state.aresult(raise_on_failure=False), NetworkStageError)


def environment() -> dict[str, str]:
    """The environment of a stage: `python` is this interpreter, and DVC keeps quiet."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "DVC_NO_ANALYTICS": "1", "PYTHONUNBUFFERED": "1"}


def _streamed(command: list[str], say: Callable[[str], None]) -> tuple[int, str]:
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment(),
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.strip():
                say(line.rstrip())
    return process.returncode, "".join(lines)


def _output(command: list[str]) -> str:
    code, printed = _streamed(command, lambda _line: None)
    if code:
        raise StageError(printed.strip())
    return printed
