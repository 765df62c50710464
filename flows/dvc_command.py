"""DVC's command in one repository, for as long as a flow holds that repository's lock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from flows.faults import BUSY, BusyError, StageError
from flows.graph import Pipeline, parse_graph

KILL_SECONDS = 10


class DvcCommand:
    """Starts DVC processes, which hold the flow's lock as well, and can stop all that run."""

    def __init__(self, folder: Path, lock: int):
        self._folder = folder
        self._lock = lock
        self._running: list[subprocess.Popen[str]] = []
        self._stopped = False

    def look(self) -> tuple[Pipeline, frozenset[str]]:
        """The pipeline, and which of its items are stale in themselves: one `dvc status`, beside it one `dvc dag`.

        Raises
        ------
        BusyError
            If another DVC process holds DVC's lock or runs a stage.
        StageError
            If DVC cannot read the pipeline.
        """
        status = self._start(["status", "--json"], subprocess.PIPE)
        dag = self._start(["dag", "--dot"], subprocess.PIPE)
        stale = json.loads(_output(status))
        return parse_graph(_output(dag)), frozenset(stale)

    def reproduce(self, items: Sequence[str], force: bool) -> subprocess.Popen[str]:
        """A process that runs the items one after another, up to the first that fails; all it prints is in `stdout`.

        Where another DVC process holds DVC's lock for a moment it waits, so that no finished stage is lost to that.
        """
        options = ["--force"] if force else []
        return self._start(["--wait-for-lock", "repro", "--single-item", *options, *items], subprocess.STDOUT)

    def stop(self) -> None:
        """Stop what still runs, stages included; nothing is started from here on."""
        self._stopped = True
        for process in self._running:
            if process.poll() is None:
                _kill(process, signal.SIGTERM)
        for process in self._running:
            try:
                process.wait(KILL_SECONDS)
            except subprocess.TimeoutExpired:
                _kill(process, signal.SIGKILL)

    def _start(self, arguments: Sequence[str], stderr: int) -> subprocess.Popen[str]:
        if self._stopped:
            raise StageError("the flow was stopped")
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self._folder,
            env=stage_environment(),
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=stderr,
            pass_fds=[self._lock],
            start_new_session=True,  # so that DVC and its stage are stopped together
        )
        self._running = [*(other for other in self._running if other.poll() is None), process]
        return process


def stage_environment() -> dict[str, str]:
    """The environment of a stage: `python` is this interpreter, and DVC keeps quiet."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "DVC_NO_ANALYTICS": "1", "PYTHONUNBUFFERED": "1"}


def _output(process: subprocess.Popen[str]) -> str:
    printed, complaints = process.communicate()
    if process.returncode:
        fault = BusyError if BUSY.search(complaints) else StageError
        raise fault(complaints.strip() or printed.strip())
    return printed


def _kill(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
