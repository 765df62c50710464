"""What LogTransfer shares, what it fine-tunes, and what a source is worth to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from detection import context, toy

from crosslog.detection.detectors.logtransfer import LogTransfer
from crosslog.detection.events import Episode, Windows

BLOCK = {
    "source": 0,
    "one_support": True,
    "window": 20,
    "hidden_size": 8,
    "layers": 1,
    "dense_size": 8,
    "dropout": 0.0,
    "epochs": 40,
    "adapt_epochs": 20,
    "batch_size": 40,
    "learning_rate": 0.01,
    "seed": 1,
}
SHARED = ("dense.weight", "dense.bias", "out.weight", "out.bias")
SOURCES, TARGET = toy.problem()


def build(**changed: Any) -> LogTransfer:
    return LogTransfer(**{**BLOCK, **changed})


def quality(detector: LogTransfer, support: Windows, sources: list[Episode], query: Windows) -> float:
    scores = detector.fit(sources).adapt(support, sources).score(query.withhold())
    return toy.auroc(scores, query.truth)


def test_dense_layers_are_the_sources_and_the_lstm_becomes_the_targets() -> None:
    fitted = build(epochs=2, adapt_epochs=1).fit(SOURCES)
    adapted = fitted.adapt(TARGET.support, SOURCES)
    for name, weight in fitted.state.items():
        assert np.array_equal(weight, adapted.state[name]) == (name in SHARED), name


def test_it_sees_the_one_source_that_it_is_told_to() -> None:
    both, first, second = (build(epochs=2).fit(s).state for s in (SOURCES, SOURCES[:1], SOURCES[1:]))
    other = build(epochs=2, source=1).fit(SOURCES).state
    assert all(np.array_equal(both[name], first[name]) for name in both)
    assert all(np.array_equal(other[name], second[name]) for name in other)
    assert not np.array_equal(both["out.bias"], other["out.bias"])


def test_a_source_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="source 2 is asked for, but the experiment has sources 0 to 1"):
        build(source=2).fit(SOURCES)


def test_a_pattern_of_the_source_is_found_with_few_labels_of_the_target() -> None:
    sources, target = context.problem()
    few = target.support.take(slice(4))
    asked = context.ambiguous(target.query)

    def auroc(epochs: int) -> float:
        adapted = build(epochs=epochs, adapt_epochs=5).fit(sources).adapt(few, sources)
        return toy.auroc(adapted.score(target.query.withhold())[asked], target.query.truth[asked])

    assert auroc(0) < 0.8
    assert auroc(40) > 0.95


def test_fine_tuning_helps_over_the_source_alone() -> None:
    alone, tuned = (
        quality(build(epochs=3, adapt_epochs=epochs), TARGET.support, SOURCES, TARGET.query) for epochs in (0, 20)
    )
    assert tuned > alone
    assert tuned > 0.95
