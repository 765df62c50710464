"""Measures against numbers worked out by hand, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from crosslog.evaluation import metrics

LABELS = np.array([True, False, True, False, False])
SCORES = np.array([0.9, 0.9, 0.4, 0.2, 0.1])


def test_a_decision_counts_hits_among_alarms_and_among_anomalies() -> None:
    assert metrics.decision(LABELS, SCORES >= 0.5) == (1 / 2, 1 / 2, 1 / 2)
    assert metrics.decision(LABELS, SCORES >= 0.2) == pytest.approx((2 / 4, 1, 2 / 3))


def test_flagging_nothing_has_precision_and_f1_zero() -> None:
    assert metrics.decision(LABELS, SCORES > 1) == (0, 0, 0)


def test_without_anomalies_a_decision_is_undefined() -> None:
    assert all(math.isnan(value) for value in metrics.decision(np.zeros(3, bool), np.ones(3, bool)))
    assert math.isnan(metrics.recall(np.zeros(3, bool), np.ones(3, bool)))


def test_equal_scores_share_one_operating_point() -> None:
    points = metrics.operating_points(LABELS, SCORES)
    assert points.thresholds.tolist() == [0.9, 0.4, 0.2, 0.1]
    assert points.hits.tolist() == [1, 2, 2, 2]
    assert points.alarms.tolist() == [2, 3, 4, 5]


def test_auroc_counts_a_tie_as_one_half() -> None:
    assert metrics.auroc(LABELS, SCORES) == pytest.approx((2.5 + 2) / 6)


def test_average_precision_takes_tied_scores_together() -> None:
    assert metrics.average_precision(LABELS, SCORES) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.parametrize("labels", [np.zeros(5, bool), np.ones(5, bool)])
def test_a_single_class_has_no_auroc(labels: np.ndarray) -> None:
    assert math.isnan(metrics.auroc(labels, SCORES))


def test_a_constant_score_ranks_like_chance() -> None:
    assert metrics.auroc(LABELS, np.full(5, 7.0)) == 0.5
    assert metrics.average_precision(LABELS, np.full(5, 7.0)) == pytest.approx(2 / 5)


def test_precision_on_the_grid_is_the_best_at_that_recall_or_above() -> None:
    grid = metrics.precision_on_grid(LABELS, SCORES)
    assert grid.shape == (101,)
    assert grid == pytest.approx([2 / 3] * 101)
    falling = metrics.precision_on_grid(np.array([True, False, True]), np.array([3.0, 2.0, 1.0]))
    assert falling[:51] == pytest.approx([1] * 51)
    assert falling[51:] == pytest.approx([2 / 3] * 50)


def test_precision_on_the_grid_is_undefined_without_anomalies() -> None:
    assert np.isnan(metrics.precision_on_grid(np.zeros(5, bool), SCORES)).all()


def test_at_most_the_given_share_of_normal_units_is_flagged() -> None:
    normal = np.arange(10) / 10
    labels = np.array([False] * 10 + [True] * 2)
    scores = np.append(normal, [0.85, 0.55])
    assert np.flatnonzero(metrics.flagged_at_false_positive_rate(labels, scores, 0.1)).tolist() == [9, 10]
    assert np.flatnonzero(metrics.flagged_at_false_positive_rate(labels, scores, 0.3)).tolist() == [7, 8, 9, 10]


def test_tied_normal_units_are_flagged_together_or_not_at_all() -> None:
    labels = np.array([False] * 10 + [True])
    assert not metrics.flagged_at_false_positive_rate(labels, np.ones(11), 0.1).any()


def test_without_normal_units_there_is_no_false_positive_rate() -> None:
    assert metrics.flagged_at_false_positive_rate(np.ones(3, bool), np.ones(3), 0.1) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40))
def test_rankings_agree_with_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    labels = np.array([label for label, _ in rows])
    scores = np.array([score for _, score in rows], dtype=float)
    flags = scores >= 0
    if labels.any():
        assert metrics.average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores))
        assert metrics.decision(labels, flags).f1 == pytest.approx(f1_score(labels, flags, zero_division=0))
    if labels.any() and not labels.all():
        assert metrics.auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
