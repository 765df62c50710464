"""A run's numbers: means of every measure with their intervals, mean precision-recall curves, and the leak audit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.evaluation.audit import audit
from crosslog.evaluation.intervals import over_families, over_folds
from crosslog.evaluation.levels import LEVELS, Fold, Level, Run, folds, judged
from crosslog.evaluation.measures import Key, Measured, from_support, measured
from crosslog.evaluation.metrics import RECALL_GRID, Flags, precision_on_grid
from crosslog.settings import EvaluateSettings

CURVE_LEVELS: tuple[Level, ...] = ("event", "window")
DIGITS = 6  # far below any interval; keeps the last bits of sums out of files that are compared

Folds = Mapping[Level, Sequence[Fold]]


class Evaluation(NamedTuple):
    """Frames as schemas Metrics, Audits and Curves have them."""

    metrics: pl.DataFrame
    audits: pl.DataFrame
    curves: pl.DataFrame


def evaluate(run: Run, settings: EvaluateSettings) -> Evaluation:
    """Judge a run at every level.

    Raises
    ------
    EvaluationError
        If there is no query, or none of its events is scored. A failed audit is a result, not an error.
    """
    frame = judged(run)
    by_level = {level: folds(frame, level) for level in LEVELS}
    used = thresholds(by_level, settings)
    return Evaluation(_metrics(run, by_level, settings), audit(run, frame, used, settings), _curves(run, by_level))


def thresholds(by_level: Folds, settings: EvaluateSettings) -> pl.DataFrame:
    """The threshold that each fold takes from its support: level, seed, episode, threshold."""
    return pl.DataFrame(
        [
            {"level": level, "seed": fold.seed, "episode": fold.episode, "threshold": from_support(fold, settings)}
            for level, level_folds in by_level.items()
            for fold in level_folds
        ]
    )


def _metrics(run: Run, by_level: Folds, settings: EvaluateSettings) -> pl.DataFrame:
    head = {"experiment": run.experiment, "target": run.target, "detector": run.detector}
    rows = [
        {**head, "level": level, **row}
        for level, level_folds in by_level.items()
        for row in _summary(level_folds, level, settings)
    ]
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides={**numbers, "episodes": pl.UInt32})


def _summary(level_folds: Sequence[Fold], level: Level, settings: EvaluateSettings) -> Iterator[dict[str, Any]]:
    results = [measured(fold, level, settings) for fold in level_folds]
    keys = list(results[0].values)
    estimates = over_folds(_grid(level_folds, results, keys), settings)
    for key, *numbers, episodes in zip(keys, *estimates, strict=True):
        value, low, high = map(_number, numbers)
        row = {"metric": key[0], "threshold": key[1], "value": value, "low": low, "high": high}
        yield {**row, "episodes": int(episodes)}
        if key in results[0].flagged:
            flagged = [result.flagged[key] for result in results]
            ends = dict(zip(("low", "high"), over_families(*_by_family(level_folds, flagged), settings), strict=True))
            family_row = {**row, "metric": f"{key[0]}_over_families"}
            yield {**family_row, **{end: _number(at) for end, at in ends.items()}, "episodes": int(episodes)}


def _grid(level_folds: Sequence[Fold], results: Sequence[Measured], keys: Sequence[Key]) -> NDArray[np.float64]:
    """Values as (keys, seeds, episodes), NaN where a fold is missing."""
    seeds = sorted({fold.seed for fold in level_folds})
    episodes = sorted({fold.episode for fold in level_folds})
    grid = np.full((len(keys), len(seeds), len(episodes)), math.nan)
    for fold, result in zip(level_folds, results, strict=True):
        grid[:, seeds.index(fold.seed), episodes.index(fold.episode)] = [result.values[key] for key in keys]
    return grid


def _by_family(
    level_folds: Sequence[Fold], flagged: Sequence[Flags]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many anomalies of each alert family are flagged, and how many there are: two (families, folds)."""
    families = 1 + max(int(fold.query.family.max(initial=0)) for fold in level_folds)
    hits, totals = np.zeros((2, families, len(level_folds)))
    for column, (fold, flags) in enumerate(zip(level_folds, flagged, strict=True)):
        anomalous = fold.query.anomalous
        totals[:, column] = np.bincount(fold.query.family[anomalous], minlength=families)
        hits[:, column] = np.bincount(fold.query.family[anomalous & flags], minlength=families)
    occurring = totals.any(axis=1)
    return hits[occurring], totals[occurring]


def _curves(run: Run, by_level: Folds) -> pl.DataFrame:
    """Mean over folds of the precision at 101 recalls; no row at a level where nothing is anomalous."""
    parts = [
        _curve(by_level[level]).select(
            pl.lit(run.experiment).alias("experiment"),
            pl.lit(run.detector).alias("detector"),
            pl.lit(level).alias("level"),
            "recall",
            "precision",
        )
        for level in CURVE_LEVELS
    ]
    return pl.concat(parts)


def _curve(level_folds: Sequence[Fold]) -> pl.DataFrame:
    grids = np.array([precision_on_grid(fold.query.anomalous, fold.query.scores) for fold in level_folds])
    defined = grids[~np.isnan(grids).any(axis=1)]
    precision = defined.mean(axis=0).round(DIGITS) if len(defined) else np.empty(0)
    return pl.DataFrame({"recall": RECALL_GRID[: len(precision)], "precision": precision})


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), DIGITS)
