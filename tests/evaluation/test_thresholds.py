"""The threshold with the best F1 on the support."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from crosslog.evaluation.evaluate import choose_thresholds
from crosslog.evaluation.levels import Run, judge
from crosslog.evaluation.thresholds import choose_threshold
from crosslog.settings import EvaluateSettings


def test_it_lies_half_way_below_the_lowest_flagged_score() -> None:
    assert choose_threshold(np.array([True, True, False]), np.array([0.9, 0.8, 0.4]), 0.5) == pytest.approx(0.6)


def test_of_equally_good_thresholds_the_highest_is_taken() -> None:
    labels = np.array([True, False, False, True])  # F1 is 2/3 with one alarm and with four
    assert choose_threshold(labels, np.array([0.9, 0.6, 0.5, 0.4]), 0.5) == pytest.approx(0.75)


def test_a_support_without_anomalies_leaves_the_fixed_threshold() -> None:
    assert choose_threshold(np.zeros(3, bool), np.array([0.1, 0.2, 0.3]), 0.5) == 0.5


def test_constant_scores_flag_everything() -> None:
    assert choose_threshold(np.array([True, False]), np.array([3.0, 3.0]), 0.5) == 3.0


def test_it_never_reads_the_query(run: Run, settings: EvaluateSettings) -> None:
    of_query = (pl.col("line") - 1) % 10 > 3
    twisted = replace(
        run,
        scores=run.scores.with_columns(
            pl.when(pl.col("role") == "query").then(1 - pl.col("score")).otherwise(pl.col("score")).alias("score")
        ),
        events=run.events.with_columns(pl.when(of_query).then(~pl.col("anomalous")).otherwise("anomalous")),
    )
    frames = judge(run), judge(twisted)
    assert not frames[0].equals(frames[1])
    before, after = (choose_thresholds(run, frame, settings) for frame in frames)
    assert before.equals(after)
    assert before["threshold"].to_list() == pytest.approx([0.7] * 6)
