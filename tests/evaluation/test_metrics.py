"""Measures against numbers worked out by hand, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosslog.evaluation import metrics

LABELS = np.array([True, False, True, False, False])
SCORES = np.array([0.9, 0.9, 0.4, 0.2, 0.1])


ONCE = metrics.count_once(5)


def decide(labels: np.ndarray, flags: np.ndarray) -> tuple[float, ...]:
    return tuple(float(values[0]) for values in metrics.judge_decision(labels, flags, metrics.count_once(len(labels))))


def test_a_decision_counts_hits_among_alarms_and_among_anomalies() -> None:
    assert decide(LABELS, SCORES >= 0.5) == (1 / 2, 1 / 2, 1 / 2)
    assert decide(LABELS, SCORES >= 0.2) == pytest.approx((2 / 4, 1, 2 / 3))


def test_flagging_nothing_has_precision_and_f1_zero() -> None:
    assert decide(LABELS, SCORES > 1) == (0, 0, 0)


def test_without_anomalies_a_decision_is_undefined() -> None:
    assert all(math.isnan(value) for value in decide(np.zeros(3, bool), np.ones(3, bool)))
    assert np.isnan(metrics.judge_recall(np.zeros(5, bool), np.ones(5, bool), ONCE)).all()


def test_equal_scores_share_one_operating_point() -> None:
    ranking = metrics.Ranking(LABELS, SCORES)
    (hits,), (alarms,) = ranking.hits_and_alarms(ONCE)
    assert ranking.thresholds.tolist() == [0.9, 0.4, 0.2, 0.1]
    assert hits.tolist() == [1, 2, 2, 2]
    assert alarms.tolist() == [2, 3, 4, 5]


def test_auroc_counts_a_tie_as_one_half() -> None:
    assert metrics.compute_auroc(LABELS, SCORES) == pytest.approx((2.5 + 2) / 6)


def test_average_precision_takes_tied_scores_together() -> None:
    assert metrics.compute_average_precision(LABELS, SCORES) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.parametrize("labels", [np.zeros(5, bool), np.ones(5, bool)])
def test_a_single_class_has_no_auroc(labels: np.ndarray) -> None:
    assert math.isnan(metrics.compute_auroc(labels, SCORES))


def test_a_constant_score_ranks_like_chance() -> None:
    assert metrics.compute_auroc(LABELS, np.full(5, 7.0)) == 0.5
    assert metrics.compute_average_precision(LABELS, np.full(5, 7.0)) == pytest.approx(2 / 5)


def test_precision_on_the_grid_is_the_best_at_that_recall_or_above() -> None:
    grid = metrics.Ranking(LABELS, SCORES).precision_on_grid()
    assert grid.shape == (101,)
    assert grid == pytest.approx([2 / 3] * 101)
    falling = metrics.Ranking(np.array([True, False, True]), np.array([3.0, 2.0, 1.0])).precision_on_grid()
    assert falling[:51] == pytest.approx([1] * 51)
    assert falling[51:] == pytest.approx([2 / 3] * 50)


def test_precision_on_the_grid_is_undefined_without_anomalies() -> None:
    assert np.isnan(metrics.Ranking(np.zeros(5, bool), SCORES).precision_on_grid()).all()


def flagged(labels: np.ndarray, scores: np.ndarray, rate: float) -> list[int]:
    (threshold,) = metrics.find_rate_thresholds(labels, scores, rate, metrics.count_once(len(labels)))
    return np.flatnonzero(scores > threshold).tolist()


def test_at_most_the_given_share_of_normal_units_is_flagged() -> None:
    normal = np.arange(10) / 10
    labels = np.array([False] * 10 + [True] * 2)
    scores = np.append(normal, [0.85, 0.55])
    assert flagged(labels, scores, 0.1) == [9, 10]
    assert flagged(labels, scores, 0.3) == [7, 8, 9, 10]


def test_tied_normal_units_are_flagged_together_or_not_at_all() -> None:
    assert flagged(np.array([False] * 10 + [True]), np.ones(11), 0.1) == []


def test_without_normal_units_there_is_no_false_positive_rate() -> None:
    assert np.isnan(metrics.find_rate_thresholds(np.ones(3, bool), np.ones(3), 0.1, metrics.count_once(3))).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3), st.integers(0, 3)), min_size=2, max_size=30))
def test_a_unit_that_counts_three_times_is_as_good_as_three_units(rows: list[tuple[bool, int, int]]) -> None:
    labels, scores, times = (np.array(column) for column in zip(*rows, strict=True))
    labels, scores, weights = labels.astype(bool), scores.astype(float), times[None].astype(float)
    again, repeated, once = labels.repeat(times), scores.repeat(times), metrics.count_once(int(times.sum()))
    pairs = [
        (metrics.Ranking(labels, scores).auroc(weights), metrics.Ranking(again, repeated).auroc(once)),
        (
            metrics.Ranking(labels, scores).average_precision(weights),
            metrics.Ranking(again, repeated).average_precision(once),
        ),
        (
            metrics.find_rate_thresholds(labels, scores, 0.2, weights),
            metrics.find_rate_thresholds(again, repeated, 0.2, once),
        ),
        *zip(
            metrics.judge_decision(labels, scores > 0, weights),
            metrics.judge_decision(again, repeated > 0, once),
            strict=True,
        ),
    ]
    for weighted, plain in pairs:
        assert weighted == pytest.approx(plain, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40))
def test_rankings_agree_with_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    from sklearn import metrics as peer  # noqa: PLC0415  a second of start-up

    labels = np.array([label for label, _ in rows])
    scores = np.array([score for _, score in rows], dtype=float)
    flags = scores >= 0
    if labels.any():
        assert metrics.compute_average_precision(labels, scores) == pytest.approx(
            peer.average_precision_score(labels, scores)
        )
        assert metrics.compute_f1(labels, flags) == pytest.approx(peer.f1_score(labels, flags, zero_division=0))
    if labels.any() and not labels.all():
        assert metrics.compute_auroc(labels, scores) == pytest.approx(peer.roc_auc_score(labels, scores))
