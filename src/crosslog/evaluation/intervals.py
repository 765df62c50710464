"""Means over folds with percentile bootstrap intervals (Efron 1979): over folds and seeds, and over alert families.

Folds (a target's episodes, or several targets) and seeds are crossed, so both are resampled (the two-way bootstrap,
Owen 2007). Where there is a single query, runs of it are resampled instead (the block bootstrap, Kunsch 1989):
neighbours in a log are alike, so single units would make an interval too narrow. Folds alone understate how much
depends on which kinds of alert happen to occur; the interval over families resamples those. Every call draws the same
resamples, so that the intervals of two detectors can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosslog.evaluation.measures import Key, Measurement
from crosslog.evaluation.metrics import Floats
from crosslog.settings import EvaluateSettings, Level

MOST_AT_ONCE = 1 << 21  # weights of resampled units, to bound memory


class Estimates(NamedTuple):
    """(k,) means with their intervals; NaN where undefined. `folds` counts those in which a value is defined.

    `resampled` holds the mean in each resample, (k, resamples).
    """

    value: Floats
    low: Floats
    high: Floats
    folds: NDArray[np.int64]
    resampled: Floats


def over_folds(values: Floats, settings: EvaluateSettings) -> Estimates:
    """Means of (k, seeds, folds) values over both, NaN entries counted out.

    An interval needs two folds in which the value is defined; otherwise it is NaN.
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
    return Estimates(_ratio(np.where(defined, values, 0.0).sum(axis=(1, 2)), folds), low, high, counted, means)


def over_blocks(
    measurements: Sequence[Measurement], keys: Sequence[Key], level: Level, settings: EvaluateSettings
) -> tuple[Floats, Floats, Floats]:
    """Interval of each measure where runs of one query, the same for all seeds, are resampled, and seeds with them.

    Lower and upper ends, (k,), and the mean in each resample, (k, resamples). Types have no order: each is a block of
    its own. What does not hang on the query's units has no interval (NaN).
    """
    generator = np.random.default_rng(settings.seed)
    seed_counts = _resampled(generator, len(measurements), settings.resamples)
    means = np.full((len(keys), settings.resamples), np.nan)
    per_seed = [_in_blocks(measurement, level, settings) for measurement in measurements]
    for row, key in enumerate(keys):
        if key in per_seed[0]:
            values = np.stack([values[key] for values in per_seed])
            defined = ~np.isnan(values)
            total = (np.where(defined, values, 0.0) * seed_counts.T).sum(axis=0)
            means[row] = _ratio(total, (defined * seed_counts.T).sum(axis=0))
    return *_percentiles(means, settings.confidence, np.ones(len(keys), dtype=np.bool_)), means


def _in_blocks(measurement: Measurement, level: Level, settings: EvaluateSettings) -> dict[Key, Floats]:
    """(resamples,) of each measure."""
    units = measurement.size
    blocks = units if level == "type" else min(settings.blocks, units)
    counts = _resampled(np.random.default_rng([settings.seed, units]), blocks, settings.resamples)
    block = np.arange(units) * blocks // max(units, 1)
    at_once = max(1, MOST_AT_ONCE // max(units, 1))
    parts = [
        measurement.resampled(counts[first : first + at_once][:, block])
        for first in range(0, settings.resamples, at_once)
    ]
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


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
    return generator.multinomial(size, np.full(size, 1 / max(size, 1)), size=resamples).astype(np.float64)


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
