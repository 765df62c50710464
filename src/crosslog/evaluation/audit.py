"""The leak audit: what must hold for a run's numbers to mean what they say, each check with the numbers behind it.

A failed check does not stop a run; the report shows it in plain sight. The checks answer patterns that were found in
published code: overlapping or unordered splits, thresholds chosen on the test set, duplicated targets, labels in reach.
"""

from __future__ import annotations

import polars as pl

from crosslog.evaluation import label_checks, split_checks
from crosslog.evaluation.checks import Check
from crosslog.evaluation.levels import Run, truth
from crosslog.settings import EvaluateSettings


def audit(run: Run, frame: pl.DataFrame, used: pl.DataFrame, settings: EvaluateSettings) -> pl.DataFrame:
    """The rows of schema Audits, always the same checks in the same order.

    `frame` is what `judged` returns; `used` are the thresholds that the run's numbers were made with (level, seed,
    episode, threshold).
    """
    known = truth(run)
    checks: list[Check] = [
        *split_checks.spans_apart(run),
        split_checks.ordered_by_line(run),
        split_checks.ordered_by_time(known),
        split_checks.sources_differ(run),
        split_checks.windows_inside(run),
        split_checks.lines_unique(run),
        label_checks.labels_withheld(run),
        label_checks.scored_once(run, known),
        *label_checks.both_classes(known),
        label_checks.thresholds_from_support(frame, used, settings),
        label_checks.last_step_scored(run),
        label_checks.repeated_messages(known),
    ]
    rows = pl.DataFrame(checks, schema=list(Check._fields), orient="row")
    return rows.select(pl.lit(run.experiment).alias("experiment"), pl.lit(run.detector).alias("detector"), pl.all())
