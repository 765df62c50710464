"""The real logs give every span that CroSysLog's tables ask for, in both protocols."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from imports import REPOSITORY

from crosslog import artifacts
from crosslog.detection.split import Log, Part
from crosslog.settings import Experiment, Settings

SUITE = Settings.load(REPOSITORY / "params.yaml").suite("crosyslog_real")


@pytest.fixture(scope="module")
def labels(parsed_log: Callable[[str], Path]) -> dict[str, pl.DataFrame]:
    """`line` and `anomalous` of every system of the suite, as the stage parse has them."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for system in SUITE.systems:
            patch.chdir(parsed_log(system))
            found[system] = artifacts.EVENTS.read(["line", "anomalous"], system=system)
    return found


@pytest.mark.mirror
@pytest.mark.parametrize("name", SUITE.everything)
def test_an_experiment_has_its_episodes(labels: dict[str, pl.DataFrame], name: str) -> None:
    experiment = SUITE.everything[name]
    target = split(experiment, experiment.targets[0], labels, source=False)
    assert [part.role for part in target] == ["support", "query"] * 20
    for system in experiment.teachers:
        assert len(split(experiment, system, labels, source=True)) == 2
    if experiment.protocol == "honest":
        ends = [(int(part.bounds[0, 0]), int(part.bounds[-1, 1])) for part in target]
        assert all(support[1] <= query[0] for support, query in zip(ends[::2], ends[1::2], strict=True))
        ordered = sorted(ends)
        assert all(before[1] <= after[0] for before, after in pairwise(ordered))


def split(experiment: Experiment, system: str, labels: dict[str, pl.DataFrame], *, source: bool) -> list[Part]:
    frame = labels[system]
    lines, flags = frame["line"].to_numpy().astype(np.int64), frame["anomalous"].to_numpy()
    log = Log(system, lines, flags, None, experiment.cut)
    rng = np.random.default_rng([experiment.sampling_seed, *system.encode()])
    draw = experiment.split.split_source if source else experiment.split.split_target
    return draw(log, experiment.protocol, rng)
