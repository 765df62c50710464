"""Means over folds with percentile bootstrap intervals (Efron 1979): over episodes and seeds, and over alert families.

Episodes and seeds are crossed, so both are resampled (the two-way or "pigeonhole" bootstrap, Owen 2007). Episodes alone
understate how much depends on which kinds of alert happen to occur; the interval over families resamples those.
Every call draws the same resamples, so that the intervals of two detectors can be compared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.settings import EvaluateSettings

Floats = NDArray[np.float64]


class Estimates(NamedTuple):
    """(k,) means with their intervals; NaN where undefined. `episodes` counts those in which a value is defined."""

    value: Floats
    low: Floats
    high: Floats
    episodes: NDArray[np.int64]


def over_folds(values: Floats, settings: EvaluateSettings) -> Estimates:
    """Means of (k, seeds, episodes) values over both, NaN entries counted out.

    An interval needs two episodes in which the value is defined; otherwise it is NaN.
    """
    _, seeds, episodes = values.shape
    generator = np.random.default_rng(settings.seed)
    seed_counts = _resampled(generator, seeds, settings.resamples)
    episode_counts = _resampled(generator, episodes, settings.resamples)
    defined = ~np.isnan(values)

    def total(entries: Floats) -> Floats:
        return np.asarray(((entries @ episode_counts.T) * seed_counts.T).sum(axis=1))

    means = _ratio(total(np.where(defined, values, 0.0)), total(defined.astype(float)))
    counted = defined.any(axis=1).sum(axis=1)
    low, high = _percentiles(means, settings.confidence, counted > 1)
    folds = defined.sum(axis=(1, 2)).astype(float)
    return Estimates(_ratio(np.where(defined, values, 0.0).sum(axis=(1, 2)), folds), low, high, counted)


def over_families(hits: Floats, totals: Floats, settings: EvaluateSettings) -> tuple[float, float]:
    """Interval of the mean recall over folds when alert families are resampled.

    `hits` and `totals` are (families, folds): how many anomalies of a family a fold has, and how many are flagged.
    NaN with fewer than two families.
    """
    families = len(totals)
    if families < 2:
        return np.nan, np.nan
    counts = _resampled(np.random.default_rng(settings.seed), families, settings.resamples)
    recalls = _ratio(counts @ hits, counts @ totals)
    defined = ~np.isnan(recalls)
    means = _ratio(np.where(defined, recalls, 0.0).sum(axis=1), defined.sum(axis=1).astype(float))
    low, high = _percentiles(means[None], settings.confidence, np.array([True]))
    return float(low[0]), float(high[0])


def _resampled(generator: np.random.Generator, size: int, resamples: int) -> Floats:
    """How often each of `size` things is drawn in each resample, (resamples, size)."""
    return generator.multinomial(size, np.full(size, 1 / size), size=resamples).astype(np.float64)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    out: Floats = np.full(numerator.shape, np.nan)
    return np.asarray(np.divide(numerator, denominator, out=out, where=denominator > 0))


def _percentiles(means: Floats, confidence: float, wanted: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Lower and upper percentile of each row of (k, resamples), NaN in rows that are not wanted."""
    ends = np.full((2, len(means)), np.nan)
    for row in np.flatnonzero(wanted & ~np.isnan(means).all(axis=1)):
        defined = means[row][~np.isnan(means[row])]
        ends[:, row] = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return ends[0], ends[1]
