"""Bootstrap intervals: deterministic, as wide as they should be, undefined where there is nothing to resample."""

from __future__ import annotations

import numpy as np
import pytest

from crosslog.evaluation.intervals import over_families, over_folds
from crosslog.settings import EvaluateSettings


def test_the_same_values_give_the_same_interval(settings: EvaluateSettings) -> None:
    values = np.random.default_rng(1).random((2, 3, 5))
    first, second = over_folds(values, settings), over_folds(values, settings)
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert first.value == pytest.approx(values.mean(axis=(1, 2)))
    assert (first.low < first.value).all()
    assert (first.value < first.high).all()


def test_undefined_folds_are_counted_out(settings: EvaluateSettings) -> None:
    values = np.array([[[0.2, np.nan, 0.4], [0.6, np.nan, np.nan]]])
    result = over_folds(values, settings)
    assert result.value[0] == pytest.approx(0.4)
    assert result.folds[0] == 2
    assert 0.2 <= result.low[0] <= result.high[0] <= 0.6


def test_one_episode_has_no_interval_and_none_has_no_value(settings: EvaluateSettings) -> None:
    result = over_folds(np.array([[[0.5, np.nan]], [[np.nan, np.nan]]]), settings)
    assert result.value[0] == 0.5
    assert np.isnan(result.value[1])
    assert np.isnan(result.low).all()
    assert np.isnan(result.high).all()
    assert result.folds.tolist() == [1, 0]


def test_nine_in_ten_intervals_hold_the_true_mean(settings: EvaluateSettings) -> None:
    ninety = settings.model_copy(update={"confidence": 0.9})
    result = over_folds(np.random.default_rng(5).normal(0.7, 0.1, (300, 1, 20)), ninety)
    covered = float(((result.low <= 0.7) & (result.high >= 0.7)).mean())
    assert 0.82 < covered < 0.95


def test_seeds_are_resampled_as_well_as_episodes(settings: EvaluateSettings) -> None:
    by_seed = np.repeat(np.array([0.2, 0.8])[:, None], 10, axis=1)[None]
    result = over_folds(by_seed, settings)
    assert (result.low[0], result.high[0]) == pytest.approx((0.2, 0.8))


def test_families_that_differ_make_a_wide_interval(settings: EvaluateSettings) -> None:
    totals = np.full((4, 3), 10.0)
    hits = np.array([[10.0] * 3, [10.0] * 3, [0.0] * 3, [0.0] * 3])
    assert over_families(hits, totals, settings) == pytest.approx((0.0, 1.0), abs=0.01)
    assert over_families(totals / 2, totals, settings) == pytest.approx((0.5, 0.5))


def test_a_single_family_has_no_interval(settings: EvaluateSettings) -> None:
    assert np.isnan(over_families(np.ones((1, 3)), np.ones((1, 3)), settings)).all()
