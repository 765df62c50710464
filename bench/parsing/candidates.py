"""What is compared: crosslog with one, two and as many workers as there are cores, LogLead, Drain3."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench._peers import PeerError, Peers
from bench.parsing.inputs import Log
from bench.parsing.measuring import Limits, Run, measured
from bench.parsing.workspace import REPOSITORY, SYSTEM, lay

SCRIPTS = Path(__file__).parent / "scripts"
OURS = "crosslog"


@dataclass(frozen=True)
class Candidate:
    """A row of the table: crosslog with `workers` processes, or a peer's script with arguments."""

    name: str
    peer: str = OURS
    script: str = ""
    arguments: tuple[str, ...] = ()
    workers: int = 0

    @property
    def ours(self) -> bool:
        """Whether it is crosslog."""
        return self.peer == OURS


@dataclass(frozen=True)
class Outcome:
    """A run and what it found; `failure` says why there is no result, and `run` is None where nothing was started."""

    run: Run | None
    failure: str = ""
    counts: Mapping[str, Any] = field(default_factory=dict)


def ours(workers: int) -> Candidate:
    """The parse stage with so many worker processes."""
    return Candidate(f"crosslog, {workers} worker{'s' if workers > 1 else ''}", workers=workers)


PEERS = (
    Candidate("LogLead: load, mask, tipping (groups only)", "loglead", "loglead_parse.py", ("tip",)),
    Candidate("LogLead: load, mask, tipping", "loglead", "loglead_parse.py", ("tip_templates",)),
    Candidate("LogLead: load, mask, drain", "loglead", "loglead_parse.py", ("drain",)),
    Candidate("Drain3, line by line", "drain3", "drain3_parse.py"),
)


@dataclass(frozen=True)
class Bench:
    """Where candidates run, and what ends them: `scratch` takes a fresh folder for each run."""

    scratch: Path
    peers: Peers
    limits: Limits

    def start(self, candidate: Candidate) -> Outcome:
        """Import what the candidate needs, and nothing more."""
        return self._run(candidate, None)

    def run(self, candidate: Candidate, log: Log) -> Outcome:
        """Parse the log once, in a process and a folder of its own."""
        return self._run(candidate, log)

    def _run(self, candidate: Candidate, log: Log | None) -> Outcome:
        with tempfile.TemporaryDirectory(dir=self.scratch) as name:
            folder = Path(name)
            try:
                command = self._command(candidate, log, folder)
            except PeerError as error:
                return Outcome(None, str(error))
            run = measured(command, folder, environment(candidate), self.limits)
            if run.stopped or run.status:
                return Outcome(run, failure(run))
            return Outcome(run, counts=self._counts(candidate, run, folder) if log else {})

    def _command(self, candidate: Candidate, log: Log | None, folder: Path) -> list[str]:
        if not candidate.ours:
            file = [str(log.path), log.format] if log else []
            python = str(self.peers.python(candidate.peer))
            return [python, str(SCRIPTS / candidate.script), *candidate.arguments, *file]
        if not log:
            return [sys.executable, "-c", "import tasks.parse"]
        lay(folder, log)
        return [sys.executable, "-m", "tasks.parse", SYSTEM]

    def _counts(self, candidate: Candidate, run: Run, folder: Path) -> Mapping[str, Any]:
        output = run.output
        if candidate.ours:
            command = [sys.executable, str(SCRIPTS / "crosslog_counts.py"), SYSTEM]
            output = subprocess.run(
                command, cwd=folder, env=environment(candidate), check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        return last_report(output)


def environment(candidate: Candidate) -> dict[str, str]:
    """What a candidate inherits; crosslog is told its modules and workers, and nobody a cluster."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CROSSLOG_DASK")}
    if not candidate.ours:
        return inherited
    path = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "src")))
    return {**inherited, "PYTHONPATH": path, "CROSSLOG_WORKERS": str(candidate.workers)}


def failure(run: Run) -> str:
    """Why a run gave no result, in words that name no folder."""
    if run.stopped:
        lines = last_report(run.output).get("lines")
        return f"stopped {run.stopped}" + (f" at {lines:,} lines" if lines else "")
    said = [line.partition(":")[0] for line in run.errors.splitlines() if line[:1].isalpha()]
    return f"failed with status {run.status}" + (f" ({said[-1]})" if said else "")


def last_report(output: str) -> dict[str, Any]:
    """The last line of an output that is a JSON mapping; empty where there is none."""
    return next(_reports(output), {})


def _reports(output: str) -> Iterator[dict[str, Any]]:
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            yield json.loads(line)
