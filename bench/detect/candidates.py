"""What is compared: `crosslog detect` cold and warm, cordon, LogLead's two detectors without labels, and grep."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench._peers import PeerError, Peers
from bench.detect.logs import BenchedLog
from bench.detect.showing import Showing
from bench.parsing.measuring import Limits, Run, measured
from bench.parsing.workspace import REPOSITORY

SCRIPTS = Path(__file__).parent / "scripts"
WORDS = "error|fail|fatal|panic|exception|critical|corrupt|timeout|timed out|refused|denied|unable|cannot|abort"
FOUND = {0, 1}  # grep's exit codes and crosslog's: found or not; 2 is trouble
COMMAND = "from crosslog.cli import app; app()"  # what the command `crosslog` runs
NOTHING_SHOWN = Showing(())


@dataclass(frozen=True)
class Outcome:
    """A run and what it shows; `failure` says why it shows nothing."""

    run: Run | None
    showing: Showing = NOTHING_SHOWN
    failure: str = ""


@dataclass(frozen=True)
class Candidate:
    """A way to find what matters.

    Attributes
    ----------
    name : its row in the table
    command : what is run over a log, with a folder for what it remembers, and the number of findings asked for
    read : the findings in what it prints
    fresh : whether it must remember nothing
    """

    name: str
    command: Callable[[BenchedLog, Path, int], Sequence[str]]
    read: Callable[[str], list[list[int]]]
    fresh: bool = True


def run_candidate(candidate: Candidate, log: BenchedLog, folder: Path, most: int, limits: Limits) -> Outcome:
    """Run it over a log in a process of its own."""
    try:
        command = candidate.command(log, folder, most)
    except PeerError as error:
        return Outcome(None, failure=str(error))
    path = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "src")))
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", **({"PYTHONPATH": path} if _is_ours(command) else {})}
    run = measured(command, folder, environment, limits)
    silent = run.status and not run.output.strip() and run.errors  # Python ends with 1, too, where a program breaks
    if run.stopped or run.status not in FOUND or silent:
        return Outcome(run, failure=run.stopped or f"failed with status {run.status}")
    return Outcome(run, Showing(candidate.read(run.output)))


def _is_ours(command: Sequence[str]) -> bool:
    return command[0] == sys.executable


def list_candidates(peers: Peers, model: Path) -> list[Candidate]:
    """All of them, ours first; cordon is given the weights that ours has."""
    return [
        Candidate("crosslog detect, first run", _ours, _read_ours),
        Candidate("crosslog detect, again", _ours, _read_ours, fresh=False),
        *(
            Candidate(f"LogLead, {name}", _loglead(peers, variant), _read_lines)
            for variant, name in (("rarity", "rarity"), ("oov", "out of vocabulary"))
        ),
        Candidate("grep -i, 14 words", lambda log, _, __: ["grep", "-niE", WORDS, str(log.path)], _read_grep),
        Candidate("cordon", lambda log, _, __: _cordon(peers, model, log), _read_cordon),
    ]


def _ours(log: BenchedLog, state: Path, most: int) -> list[str]:
    options = ["--json", "--top", str(most), "--context", "0", "--state", str(state)]
    return [sys.executable, "-c", COMMAND, "detect", str(log.path), *options]


def _cordon(peers: Peers, model: Path, log: BenchedLog) -> list[str]:
    command = peers.python("cordon").with_name("cordon")
    return [str(command), str(log.path), "--model-name", str(model), "--device", "cpu", "--format", "json", "--quiet"]


def _loglead(peers: Peers, variant: str) -> Callable[[BenchedLog, Path, int], list[str]]:
    def command(log: BenchedLog, _: Path, most: int) -> list[str]:
        script = str(SCRIPTS / "loglead_detect.py")
        return [str(peers.python("loglead")), script, variant, str(log.path), log.system, str(most)]

    return command


def _read_ours(output: str) -> list[list[int]]:
    """A finding shows its first line, whatever else it names."""
    return [[json.loads(line)["line"]] for line in output.splitlines()]


def _read_cordon(output: str) -> list[list[int]]:
    """Blocks in the order of their scores, the highest first: cordon prints them in the order of the file."""
    blocks = json.loads(output)["anomalies"]
    ranked = sorted(blocks, key=lambda block: -float(block["score"]))
    return [list(range(block["start_line"], block["end_line"] + 1)) for block in ranked]


def _read_lines(output: str) -> list[list[int]]:
    return [[number] for number in json.loads(output.splitlines()[-1])]


def _read_grep(output: str) -> list[list[int]]:
    return [[int(found.group())] for line in output.splitlines() if (found := re.match(r"\d+", line))]
