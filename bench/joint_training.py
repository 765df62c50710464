"""LogSynergy's training: crosslog's way against a vector per event through a plain loop, with the same results.

`python -m bench.joint_training`; writes reports/bench/joint_training.md. `--experiment` names one that was sampled here
(data/episodes), such as logsynergy_bgl_simulated; where it is not there, windows are made up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from bench import _spans
from bench.parsing.machine import cores
from crosslog import artifacts, plugins
from crosslog.artifacts import write_text
from crosslog.detection.detectors.logsynergy import LogSynergy
from crosslog.detection.episodes.building import build_episodes, build_source_episodes
from crosslog.detection.episodes.bundle import merge_bundles
from crosslog.detection.events import Windows, cut_events
from crosslog.detection.learning.device import set_up_torch
from crosslog.detection.learning.disentangling import Features, SynergyNetwork
from crosslog.detection.learning.distinct import Samples, SampleStore, store_samples
from crosslog.detection.learning.joint_training import Schedule, train_jointly
from crosslog.detection.learning.training import Plan
from crosslog.settings import Cut, Settings
from tasks._episodes import read_bundle

TOLERANCE = 1e-3
MADE = (4000, 4000, 2000)  # windows of two sources and of the target
TEXTS, DISTINCT, DIM = 362, 0.4, 384
HOW = """Dense: every window has a copy of its texts' vectors, as the public code's data set has them; a DataLoader puts
batches together, and every event goes through the input product and every layer. crosslog: the input product is taken
once per distinct text of a batch, a window that occurs twice in a batch is computed once with its count, and the last
layer is asked for the first place alone. Both start from the same weights, take the same batches in the same order
without dropout, and give the same losses: "difference" is the largest one of a parameter after training, as a share of
the largest parameter. The network is that of params.yaml. Memory is what the windows' vectors take in an epoch."""


class Case(NamedTuple):
    """Windows of each system, the target last."""

    name: str
    systems: list[list[Windows]]


class DenseSet(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Every window as (length, dim) vectors with its label and system."""

    def __init__(self, store: SampleStore) -> None:
        each = store.distinct
        self.vectors = each.table[each.ids][store.rows]
        self.labels, self.systems = each.anomalous[store.rows], each.systems[store.rows]

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        return self.vectors[number], self.labels[number], self.systems[number]


class DenseStore(NamedTuple):
    """What training asks of a store, in copies: each event is a row of a table of its own."""

    given: DenseSet
    sizes: tuple[int, ...]

    def pick(self, chosen: Tensor) -> Samples:
        """A batch as a DataLoader makes it."""
        loader = DataLoader(self.given, batch_size=len(chosen), sampler=chosen.tolist())
        vectors, labels, systems = next(iter(loader))
        count, length, dim = vectors.shape
        ids = torch.arange(count * length).view(count, length)
        real, weights = torch.ones_like(ids, dtype=torch.bool), torch.full((count,), 1 / count)
        return Samples(vectors.view(-1, dim), ids, real, labels, systems, weights)


class DenseNetwork(SynergyNetwork):
    """The same network, all places of the last layer computed."""

    def forward(self, samples: Samples) -> Features:
        """F_u and F_s of windows."""
        *_, last = self.encoder.layers
        whole = last.forward
        last.forward = lambda _asking, states, seen: whole(states, states, seen)
        try:
            return super().forward(samples)
        finally:
            last.forward = whole


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the report and print it."""
    options = _parser().parse_args(arguments)
    set_up_torch("cpu")
    rows = [_measure(case, options) for case in _cases(options)]
    head = "| | windows | distinct | memory, dense | memory | dense, s | crosslog, s | times as fast | difference |"
    table = "\n".join([head, "|---|--:|--:|--:|--:|--:|--:|--:|--:|", *rows])
    machine = f"{cores()} cores, 1 thread for both, torch {torch.__version__}. Median of {options.repeat} turns."
    title = "# LogSynergy's training, an epoch"
    text = "\n\n".join([title, "`python -m bench.joint_training`", machine, table, HOW]) + "\n"
    write_text(options.report, text)
    print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.joint_training", description=__doc__)
    parser.add_argument("--experiment", default="logsynergy_bgl_simulated", help="a sampled one of windows")
    parser.add_argument("--repeat", type=int, default=3, help="turns; the median is reported")
    parser.add_argument("--report", type=Path, default=Path("reports/bench/joint_training.md"))
    return parser


def _cases(options: argparse.Namespace) -> list[Case]:
    cases = [Case("made up", [[_made(count)] for count in MADE])]
    arm = f"{options.experiment}/honest"
    if artifacts.episodes_folder(arm).is_dir():
        bundle = merge_bundles(*(read_bundle(arm, part) for part in (artifacts.SOURCES, artifacts.TARGET)))
        experiment = Settings.load().arm(arm)
        (target,) = experiment.targets
        taught = build_source_episodes(bundle, experiment.sources_of(target), "window")
        (watched,) = build_episodes(bundle, target, "window", source=False)
        cases.append(Case(options.experiment, [*(episode.parts for episode in taught), [watched.support]]))
    return cases


def _made(count: int) -> Windows:
    """Windows of 10 events, every 5, over a made-up stream in which runs come back."""
    events = _spans.made_up(count // 20 + 1, TEXTS, DISTINCT, DIM).events
    bounds = cut_events(0, len(events), Cut(length=10, step=5))[:count]
    return Windows(events, bounds, "window")


def _measure(case: Case, options: argparse.Namespace) -> str:
    store = store_samples(case.systems)
    dense = DenseStore(DenseSet(store), store.sizes)
    ways: list[Callable[[], SynergyNetwork]] = [
        lambda: _train(DenseNetwork, dense, store),
        lambda: _train(SynergyNetwork, store, store),
    ]
    results = [dict(way().named_parameters()) for way in ways]
    largest = max(float(value.detach().abs().max()) for value in results[1].values())
    apart = max(float((results[0][name] - value).detach().abs().max()) for name, value in results[1].items()) / largest
    if apart > TOLERANCE:
        raise SystemExit(f"{case.name}: both ways differ by {apart:.1e}")
    turns = [[_seconds(way) for way in ways] for _ in range(options.repeat)]
    slow, ours = (statistics.median(each) for each in zip(*turns, strict=True))
    copies, kept = dense.given.vectors.nbytes, store.distinct.table.nbytes + store.distinct.ids.nbytes
    share = len(store.distinct.ids) / len(store.rows)
    memory = f"{copies / 2**20:.1f} MiB | {kept / 2**20:.1f} MiB"
    seconds = f"{slow:.2f} | {ours:.2f} | {slow / ours:.1f}"
    return f"| {case.name} | {len(store.rows):,} | {share:.0%} | {memory} | {seconds} | {apart:.0e} |"


def _train(kind: type[SynergyNetwork], given: Any, store: SampleStore) -> SynergyNetwork:
    """One epoch from the same weights."""
    block = {**Settings.load().detectors["logsynergy"], "dropout": 0.0, "seed": 1}
    made: LogSynergy = plugins.build("detection.detectors", "logsynergy", block)
    systems = replace(made, state={"systems": np.array([len(store.sizes)])})
    network = systems.draw_network(store.distinct.table.shape[1])
    network.__class__ = kind
    plan = Plan(1, made.batch_size, made.learning_rate, made.weight_decay, seed=1)
    train_jointly(network, given, plan, Schedule(warm_up=made.warm_up))
    return network


def _seconds(way: Callable[[], object]) -> float:
    start = time.process_time()
    way()
    return time.process_time() - start


if __name__ == "__main__":
    main()
