"""NeuralLog's attention: it finds what decides, knows places, and looks past padding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from detection import context, toy
from detection.made import with_events

from crosslog.detection.detectors.neurallog import NeuralLog
from crosslog.detection.learning.positions import sine_positions

BLOCK = {
    "window": 20,
    "model_size": 8,
    "heads": 2,
    "feed_forward_size": 16,
    "dense_size": 32,
    "dropout": 0.1,
    "epochs": 60,
    "batch_size": 20,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "on_sources": False,
    "seed": 1,
}


def build(**changed: Any) -> NeuralLog:
    return NeuralLog(**{**BLOCK, **changed})


@pytest.mark.parametrize("told", [0, context.LENGTH - 1])
def test_it_finds_the_event_that_decides_wherever_it_stands(told: int) -> None:
    sources, target = context.problem(told)
    asked = context.ambiguous(target.query)
    scores = build().fit(sources).adapt(target.support, sources).score(target.query.withhold())
    assert toy.auroc(scores[asked], target.query.truth[asked]) > 0.95


def test_the_order_of_events_counts() -> None:
    sources, target = toy.problem()
    fitted = build().fit(sources)
    query = target.query.take(slice(0, 1)).withhold()
    turned = with_events(query, units=query.events.units[: toy.LENGTH][::-1])
    assert np.abs(fitted.score(query) - fitted.score(turned)[::-1]).max() > 1e-4


def test_positions_are_sines_and_cosines() -> None:
    found = sine_positions(3, 4).numpy()
    angle = np.array([0, 1, 2])[:, None] * np.array([1, 0.01])
    assert np.allclose(found[:, 0::2], np.sin(angle), atol=1e-6)
    assert np.allclose(found[:, 1::2], np.cos(angle), atol=1e-6)


def test_an_odd_width_has_positions_of_its_own() -> None:
    assert np.array_equal(sine_positions(3, 5)[:, 0::2].shape, (3, 3))
    sources, target = toy.problem()
    scores = build(model_size=9, heads=3, epochs=1).fit(sources).adapt(target.support, sources).score(target.query)
    assert np.isfinite(scores).all()


def test_a_width_that_heads_cannot_share_is_refused() -> None:
    with pytest.raises(ValueError, match="3 heads cannot share a model_size of 8"):
        build(heads=3)


def test_on_sources_the_support_teaches_it_nothing_and_what_it_finds_is_carried_over() -> None:
    sources, target = toy.problem()
    fitted = build(on_sources=True, epochs=20).fit(sources)
    assert fitted.adapt(target.support, sources) is fitted
    assert toy.auroc(fitted.score(target.query.withhold()), target.query.truth) > 0.9
    again = build(on_sources=True, epochs=20).fit(sources[:1])
    assert any(not np.array_equal(fitted.state[name], again.state[name]) for name in fitted.state)


def test_sources_teach_it_nothing() -> None:
    sources, target = toy.problem()
    one, other = (build(epochs=2).fit(s).adapt(target.support, s).state for s in (sources[:1], sources[1:]))
    assert all(np.array_equal(one[name], other[name]) for name in one)
