"""LogRobust reads both ways, its attention learns, and sources teach it nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from detection import context, toy

from crosslog.detection.detectors.logrobust import LogRobust

BLOCK = {
    "window": 20,
    "hidden_size": 8,
    "layers": 1,
    "dropout": 0.1,
    "epochs": 60,
    "batch_size": 20,
    "learning_rate": 0.01,
    "seed": 1,
}


def build(**changed: Any) -> LogRobust:
    return LogRobust(**{**BLOCK, **changed})


@pytest.mark.parametrize("told", [0, context.LENGTH - 1])
def test_it_reads_a_run_from_both_ends(told: int) -> None:
    sources, target = context.problem(told)
    asked = context.ambiguous(target.query)
    scores = build().fit(sources).adapt(target.support, sources).score(target.query.withhold())
    assert toy.auroc(scores[asked], target.query.truth[asked]) > 0.95


def test_its_attention_learns_and_is_used() -> None:
    sources, target = toy.problem()
    fitted = build(epochs=5).fit(sources)
    adapted = fitted.adapt(target.support, sources)
    assert not np.array_equal(fitted.state["attention.weight"], adapted.state["attention.weight"])
    blind = replace(adapted, state={**adapted.state, "attention.weight": fitted.state["attention.weight"]})
    scores = [detector.score(target.query.withhold()) for detector in (adapted, blind)]
    assert np.abs(scores[0] - scores[1]).max() > 1e-4


def test_sources_teach_it_nothing() -> None:
    sources, target = toy.problem()
    one, other = (build(epochs=2).fit(s).adapt(target.support, s).state for s in (sources[:1], sources[1:]))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_windows_are_cut_to_its_own_length() -> None:
    sources, target = context.problem(told=0)
    asked = context.ambiguous(target.query)
    asked.reshape(-1, context.LENGTH)[:, :10] = False
    scores = build(window=10).fit(sources).adapt(target.support, sources).score(target.query.withhold())
    assert toy.auroc(scores[asked], target.query.truth[asked]) == pytest.approx(0.5, abs=0.15)
