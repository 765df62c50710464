"""Random cuts set the few and different apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from detection.plain import QUERY, windows
from detection.toy import only, problem

from crosslog.detection.detectors.isolation_forest import IsolationForest

FOREST = IsolationForest(trees=50, sample_size=64, seed=1)


def test_the_few_and_different_score_higher() -> None:
    found = FOREST.adapt(windows([0, 1, 3, 4] * 10 + [5], [0] * 41), []).score(QUERY)[0]
    assert found[5] > 0.5
    assert found[5] > found[[0, 1, 3, 4]].max()


def test_scores_are_those_of_the_paper() -> None:
    found = FOREST.adapt(windows([0] * 8, [0] * 8), []).score(QUERY)[0]
    assert np.allclose(found, 0.5)  # nothing can be cut: every path is as long as the average


def test_labels_are_not_read() -> None:
    _, target = problem()
    flipped = replace(target.support, labels=~target.support.labels & target.support.real)
    one, other = (FOREST.adapt(support, []).score(target.query.withheld()) for support in (target.support, flipped))
    assert np.array_equal(one, other)


def test_padding_is_no_event() -> None:
    _, target = problem()
    normal = only(target.support, False)
    known = normal.ids[normal.real]
    dense = replace(normal, ids=known[None], labels=np.zeros((1, len(known)), bool))
    one, other = (FOREST.adapt(support, []).score(target.query.withheld()) for support in (normal, dense))
    assert np.array_equal(one, other)
