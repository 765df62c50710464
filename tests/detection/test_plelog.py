"""Labels that clusters give, and what PLELog makes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from detection.made import make_texts, make_windows, with_events
from detection.toy import problem_of_windows

from crosslog.detection.detectors.plelog import PleLog
from crosslog.detection.learning.count_vectors import average_texts, count_numbers
from crosslog.detection.learning.label_estimation import estimate_anomalies, whiten

LEFT, RIGHT, FAR = [0.0, 0.0], [10.0, 0.0], [5.0, 90.0]
CIRCLE = np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], axis=1)
SOURCES, TARGET = problem_of_windows()


def estimate(places: np.ndarray, known: list[int], size: int = 4) -> np.ndarray:
    flags = np.isin(np.arange(len(places)), known)
    return estimate_anomalies(places, flags, size, components=2)


def test_the_cluster_of_a_known_normal_run_is_normal_and_the_other_is_not() -> None:
    two = np.concatenate([LEFT + CIRCLE, RIGHT + CIRCLE])
    assert (estimate(two, known=[0]) < 0.5).tolist() == [True] * 8 + [False] * 8
    assert (estimate(two, known=[12]) < 0.5).tolist() == [False] * 8 + [True] * 8
    assert (estimate(two, known=[0, 12]) < 0.5).all()
    assert (estimate(two, known=[]) > 0.5).all()


def test_what_is_in_no_cluster_is_normal_only_where_it_repeats_a_known_run() -> None:
    places = np.concatenate([LEFT + CIRCLE, RIGHT + CIRCLE, [FAR]])
    assert estimate(places, known=[0])[16] == 1
    assert estimate(places, known=[0, 16])[16] == 0
    twice = np.concatenate([places, [FAR]])
    assert estimate(twice, known=[0, 16])[17] == 0


def test_a_known_run_is_normal_for_certain_and_doubt_is_half_at_most() -> None:
    rng = np.random.default_rng(0)
    places = np.concatenate([rng.normal(size=(30, 2)), rng.normal(size=(30, 2)) + 20])
    found = estimate(places, known=[0, 1, 2], size=5)
    assert found[:3].tolist() == [0, 0, 0]
    first, second = found[3:30], found[30:]
    assert (second > 0.5).all()
    assert set(first[first > 0.5]) == {1}  # in no cluster
    assert len(np.unique(first[first < 0.5])) > 8  # those at the edge are less sure


@pytest.mark.parametrize("count", [1, 3])
def test_few_runs_make_no_cluster(count: int) -> None:
    assert estimate(np.arange(2.0 * count).reshape(count, 2), known=[0]).tolist() == [0, 1, 1][:count]


def test_runs_that_are_all_the_same_are_one_cluster() -> None:
    assert estimate(np.ones((6, 2)), known=[3]).tolist() == [0] * 6


def test_whitened_directions_have_variance_one_and_empty_ones_are_left_out() -> None:
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(50, 2)) @ np.array([[3, 1, 0], [0, 0.2, 0]]) + 7
    found = whiten(flat, components=3)
    assert found.shape == (50, 2)
    assert np.allclose(found.T @ found / 50, np.eye(2))
    assert whiten(flat, components=1).shape == (50, 1)


def test_counts_and_means_are_those_of_the_rows() -> None:
    ids = np.array([[2, 0, 2, -1], [1, -1, -1, -1], [0, 1, 2, 2]], dtype=np.int32)
    assert count_numbers(ids, 4).toarray().tolist() == [[1, 0, 2, 0], [0, 1, 0, 0], [1, 1, 2, 0]]
    texts = make_texts(np.array([[3, 0], [0, 1], [0, 6], [9, 9]]))
    given = make_windows([[2, 0, 2], [1], [0, 1, 2, 2]], [[0] * 3, [0], [0] * 4], texts)
    assert average_texts(given, given.ids).tolist() == [[1, 4], [0, 1], [0.75, 3.25]]


def test_labels_of_anomalies_and_of_later_normal_windows_are_not_read() -> None:
    rows = np.array([[0], [1], [0], [1], [2], [3], [2], [3]])
    texts = make_texts(np.array([[1, 0], [0.9, 0.1], [-1, 0], [-0.9, 0.1]]))
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    support = replace(make_windows(rows, labels[:, None], texts), unit="window")
    method = PleLog(**{**PleLog.small, "known_normal": 0.5, "cluster_size": 2, "seed": 1}).fit(
        [replace_episode(support)]
    )
    known = method._find_known(support)
    assert known.tolist() == [True, True, *[False] * 6]
    hidden = with_events(support, labels=np.array([0, 0, 1, 1, 1, 1, 0, 0], dtype=bool))
    assert method._find_known(hidden).tolist() == known.tolist()
    one, other = (method.adapt(given, []).state for given in (support, hidden))
    assert all(np.array_equal(one[name], other[name]) for name in one)
    scores = method.adapt(support, []).score(support.withhold())
    assert (scores > 0.5).tolist() == [False] * 4 + [True] * 4


def replace_episode(support: Any) -> Any:
    return type(TARGET)(support, None)


def test_sources_teach_it_nothing() -> None:
    method = PleLog(**{**PleLog.small, "epochs": 2, "seed": 1})
    one, other = (method.fit(given).adapt(TARGET.support, given).state for given in (SOURCES[:1], SOURCES[1:]))
    assert all(np.array_equal(one[name], other[name]) for name in one)
