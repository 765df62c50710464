"""CroSysLog's training, adaptation and scoring: crosslog's way against the dense one, with the same results.

`python -m bench.training`; writes reports/bench/training.md. `--events` names a parsed log (data/events/<system>);
where it is not there, its events are made up. The sampled experiment e1_simulated is measured too, if it is in data/.
`--whole` adds the seconds of an experiment of E1's sizes, beside those that CroSysLog gives. CROSSLOG_DEVICE=cuda
measures all of it on a GPU.
"""

from __future__ import annotations

import argparse
import os
import shlex
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from bench import _spans, _ways
from bench.parsing.machine import cores
from crosslog.artifacts import write_text
from crosslog.detection.events import Episode, Windows
from crosslog.detection.learning.device import current_device, set_up_torch

EXPERIMENT = "e1_simulated"
WIDTHS, OWN_WIDTHS = (768, 64), (384, 32)  # vectors and hidden units: of CroSysLog, and of the pipeline
SPANS, TARGET_SPANS = (100, 100), (20, 100)  # windows of support and query
EPISODES = 20
TEXTS, DISTINCT = 362, 0.4  # of bgl_events, and its share of windows that differ from all others
SCORED = 627_271  # its events
TOLERANCE = 1e-4
PUBLISHED = (6.54, 0.63)  # seconds of training and of testing on 20 tasks in E1, on an A100: Wang et al. 2024
METHOD = """Dense: each event has a copy of its text's vector, which goes through `torch.nn.LSTM`; the copies are made
before the clock starts. crosslog: the input product is taken once per distinct text, a prefix that windows share is
computed once, and the backward pass is written by hand; the tree of prefixes is built while the clock runs in adapting
and scoring, and once per training. Both start from the same weights, take the same steps and give the same results:
"difference" is the largest one of a score, or of a slope as a share of the largest slope. A meta-step is two sources,
{steps} inner steps on each one's support and the gradient of its query; an episode is {test_steps} steps on its support
and the scores of its query. "Distinct" is the share of windows that are left without repeats, "computed" that of events
without repeated prefixes. Vectors have {paper} numbers and networks {hidden} units, as CroSysLog's; {own} and {units}
in {experiment}, as the pipeline's. Made up windows, and the vectors of {paper} numbers, are random. Seconds are the
median of {repeats} turns."""
WHOLE = """Meta-training starts from first weights, two sources in every meta-step; an episode is as above. Windows are
{data}, with E1's numbers of events; CroSysLog's own seconds are as published, on an A100, without embedding, and it
gives no number of epochs: {meta_steps} are where its search ends at the latest."""


class Case(NamedTuple):
    """What is measured, on which windows."""

    task: str
    data: str
    windows: list[Windows]
    ways: _ways.Ways


class Row(NamedTuple):
    """A case's shares of work, median seconds both ways, and the largest difference of the results."""

    task: str
    data: str
    distinct: float
    computed: float
    dense: float
    ours: float
    difference: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the report and print it."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(words)
    set_up_torch(os.environ.get("CROSSLOG_DEVICE") or "cpu")
    load = os.getloadavg()[0]
    rows = [_measured(case, options.repeat) for case in _cases(options)]
    text = _report(rows, _command(words), load, options.repeat)
    if options.whole:
        text += _whole(options)
    write_text(options.report, text)
    print(text)
    apart = [f"{row.task}, {row.data}: {row.difference:.1e}" for row in rows if row.difference > TOLERANCE]
    if apart:
        raise SystemExit(f"results of both ways differ by more than {TOLERANCE}: {'; '.join(apart)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.training", description=__doc__)
    parser.add_argument(
        "--events", type=Path, default=Path("data/events/bgl_events"), help="a parsed log, if it is there"
    )
    parser.add_argument("--repeat", type=int, default=3, help="turns; the median is reported")
    parser.add_argument("--scored", type=int, default=SCORED, help="events to score at most")
    parser.add_argument("--episodes", type=int, default=EPISODES, help="episodes to adapt to at most")
    parser.add_argument("--whole", action="store_true", help="also train and test as often as E1 does")
    parser.add_argument("--report", type=Path, default=Path("reports/bench/training.md"))
    return parser


def _cases(options: argparse.Namespace) -> Iterator[Case]:
    """One at a time: each holds its copies."""
    paper = _ways.network(*WIDTHS)
    own = _spans.of_experiment(EXPERIMENT)
    apart = _spans.made_up(2 * sum(SPANS), TEXTS, 1.0, WIDTHS[0])
    yield _training("made up, every window distinct", paper, _spans.episodes(apart, 2, SPANS))
    name, many = _many(options)
    yield _training(name, paper, _spans.episodes(many, 2, SPANS))
    if own:
        yield _training(EXPERIMENT, _ways.network(*OWN_WIDTHS), own[0])
    scored = many.take(slice(0, -(-options.scored // _spans.LENGTH)))
    what = f"score {scored.size:,} events"
    yield Case(f"{what}, no prefix shared", name, [scored], _ways.scoring_apart(paper, scored))
    yield Case(what, name, [scored], _ways.scoring(paper, scored))
    yield _adapting(name, paper, _spans.episodes(many, options.episodes, TARGET_SPANS))
    if own:
        yield _adapting(EXPERIMENT, _ways.network(*OWN_WIDTHS), own[1][: options.episodes])


def _many(options: argparse.Namespace) -> tuple[str, Windows]:
    """The parsed log and its name, or as many windows that are made up."""
    if options.events.is_dir():
        return options.events.name, _spans.of_log(options.events, WIDTHS[0])
    return "made up", _spans.made_up(SCORED // _spans.LENGTH, TEXTS, DISTINCT, WIDTHS[0])


def _training(data: str, network: _ways.Network, sources: list[Episode]) -> Case:
    return Case("meta-step", data, [*sum(sources, ())], _ways.meta_training(network, sources))


def _adapting(data: str, network: _ways.Network, targets: list[Episode]) -> Case:
    return Case(f"{len(targets)} episodes", data, [*sum(targets, ())], _ways.episodes_in_turn(network, targets))


def _measured(case: Case, repeats: int) -> Row:
    """Both ways in every turn, after one that is not counted: its results are compared."""
    results = [way() for way in case.ways]
    difference = max(float(np.abs(one - other).max()) for one, other in zip(*results, strict=True))
    turns = [[_seconds(way) for way in case.ways] for _ in range(repeats)]
    dense, ours = (statistics.median(seconds) for seconds in zip(*turns, strict=True))
    print(f"{case.task}, {case.data}: {dense:.3f} s, {ours:.3f} s, {difference:.1e}", file=sys.stderr)
    return Row(case.task, case.data, *_spans.computed(case.windows), dense, ours, difference)


def _seconds(way: _ways.Way) -> float:
    _wait()
    start = time.perf_counter()
    way()
    _wait()
    return time.perf_counter() - start


def _wait() -> None:
    """Let a GPU end what it was told to do."""
    if current_device().type == "cuda":
        torch.cuda.synchronize(current_device())


def _whole(options: argparse.Namespace) -> str:
    """The report's section on E1; all that it runs has been run before in small."""
    name, many = _many(options)
    sources, targets = _spans.episodes(many, 2, SPANS), _spans.episodes(many, EPISODES, TARGET_SPANS)
    ways = _ways.whole(_ways.network(*WIDTHS), sources, targets)
    ours = [statistics.median(_seconds(way) for _ in range(options.repeat)) for way in ways]
    parts = f"meta-training, {_ways.META_STEPS} meta-steps", f"{EPISODES} episodes adapted to and scored"
    lines = [f"| {part} | {own:.2f} | {said} |" for part, own, said in zip(parts, ours, PUBLISHED, strict=True)]
    table = "\n".join(["| | crosslog, s | CroSysLog's own, s |", "|---|--:|--:|", *lines])
    method = WHOLE.format(data=name, meta_steps=_ways.META_STEPS)
    return "\n\n".join(["\n## The whole of E1", table, method]) + "\n"


def _report(rows: Sequence[Row], command: str, load: float, repeats: int) -> str:
    machine = (
        f"{cores()} cores ({torch.backends.cpu.get_cpu_capability()}), {torch.get_num_threads()} thread for both, "
        f"torch {torch.__version__}, networks on {_device()}. Load average when it began: {load:.1f}."
    )
    sizes = dict(zip(("paper", "hidden", "own", "units"), (*WIDTHS, *OWN_WIDTHS), strict=True))
    steps = {"steps": _ways.INNER_STEPS, "test_steps": _ways.TEST_STEPS}
    method = METHOD.format(repeats=repeats, experiment=EXPERIMENT, **steps, **sizes)
    head = "| | events | distinct | computed | dense, s | crosslog, s | times as fast | difference |"
    table = "\n".join([head, "|---|---|--:|--:|--:|--:|--:|--:|", *map(_line, rows)])
    title, how = "# Training, adaptation and scoring", "## How it was measured"
    return "\n\n".join([title, f"`{command}`", machine, table, how, method]) + "\n"


def _device() -> str:
    """The CPU, or a GPU by its name."""
    found = current_device()
    return torch.cuda.get_device_name(found) if found.type == "cuda" else "the CPU"


def _line(row: Row) -> str:
    shares = f"{row.distinct:.0%} | {row.computed:.0%}"
    seconds = f"{row.dense:.3f} | {row.ours:.3f} | {row.dense / row.ours:.1f}"
    return f"| {row.task} | {row.data} | {shares} | {seconds} | {row.difference:.0e} |"


def _command(arguments: Sequence[str]) -> str:
    """The command line, without where things lie on this machine."""
    shown = [Path(argument).name if "/" in argument else argument for argument in arguments]
    return shlex.join(["python", "-m", "bench.training", *shown])


if __name__ == "__main__":
    main()
