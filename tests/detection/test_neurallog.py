"""NeuralLog's attention: it finds what decides, knows places, and looks past padding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from detection import context, toy

from crosslog.detection.detectors.neurallog import NeuralLog, _positions
from crosslog.detection.windows import PAD

BLOCK = {
    "window": 20,
    "model_size": 8,
    "heads": 2,
    "feed_forward_size": 16,
    "dropout": 0.1,
    "epochs": 60,
    "batch_size": 20,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "seed": 1,
}


def build(**changed: Any) -> NeuralLog:
    return NeuralLog(**{**BLOCK, **changed})


@pytest.mark.parametrize("told", [0, context.LENGTH - 1])
def test_it_finds_the_event_that_decides_wherever_it_stands(told: int) -> None:
    sources, target = context.problem(told)
    asked = context.ambiguous(target.query)
    scores = build().fit(sources).adapt(target.support, sources).score(target.query.withheld())
    assert toy.auroc(scores[asked], target.query.labels[asked]) > 0.95


def test_the_order_of_events_counts() -> None:
    sources, target = toy.problem()
    fitted = build().fit(sources)
    query = target.query.withheld()
    turned = replace(query, ids=query.ids[:, ::-1])
    assert np.abs(fitted.score(query) - fitted.score(turned)[:, ::-1]).max() > 1e-4


def test_padding_is_not_looked_at() -> None:
    sources, target = toy.problem()
    query = target.query.withheld()
    short = replace(query, ids=query.ids[:, :5])
    padded = np.full_like(query.ids, PAD)
    padded[:, :5] = short.ids
    fitted = build().fit(sources)
    scores = fitted.score(replace(query, ids=padded))
    assert np.allclose(scores[:, :5], fitted.score(short), atol=1e-5)
    assert np.isfinite(scores).all()


def test_positions_are_sines_and_cosines() -> None:
    found = _positions(3, 4).numpy()
    angle = np.array([0, 1, 2])[:, None] * np.array([1, 0.01])
    assert np.allclose(found[:, 0::2], np.sin(angle), atol=1e-6)
    assert np.allclose(found[:, 1::2], np.cos(angle), atol=1e-6)


def test_sources_teach_it_nothing() -> None:
    sources, target = toy.problem()
    one, other = (build(epochs=2).fit(s).adapt(target.support, s).state for s in (sources[:1], sources[1:]))
    assert all(np.array_equal(one[name], other[name]) for name in one)
