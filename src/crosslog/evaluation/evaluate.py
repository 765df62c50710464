"""A run's numbers: means of every measure with their intervals, mean precision-recall curves, and the leak audit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from crosslog.evaluation.audit import audit_run
from crosslog.evaluation.intervals import over_blocks, over_families, over_folds
from crosslog.evaluation.levels import Fold, Run, build_folds, judge
from crosslog.evaluation.measures import Key, Measurement, choose_fold_threshold
from crosslog.evaluation.metrics import RECALL_GRID, Flags, Ranking
from crosslog.settings import EvaluateSettings, Level

DIGITS = 6  # far below any interval; keeps the last bits of sums out of files that are compared
ALL_TARGETS = "*"
MEANS = "means"  # in a row of numbers, for a moment: its mean in each resample
COMPARED: frozenset[Key] = frozenset(
    {
        *(("f1", source) for source in ("fixed", "support")),
        *((metric, "") for metric in ("auroc", "auprc", "auroc_unseen", "recall_at_fpr", "recall_at_fpr_unseen")),
    }
)  # in which detectors are compared, resample by resample: all of an experiment meet the same ones

Folds = Mapping[Level, Sequence[Fold]]


class Evaluation(NamedTuple):
    """Frames as schemas Metrics, Audits, Curves and Resamples have them."""

    metrics: pl.DataFrame
    audits: pl.DataFrame
    curves: pl.DataFrame
    resamples: pl.DataFrame


def evaluate(run: Run, settings: EvaluateSettings) -> Evaluation:
    """Judge a run at every level that its units reach.

    Raises
    ------
    EvaluationError
        If there is no query, or none of its units is scored. A failed audit is a result, not an error.
    """
    frame = judge(run)
    by_level = {level: build_folds(frame, level, run.settings.unit) for level in run.settings.levels}
    audits = audit_run(run, frame, lambda judged: choose_thresholds(run, judged, settings))
    rows = _measured(run, by_level, settings)
    return Evaluation(_metrics(rows), audits, _curves(run, by_level), _resamples(run, rows))


def choose_thresholds(run: Run, frame: pl.DataFrame, settings: EvaluateSettings) -> pl.DataFrame:
    """The threshold that each fold takes from its support: level, seed, target, episode, threshold."""
    return pl.DataFrame(
        [
            (level, fold.seed, fold.target, fold.episode, choose_fold_threshold(fold, settings))
            for level in run.settings.levels
            for fold in build_folds(frame, level, run.settings.unit)
        ],
        schema=["level", "seed", "target", "episode", "threshold"],
        orient="row",
    )


def _measured(run: Run, by_level: Folds, settings: EvaluateSettings) -> list[dict[str, Any]]:
    """A row per number, as Metrics has it, and its resamples where it has any."""
    head = {"experiment": run.experiment, "target": "", "detector": run.detector}
    return [
        {**head, "target": target, "level": level, **row}
        for level, folds in by_level.items()
        for target, row in _summaries(folds, level, settings)
    ]


def _metrics(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    kept = [{name: value for name, value in row.items() if name != MEANS} for row in rows]
    return pl.DataFrame(kept, schema_overrides={**numbers, "folds": pl.UInt32})


def _resamples(run: Run, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Of the whole experiment's numbers that are compared between detectors: their mean in each resample."""
    whole = ALL_TARGETS if len(run.settings.targets) > 1 else run.settings.targets[0]
    wanted = [row for row in rows if row["target"] == whole and (row["metric"], row["threshold"]) in COMPARED]
    names = ("level", "metric", "threshold")
    parts = [
        pl.DataFrame({"resample": np.arange(len(row[MEANS]), dtype=np.uint32), "value": row[MEANS].round(DIGITS)})
        .with_columns(
            pl.col("value").fill_nan(None).cast(pl.Float32), *(pl.lit(row[name]).alias(name) for name in names)
        )
        .select(*names, "resample", "value")
        for row in wanted
    ]
    return pl.concat(parts)


def _summaries(folds: Sequence[Fold], level: Level, settings: EvaluateSettings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of each target and, where there are several, of their mean."""
    measured = [(fold, Measurement(fold, level, settings)) for fold in folds]
    values = {id(fold): measurement.values() for fold, measurement in measured}
    targets = sorted({fold.target for fold in folds})
    for target in targets:
        own = [pair for pair in measured if pair[0].target == target]
        yield from ((target, row) for row in _rows(own, _grid(own, values, "episode"), level, settings))
    if len(targets) > 1:
        yield from ((ALL_TARGETS, row) for row in _rows(measured, _grid(measured, values, "target"), level, settings))


Pairs = Sequence[tuple[Fold, Measurement]]


class _Grid(NamedTuple):
    """Values as (keys, seeds, columns), NaN where undefined; a column is a target or an episode of one."""

    keys: Sequence[Key]
    values: NDArray[np.float64]
    columns: str


def _grid(pairs: Pairs, values: Mapping[int, Mapping[Key, float]], column: str) -> _Grid:
    """A target's value is the mean over its episodes."""
    keys = list(values[id(pairs[0][0])])
    seeds = sorted({fold.seed for fold, _ in pairs})
    columns = sorted({getattr(fold, column) for fold, _ in pairs})
    sums, counts = np.zeros((2, len(keys), len(seeds), len(columns)))
    for fold, _ in pairs:
        of_fold = np.array(list(values[id(fold)].values()))
        place = (slice(None), seeds.index(fold.seed), columns.index(getattr(fold, column)))
        sums[place] += np.nan_to_num(of_fold)
        counts[place] += ~np.isnan(of_fold)
    means = np.divide(sums, counts, out=np.full(sums.shape, math.nan), where=counts > 0)
    return _Grid(keys, means, f"{column}s")


def _rows(pairs: Pairs, grid: _Grid, level: Level, settings: EvaluateSettings) -> Iterator[dict[str, Any]]:
    estimates = over_folds(grid.values, settings)
    resampled = grid.columns
    low, high, means = estimates.low, estimates.high, estimates.resampled
    if grid.values.shape[2] == 1:
        resampled = "blocks"
        low, high, means = over_blocks([measurement for _, measurement in pairs], grid.keys, level, settings)
    flagged = [measurement.flagged() for _, measurement in pairs]
    for number, key in enumerate(grid.keys):
        numbers = (estimates.value[number], low[number], high[number])
        ends = dict(zip(("value", "low", "high"), map(_number, numbers), strict=True))
        row = {"metric": key[0], "threshold": key[1], **ends, "folds": int(estimates.folds[number])}
        yield {**row, "resampled": resampled, MEANS: means[number]}
        if key in flagged[0]:
            interval = over_families(
                *_by_family([fold for fold, _ in pairs], [flags[key] for flags in flagged]), settings
            )
            family_low, family_high = map(_number, interval)
            family_row = {**row, "metric": f"{key[0]}_over_families", "low": family_low, "high": family_high}
            yield {**family_row, "resampled": "families"}


def _by_family(folds: Sequence[Fold], flagged: Sequence[Flags]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many anomalies of each alert family are flagged, and how many there are: two (families, folds)."""
    families = 1 + max(int(fold.query.family.max(initial=0)) for fold in folds)
    hits, totals = np.zeros((2, families, len(folds)))
    for column, (fold, flags) in enumerate(zip(folds, flagged, strict=True)):
        anomalous = fold.query.anomalous
        totals[:, column] = np.bincount(fold.query.family[anomalous], minlength=families)
        hits[:, column] = np.bincount(fold.query.family[anomalous & flags], minlength=families)
    occurring = totals.any(axis=1)
    return hits[occurring], totals[occurring]


def _curves(run: Run, by_level: Folds) -> pl.DataFrame:
    """Mean over folds of the precision at 101 recalls; no row at a level where nothing is anomalous."""
    parts = [
        _curve(folds).select(
            pl.lit(run.experiment).alias("experiment"),
            pl.lit(run.detector).alias("detector"),
            pl.lit(level).alias("level"),
            "recall",
            "precision",
        )
        for level, folds in by_level.items()
        if level != "type"
    ]
    return pl.concat(parts)


def _curve(folds: Sequence[Fold]) -> pl.DataFrame:
    grids = np.array([Ranking(fold.query.anomalous, fold.query.scores).precision_on_grid() for fold in folds])
    defined = grids[~np.isnan(grids).any(axis=1)]
    precision = defined.mean(axis=0).round(DIGITS) if len(defined) else np.empty(0)
    return pl.DataFrame({"recall": RECALL_GRID[: len(precision)], "precision": precision})


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), DIGITS)
