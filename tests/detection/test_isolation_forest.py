"""Random cuts set the few and different apart."""

from __future__ import annotations

import numpy as np
import pytest
from detection.made import with_events
from detection.plain import QUERY, windows
from detection.toy import problem

from crosslog.detection.detectors.isolation_forest import IsolationForest

FOREST = IsolationForest(trees=50, sample_size=64, seed=1)


def test_the_few_and_different_score_higher() -> None:
    found = FOREST.adapt(windows([0, 1, 3, 4] * 10 + [5], [0] * 41), []).score(QUERY)
    assert found[5] > 0.5
    assert found[5] > found[[0, 1, 3, 4]].max()


def test_scores_are_those_of_the_paper() -> None:
    found = FOREST.adapt(windows([0] * 8, [0] * 8), []).score(QUERY)
    assert np.allclose(found, 0.5)  # nothing can be cut: every path is as long as the average


def test_labels_are_not_read() -> None:
    _, target = problem()
    flipped = with_events(target.support, labels=~target.support.events.labels)
    one, other = (FOREST.adapt(support, []).score(target.query.withhold()) for support in (target.support, flipped))
    assert np.array_equal(one, other)


@pytest.mark.parametrize(("events", "sample"), [(410, 256), (410, 3), (410, 2), (410, 1), (20, 256)])
def test_scores_are_scikit_learns_own(events: int, sample: int) -> None:
    from sklearn.ensemble import IsolationForest as Forest  # noqa: PLC0415  a second of start-up

    _, target = problem(events=events)
    vectors = target.support.table[target.support.events.units]
    own = Forest(n_estimators=20, max_samples=min(sample, len(vectors)), random_state=3).fit(vectors)
    found = IsolationForest(trees=20, sample_size=sample, seed=3).adapt(target.support, []).score(target.query)
    expected = -own.score_samples(target.query.table[target.query.events.units])
    assert np.array_equal(found, expected.astype(np.float32))
