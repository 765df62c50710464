"""What the LSTM without meta-learning can do, and what it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from detection import context, toy

from crosslog.detection.detectors.lstm import Lstm
from crosslog.detection.detectors.rtf import Rtf

BLOCK = {
    "window": 100,
    "hidden_size": 16,
    "learning_rate": 0.01,
    "steps": 80,
    "adapt_learning_rate": 1.0,
    "adapt_steps": 20,
    "weight_decay": 0.01,
    "seed": 1,
}


def test_what_came_before_tells_apart_what_a_text_alone_cannot() -> None:
    sources, target = context.problem(told=0)
    asked = context.ambiguous(target.query)
    lstm, rtf = (
        toy.auroc(
            detector.fit(sources).adapt(target.support, sources).score(target.query.withhold())[asked],
            target.query.truth[asked],
        )
        for detector in (Lstm(**BLOCK), Rtf())
    )
    assert rtf == 0.5
    assert lstm > 0.95


def test_what_comes_after_is_unknown_to_it() -> None:
    sources, target = context.problem(told=context.LENGTH - 1)
    asked = context.ambiguous(target.query)
    adapted = Lstm(**BLOCK).fit(sources).adapt(target.support, sources)
    scores = adapted.score(target.query.withhold())
    assert toy.auroc(scores[asked], target.query.truth[asked]) == pytest.approx(0.5, abs=0.15)


def test_every_source_changes_the_weights() -> None:
    sources, _ = toy.problem()
    few = {**BLOCK, "steps": 3}
    learnt = Lstm(**few).fit(sources).state
    for others in (sources[:1], sources[1:]):
        state = Lstm(**few).fit(others).state
        assert all(not np.array_equal(learnt[name], state[name]) for name in learnt)


def test_training_on_sources_helps_where_adaptation_is_short() -> None:
    sources, target = toy.problem()
    random, learnt = (
        toy.auroc(
            Lstm(**{**BLOCK, "steps": steps, "adapt_steps": 0})
            .fit(sources)
            .adapt(target.support, sources)
            .score(target.query.withhold()),
            target.query.truth,
        )
        for steps in (0, 20)
    )
    assert learnt > max(random, 0.9)
