"""Distances to normal events, counted as events."""

from __future__ import annotations

import numpy as np
import pytest
from detection.plain import QUERY, windows

from crosslog.detection.detectors.knn import Knn

APART = np.sqrt(2)  # between [1, 0] and [0, 1], and so the radius of a support of these two


def scores(neighbours: int, ids: list[int], anomalous: list[int]) -> np.ndarray:
    return Knn(neighbours).adapt(windows(ids, anomalous), []).score(QUERY)


def test_a_normal_text_that_occurs_often_enough_scores_nothing() -> None:
    found = scores(2, [0, 0, 1], [0, 0, 0])
    assert found[0] < 1e-6
    assert found[1] == pytest.approx(0.5)  # its second neighbour is text 0, as far off as the radius


def test_the_kth_event_counts_and_not_the_kth_text() -> None:
    nearest = np.sqrt(0.4)  # from [.8, .6] to [1, 0]
    assert scores(2, [0, 0, 1], [0, 0, 0])[3] == pytest.approx(nearest / (nearest + APART))
    farther = np.sqrt(0.8)  # to [0, 1]
    assert scores(3, [0, 0, 1], [0, 0, 0])[3] == pytest.approx(farther / (farther + APART))


def test_fewer_events_than_neighbours_will_do() -> None:
    assert np.array_equal(scores(9, [0, 0, 1], [0] * 3), scores(3, [0, 0, 1], [0] * 3))


def test_anomalies_are_nobodys_neighbours() -> None:
    assert np.array_equal(scores(1, [0, 1, 2, 5], [0, 0, 1, 1]), scores(1, [0, 1], [0, 0]))
    assert scores(1, [0, 1, 2], [0, 0, 1])[2] >= 0.5


def test_a_support_without_normal_events_is_taken_whole() -> None:
    assert np.array_equal(scores(1, [0, 1], [1, 1]), scores(1, [0, 1], [0, 0]))


def test_a_single_known_text_leaves_known_and_unknown() -> None:
    found = scores(1, [0, 0], [0, 0])
    assert found[0] == 0.5
    assert found[1:6].min() > 0.99
