"""python -m bench.parsing: crosslog, LogLead and Drain3 over the same log; writes reports/bench/parsing.md."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench._peers import Peers
from bench.parsing.candidates import PEERS, Bench, Candidate, Outcome, ours
from bench.parsing.inputs import FORMATS, Log, given, simulated
from bench.parsing.machine import GIB, available_memory, cores, description
from bench.parsing.measuring import Limits
from bench.parsing.results import Row, Section, compared
from bench.parsing.table import METHOD, MIB, report
from bench.parsing.workspace import REPOSITORY
from crosslog.artifacts import write_text

SPARED = 0.8  # share of the memory at hand that a candidate may take by default


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the report and print it."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(words)
    limits = Limits(options.time_limit, int((options.memory_limit or SPARED * available_memory() / GIB) * GIB))
    opening = f"`{_command(words)}`\n\n{description()}"
    logs = _logs(options)
    with tempfile.TemporaryDirectory(dir=options.cache, prefix="runs-") as scratch:
        peers = Peers(options.cache.resolve() / "peers", not options.skip_install)
        bench = Bench(Path(scratch).resolve(), peers, limits)
        starts = {candidate: _start(bench, candidate) for candidate in _candidates()}
        sections = [Section(log, tuple(_rows(bench, log, starts, options.repeat))) for log in logs]
        grown = _grown(bench, starts, options) if options.memory else []
    method = METHOD.format(repeats=_times(options.repeat), seconds=limits.seconds, memory=limits.memory / GIB)
    text = report(sections, grown, opening, method)
    write_text(options.report, text)
    print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.parsing", description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 5_000_000], help="lines of simulated logs")
    parser.add_argument("--dialect", default="bgl", help="which log is simulated")
    parser.add_argument("--file", type=Path, help="a plain text file instead of simulated logs")
    parser.add_argument("--format", choices=sorted(FORMATS.values()), default="bgl", help="how the file is read")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each candidate; the median is reported")
    parser.add_argument("--memory", action="store_true", help="also measure crosslog's memory over larger logs")
    parser.add_argument("--memory-lines", type=int, nargs=2, default=[1_000_000, 10_000_000], metavar="LINES")
    parser.add_argument("--time-limit", type=float, default=600, help="seconds after which a candidate is stopped")
    parser.add_argument(
        "--memory-limit", type=float, help="GiB at which a candidate is stopped (80 %% of what is free)"
    )
    parser.add_argument("--skip-install", action="store_true", help="make no peer's environment; what is there is used")
    parser.add_argument(
        "--cache", type=Path, default=REPOSITORY / "data" / "bench", help="simulated logs, environments"
    )
    parser.add_argument("--report", type=Path, default=REPOSITORY / "reports" / "bench" / "parsing.md")
    return parser


def _logs(options: argparse.Namespace) -> list[Log]:
    options.cache.mkdir(parents=True, exist_ok=True)
    try:
        if options.file:
            return [given(options.file, options.format)]
        return [simulated(options.dialect, lines, options.cache) for lines in options.lines]
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from None


def _candidates() -> list[Candidate]:
    return [*(ours(workers) for workers in sorted({1, 2, cores()})), *PEERS]


def _start(bench: Bench, candidate: Candidate) -> Outcome:
    """The second of two starts: files are in the page cache by then."""
    first = bench.start(candidate)
    return _told("start", candidate, first if first.failure else bench.start(candidate))


def _rows(bench: Bench, log: Log, starts: Mapping[Candidate, Outcome], repeats: int) -> list[Row]:
    """Every candidate that has a start, over one log."""
    _warm(log)
    title = f"{log.lines:,} lines"
    outcomes = compared(starts, repeats, lambda candidate: _told(title, candidate, bench.run(candidate, log)))
    return [Row(candidate, log, start, outcomes[candidate]) for candidate, start in starts.items()]


def _told(title: str, candidate: Candidate, outcome: Outcome) -> Outcome:
    """The outcome, after a line about it on standard error."""
    found = f"{outcome.run.seconds:.1f} s, {outcome.run.memory / MIB:,.0f} MiB" if outcome.run else ""
    said = outcome.run.errors if outcome.run and outcome.failure else ""
    print(f"{title} · {candidate.name} · {found} {outcome.failure}\n{said}".rstrip(), file=sys.stderr)
    return outcome


def _warm(log: Log) -> None:
    """Read the file once, so that no candidate is the first."""
    with log.path.open("rb") as file:
        while file.read(1 << 22):
            continue


def _grown(bench: Bench, starts: Mapping[Candidate, Outcome], options: argparse.Namespace) -> list[tuple[Row, Row]]:
    """The memory of one worker and of one worker a core, over a small and a large log each."""
    chosen = {candidate: start for candidate, start in starts.items() if candidate.workers in (1, cores())}
    logs = [simulated(options.dialect, lines, options.cache) for lines in options.memory_lines]
    return list(zip(*(_rows(bench, log, chosen, options.repeat) for log in logs), strict=True))


def _times(repeats: int) -> str:
    return "one run" if repeats == 1 else f"{repeats} runs"


def _command(arguments: Sequence[str]) -> str:
    """The command line, without where things lie on this machine."""
    shown = [Path(argument).name if "/" in argument else argument for argument in arguments]
    return shlex.join(["python", "-m", "bench.parsing", *shown])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is being measured ends too
    main()
